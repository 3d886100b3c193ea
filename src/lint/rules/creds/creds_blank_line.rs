use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-blank-line",
    area: "creds",
    severity: Severity::Warning,
    title: "an empty line stands between a mark and its value",
    explanation: "\
Clients that take the line behind the mark find an empty value.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
