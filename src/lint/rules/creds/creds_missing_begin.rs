use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-missing-begin",
    area: "creds",
    severity: Severity::Error,
    title: "the BEGIN line before a value is missing",
    explanation: "\
A block is a line of dashes, a value, and another line of dashes. Without the first, clients do not find the
value or take the next one for it.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
