use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-token",
    area: "creds",
    severity: Severity::Error,
    title: "a credentials file has no token",
    explanation: "\
There is a seed and no user token: the client has nothing to show to a server in operator mode.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
