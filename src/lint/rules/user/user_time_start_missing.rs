use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-time-start-missing",
    area: "user",
    severity: Severity::Error,
    title: "a time range of a user has no start",
    explanation: "\
`times` lists the hours in which the user may be connected, each with a start and an end like `08:00:00`.

nats-server refuses the user at any time. Give the start; `00:00:00` is the beginning of the day.",
    citation: "nats-io/jwt/v2 types.go: TimeRange.Validate",
    versions: "all",
    check: Check::Gate,
};
