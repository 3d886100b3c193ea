use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-spelling-unusual",
    area: "token",
    severity: Severity::Note,
    title: "the payload is not spelled as Go's library does",
    explanation: "\
The members stand in another order, or with blanks, or with other escapes than Go writes. It means the same, and
every server reads it. Another library wrote it.",
    citation: "encoding/json encode.go",
    versions: "all",
    check: Check::Gate,
};
