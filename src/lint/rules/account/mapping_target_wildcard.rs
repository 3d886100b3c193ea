use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mapping-target-wildcard",
    area: "account",
    severity: Severity::Error,
    title: "this server takes no wildcard in the target of a subject mapping",
    explanation: "\
Up to 2.9.21 a mapping could only lead to a subject without wildcards: nats-server refuses the whole account, and nobody can
connect to it. Later releases ask no more.

Update the server, or name the subject that is meant.",
    citation: "nats-io/jwt/v2 account_claims.go: Mapping.Validate before v2.5.0",
    versions: "before 2.9.22",
    check: Check::Gate,
};
