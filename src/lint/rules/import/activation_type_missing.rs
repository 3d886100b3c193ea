use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "activation-type-missing",
    area: "import",
    severity: Severity::Error,
    title: "an activation is neither for a stream nor for a service",
    explanation: "\
`kind` of an activation must be `stream` or `service`.

nats-server refuses every account that has it in one of its imports. The exporter must issue it again.",
    citation: "nats-io/jwt/v2 activation_claims.go: Activation.Validate",
    versions: "all",
    check: Check::Gate,
};
