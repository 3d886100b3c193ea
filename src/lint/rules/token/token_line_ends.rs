use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-line-ends",
    area: "token",
    severity: Severity::Note,
    title: "there are line ends inside a token",
    explanation: "\
Go's base64 skips them, and with it every server; clients in other languages may not. Inside header or payload
they are part of what was signed, so that taking them out breaks the signature.",
    citation: "encoding/base64: RawURLEncoding",
    versions: "all",
    check: Check::Gate,
};
