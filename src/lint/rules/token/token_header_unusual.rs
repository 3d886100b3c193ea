use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-header-unusual",
    area: "token",
    severity: Severity::Note,
    title: "the header is not written as Go's library writes it",
    explanation: "\
Every server reads it. It tells which library made the token: nats.java writes a blank in it, wascap another
case.",
    citation: "nats-io/jwt/v2 header.go",
    versions: "all",
    check: Check::Gate,
};
