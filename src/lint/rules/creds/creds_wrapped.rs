use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-wrapped",
    area: "creds",
    severity: Severity::Error,
    title: "a value of a credentials file goes over several lines",
    explanation: "\
A mail program or terminal wrapped it. Clients take the first line and send a cut token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
