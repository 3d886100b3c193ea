use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-stray-text",
    area: "creds",
    severity: Severity::Warning,
    title: "other text stands on the line of a mark or a value",
    explanation: "\
Text in front of a BEGIN line is read over by some clients and breaks Java and .NET. Behind the dashes or
beside a value it breaks the block for nearly all.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
