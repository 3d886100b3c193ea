use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "jti-mismatch",
    area: "token",
    severity: Severity::Note,
    title: "jti is not the hash that Go's library writes",
    explanation: "\
Go's library writes a hash of the registered claims into `jti`. Nobody checks it. Another value means that
another library made the token, or that the claims were changed by hand before they were signed.",
    citation: "nats-io/jwt/v2 claims.go: hash",
    versions: "all",
    check: Check::Gate,
};
