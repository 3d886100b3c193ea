use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-signing-key-invalid",
    area: "operator",
    severity: Severity::Error,
    title: "a signing key of an operator is not an operator's public key",
    explanation: "\
Signing keys of an operator are operator keys themselves: they begin with `O`.

nats-server takes every one of them for a key that it trusts and does not start when one is not valid:
`trusted Keys \"…\" are required to be a valid public operator nkey`. Remove it with `nsc edit operator
--rm-sk`.",
    citation: "nats-io/jwt/v2 operator_claims.go: Operator.Validate; nats-server jwt.go: validateTrustedOperators",
    versions: "all",
    check: Check::Gate,
};
