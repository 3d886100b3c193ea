use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-loose-bits",
    area: "token",
    severity: Severity::Note,
    title: "a part of a token has another spelling",
    explanation: "\
The last character of a part of base64 can carry bits that mean nothing. Go does not look at them, so one
signature has up to sixteen spellings. Two files can hold the same token and not be equal.",
    citation: "encoding/base64: RawURLEncoding",
    versions: "all",
    check: Check::Gate,
};
