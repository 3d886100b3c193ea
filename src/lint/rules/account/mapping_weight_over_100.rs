use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mapping-weight-over-100",
    area: "account",
    severity: Severity::Error,
    title: "a target of a subject mapping has a weight above 100",
    explanation: "\
Weights are percent of the messages; nothing or zero stands for 100.

nats-server refuses the whole account: nobody can connect to it. Servers before these releases did not look
at each weight, and their sum could overflow and pass.",
    citation: "nats-io/jwt/v2 account_claims.go: Mapping.Validate (2.8.1)",
    versions: "from 2.11.15, 2.12.6 and 2.14.0",
    check: Check::Gate,
};
