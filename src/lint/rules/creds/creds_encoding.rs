use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-encoding",
    area: "creds",
    severity: Severity::Error,
    title: "a credentials file is UTF-16",
    explanation: "\
PowerShell redirections write UTF-16. No client reads it. Write the file again as UTF-8 without a mark.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
