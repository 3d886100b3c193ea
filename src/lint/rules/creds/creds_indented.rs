use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-indented",
    area: "creds",
    severity: Severity::Warning,
    title: "lines of a credentials file are indented",
    explanation: "\
It was cut out of YAML with its indentation. Clients differ in whether they trim it.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
