use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-not-utf8",
    area: "token",
    severity: Severity::Warning,
    title: "the payload of a token is not UTF-8",
    explanation: "\
Go reads every byte that is no character as U+FFFD, so that names and subjects are not what was meant; other
libraries refuse the token.",
    citation: "encoding/json decode.go: unquoteBytes",
    versions: "all",
    check: Check::Gate,
};
