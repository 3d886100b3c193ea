use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "subject-dot-at-edge",
    area: "subject",
    severity: Severity::Error,
    title: "a subject begins or ends with a dot",
    explanation: "\
Dots stand between tokens, so a token is empty here and the subject can never match.

nats-server refuses the token that it stands in since 2.10.12: the user, or the whole account. Older servers
take the token, and the entry does nothing: a deny of such a subject denies nothing.",
    citation: "nats-io/jwt/v2 types.go: Subject.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
