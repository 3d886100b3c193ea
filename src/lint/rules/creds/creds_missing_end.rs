use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-missing-end",
    area: "creds",
    severity: Severity::Error,
    title: "the END mark of a credentials file is missing",
    explanation: "\
Clients read on into the next block or find no value.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
