use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "subject-token-empty",
    area: "subject",
    severity: Severity::Error,
    title: "a subject has an empty token",
    explanation: "\
Two dots follow each other, so the token between them is empty and the subject can never match.

nats-server refuses the token that it stands in since 2.10.12: the user, or the whole account. Older servers
take the token, and the entry does nothing: a deny of such a subject denies nothing.",
    citation: "nats-io/jwt/v2 types.go: Subject.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
