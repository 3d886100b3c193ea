use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-extra-block",
    area: "creds",
    severity: Severity::Warning,
    title: "a credentials file has more than one token and one seed",
    explanation: "\
Clients differ in which of them they take.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
