use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-wrapped",
    area: "creds",
    severity: Severity::Error,
    title: "a value goes over several lines",
    explanation: "\
A mail program, a terminal or a tool for certificates broke the long line. Go and C clients then take the
seed's block for the first and send the seed in place of the token; the others fail.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
