use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-service-url-foreign-scheme",
    area: "operator",
    severity: Severity::Warning,
    title: "a service URL of an operator has a scheme that clients do not know",
    explanation: "\
Only `nats`, `tls`, `ws` and `wss` are known. In an address like `localhost:4222` Go takes `localhost` for
the scheme.

nats-server does not look at it. Replace it with `nsc edit operator --rm-service-url` and `--service-url`.",
    citation: "nats-io/jwt/v2 operator_claims.go: ValidateOperatorServiceURL",
    versions: "all",
    check: Check::Gate,
};
