use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-stray-text",
    area: "creds",
    severity: Severity::Warning,
    title: "other text stands on a line of a value or mark",
    explanation: "\
Clients may take it for a part of the value.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
