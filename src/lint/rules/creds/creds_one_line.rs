use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-one-line",
    area: "creds",
    severity: Severity::Error,
    title: "a mark and its value stand on the same line",
    explanation: "\
The line end between `-----BEGIN…-----` and the value, or between the value and `------END…------`, is
missing: clients look for lines.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
