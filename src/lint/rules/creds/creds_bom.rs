use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-bom",
    area: "creds",
    severity: Severity::Warning,
    title: "a credentials file begins with a byte order mark",
    explanation: "\
Editors on Windows add it. Some clients read over it, some do not find the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
