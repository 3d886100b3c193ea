use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-trailing-blank",
    area: "creds",
    severity: Severity::Note,
    title: "lines of a credentials file end in blanks",
    explanation: "\
Clients differ in whether they trim them.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
