use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-trailing-blank",
    area: "creds",
    severity: Severity::Error,
    title: "a mark or a value is followed by blanks",
    explanation: "\
A blank that nobody sees behind the token makes Go and C clients send the seed in its place; behind a BEGIN
line it makes them send the whole file; behind the seed it makes most clients fail.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
