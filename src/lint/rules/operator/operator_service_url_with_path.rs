use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-service-url-with-path",
    area: "operator",
    severity: Severity::Warning,
    title: "a service URL of an operator has a path",
    explanation: "\
Clients connect to a host and a port, so a path means nothing; a single `/` at the end counts as one. A host
without a scheme is taken for a path as well.

nats-server does not look at it. Replace it with `nsc edit operator --rm-service-url` and `--service-url`.",
    citation: "nats-io/jwt/v2 operator_claims.go: ValidateOperatorServiceURL",
    versions: "all",
    check: Check::Gate,
};
