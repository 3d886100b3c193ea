use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-tier-unnamed",
    area: "account",
    severity: Severity::Error,
    title: "a JetStream tier of an account has no name",
    explanation: "\
Tiers are called `R1`, `R3` and so on, after the number of replicas. An empty name is none.

nats-server refuses the whole account: nobody can connect to it. Give the tier its name, or put its limits
where those without tiers stand.",
    citation: "nats-io/jwt/v2 account_claims.go: OperatorLimits.Validate",
    versions: "all",
    check: Check::Gate,
};
