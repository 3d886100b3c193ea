use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-service-url-unreadable",
    area: "operator",
    severity: Severity::Warning,
    title: "a service URL of an operator cannot be read",
    explanation: "\
Tools take the address of the servers from here. Go cannot parse this one; an address like `127.0.0.1:4222`
without a scheme in front is the usual cause.

nats-server does not look at it. Replace it with `nsc edit operator --rm-service-url` and `--service-url`.",
    citation: "nats-io/jwt/v2 operator_claims.go: ValidateOperatorServiceURL; net/url: Parse",
    versions: "all",
    check: Check::Gate,
};
