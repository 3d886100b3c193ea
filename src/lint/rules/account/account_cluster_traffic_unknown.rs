use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-cluster-traffic-unknown",
    area: "account",
    severity: Severity::Error,
    title: "an account's choice of who carries cluster traffic is not known",
    explanation: "\
`cluster_traffic` is `system` (the default) or `owner`, in small letters: which account the traffic between
the replicas of streams goes through.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 account_claims.go: ClusterTraffic.Valid (2.6.0)",
    versions: "from 2.10.24",
    check: Check::Gate,
};
