use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-self-signed",
    area: "chain",
    severity: Severity::Warning,
    title: "an account signed itself",
    explanation: "\
nsc makes such accounts where it has no operator, and for pushes to a managed operator. A server in operator
mode refuses them: `Account JWT not signed by trusted operator`. The operator has to sign it.",
    citation: "nats-server server.go: isTrustedIssuer",
    versions: "all",
    check: Check::Gate,
};
