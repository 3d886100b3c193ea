use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-trace-destination-wildcard",
    area: "account",
    severity: Severity::Error,
    title: "the subject that message traces are sent to has wildcards",
    explanation: "\
Traces are published to `trace.dest`, and nothing can be published to a subject with wildcards.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
