use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-bom",
    area: "creds",
    severity: Severity::Warning,
    title: "a credentials file begins with a byte order mark",
    explanation: "\
Most clients read over it. Java counts lines that begin with dashes, misses the first one for the mark in
front, and takes the wrong line for the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats.java FileAuthHandler",
    versions: "all",
    check: Check::Gate,
};
