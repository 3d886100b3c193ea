use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-kind-gone",
    area: "token",
    severity: Severity::Error,
    title: "a token is of a kind that NATS took out",
    explanation: "\
Server and cluster tokens existed in version 1 and are read by nothing any more: `ClusterClaims are not
supported`.",
    citation: "nats-io/jwt/v2 decoder.go: loadClaims",
    versions: "all",
    check: Check::Gate,
};
