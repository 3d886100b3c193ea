use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-dashes-nonstandard",
    area: "creds",
    severity: Severity::Warning,
    title: "the dashes of a mark are not the usual ones",
    explanation: "\
Clients look for three, five or six dashes of ASCII. Word processors turn them into others.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
