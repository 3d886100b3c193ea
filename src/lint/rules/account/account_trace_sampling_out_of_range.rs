use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-trace-sampling-out-of-range",
    area: "account",
    severity: Severity::Error,
    title: "the share of messages to trace is not between 1 and 100",
    explanation: "\
`trace.sampling` is a number of percent; zero or nothing stands for 100.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
