use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-cr-only",
    area: "creds",
    severity: Severity::Error,
    title: "lines of a credentials file end in CR alone",
    explanation: "\
Most clients see one line and find neither token nor seed, or take all of it for one of them.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
