use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-time-end-unreadable",
    area: "user",
    severity: Severity::Error,
    title: "the end of a time range is not a time of the day",
    explanation: "\
A time of the day is hours, minutes and seconds: `18:00:00`. The seconds cannot be left out, minutes and
seconds have two digits, and 24:00:00 is not one.

nats-server refuses the user at any time.",
    citation: "nats-io/jwt/v2 types.go: TimeRange.Validate; time: Parse with 15:04:05",
    versions: "all",
    check: Check::Gate,
};
