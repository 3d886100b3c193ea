use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "member-case",
    area: "token",
    severity: Severity::Note,
    title: "a member of a token is written in another case",
    explanation: "\
Go finds members without regard to case, so `Allow` counts as `allow` on a server; libraries of other languages
ignore it.",
    citation: "encoding/json fold.go",
    versions: "all",
    check: Check::Gate,
};
