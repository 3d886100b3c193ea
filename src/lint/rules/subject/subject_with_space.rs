use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "subject-with-space",
    area: "subject",
    severity: Severity::Error,
    title: "a subject has spaces in it",
    explanation: "\
Subjects have no spaces. In permissions to subscribe a queue name may follow the subject after one space;
everywhere else a space is a mistake, often one at the end.

nats-server refuses the token that it stands in: the user, or the whole account with all its users.",
    citation: "nats-io/jwt/v2 types.go: Subject.Validate",
    versions: "all",
    check: Check::Gate,
};
