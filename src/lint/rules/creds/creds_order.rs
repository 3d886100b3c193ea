use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-order",
    area: "creds",
    severity: Severity::Error,
    title: "the seed of a credentials file stands before the token",
    explanation: "\
Clients take the first block for the token: they send the seed to the server, in clear text if there is no TLS.
Put the token first, and replace the seed if the file was used.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
