use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-seed",
    area: "creds",
    severity: Severity::Warning,
    title: "a credentials file has no seed",
    explanation: "\
There is a token and no seed: the client cannot sign the nonce. That works for bearer tokens alone.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
