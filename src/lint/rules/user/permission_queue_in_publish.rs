use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "permission-queue-in-publish",
    area: "user",
    severity: Severity::Error,
    title: "a permission to publish names a queue",
    explanation: "\
A queue's name after the subject makes sense for subscriptions only. In `pub`, of a user or of an account's
default permissions, a space is a mistake.

nats-server refuses the user, or the whole account. Remove the second word, or move the entry to `sub`.",
    citation: "nats-io/jwt/v2 types.go: checkPermission",
    versions: "all",
    check: Check::Gate,
};
