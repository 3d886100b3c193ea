use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "subject-empty",
    area: "subject",
    severity: Severity::Error,
    title: "a subject is empty",
    explanation: "\
A subject must be given in permissions, imports, exports, mappings and wherever else one stands. Here it is
missing or an empty text.

nats-server refuses the token that it stands in: the user, or the whole account with all its users. Give the
subject or remove the entry.",
    citation: "nats-io/jwt/v2 types.go: Subject.Validate",
    versions: "all",
    check: Check::Gate,
};
