use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-crlf",
    area: "creds",
    severity: Severity::Warning,
    title: "lines of a credentials file end in CR LF",
    explanation: "\
Windows and some transports write these. Go, Rust, Java, C and .NET read them. JavaScript finds no block,
and Python keeps the CR in token and seed and fails.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats.js authenticator.ts; nats.py client.py",
    versions: "all",
    check: Check::Gate,
};
