use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-encoding",
    area: "creds",
    severity: Severity::Error,
    title: "a credentials file is not UTF-8",
    explanation: "\
The file is UTF-16, which some editors and PowerShell's `>` write. Only .NET reads it; every other client
fails, and Python loops.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig",
    versions: "all",
    check: Check::Gate,
};
