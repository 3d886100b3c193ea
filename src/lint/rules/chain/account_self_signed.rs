use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-self-signed",
    area: "chain",
    severity: Severity::Error,
    title: "an account signed itself",
    explanation: "\
nsc makes such accounts where it has no operator, and for pushes to a managed operator. A server in operator
mode refuses them: `Account JWT lookup error: account validation failed`. The operator has to sign it.

An error where it is known who may sign accounts: a configuration or an operator is at hand. An account alone may still
be on its way to its operator: a warning.",
    citation: "nats-server server.go: isTrustedIssuer",
    versions: "all",
    check: Check::Gate,
};
