use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-missing-end",
    area: "creds",
    severity: Severity::Error,
    title: "the END line behind a value is missing",
    explanation: "\
Without the line behind the token, Go and C clients take the seed's block for the first and send the seed in
place of the token. Without the line behind the seed it depends on what follows.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
