use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-with-many-spaces",
    area: "user",
    severity: Severity::Error,
    title: "a permission has more than one space",
    explanation: "\
An entry is a subject, and in `sub` optionally one space and a queue's name. Two spaces in a row count as
two, and so does one at the end behind a queue's name.

nats-server refuses the user, or the whole account where the entry is one of its default permissions.",
    citation: "nats-io/jwt/v2 types.go: checkPermission",
    versions: "all",
    check: Check::Gate,
};
