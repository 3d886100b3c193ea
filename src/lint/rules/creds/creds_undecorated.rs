use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-undecorated",
    area: "creds",
    severity: Severity::Warning,
    title: "a value in a credentials file has no marks around it",
    explanation: "\
Clients find values between BEGIN and END marks. nats.go reads a bare token, others do not.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
