use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-blank-line",
    area: "creds",
    severity: Severity::Error,
    title: "there is an empty line inside a block",
    explanation: "\
The value must follow its BEGIN line at once. With an empty line behind the token's BEGIN, Go clients take
the seed's block for the first and send the seed in place of the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
