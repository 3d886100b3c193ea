use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-cr-only",
    area: "creds",
    severity: Severity::Error,
    title: "lines of a credentials file end in CR alone",
    explanation: "\
No Go, Rust, JavaScript, Python or .NET client finds a line in it. Go clients take the whole file for the
token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
