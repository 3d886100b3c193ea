use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-indented",
    area: "creds",
    severity: Severity::Error,
    title: "lines of a credentials file are indented",
    explanation: "\
The file was taken out of a YAML or another file with its indentation. JavaScript alone reads it; Go clients
take the whole file for the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
