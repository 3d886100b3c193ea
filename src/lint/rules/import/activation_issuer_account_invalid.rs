use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "activation-issuer-account-invalid",
    area: "import",
    severity: Severity::Error,
    title: "the account that the activation was issued for is not an account's public key",
    explanation: "\
A signing key that issues an activation names the exporting account in `issuer_account`.

nats-server refuses every account that has it in one of its imports. The exporter must issue it again.",
    citation: "nats-io/jwt/v2 activation_claims.go: validateWithTimeChecks",
    versions: "all",
    check: Check::Gate,
};
