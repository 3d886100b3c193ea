use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "signed-by-identity-key",
    area: "chain",
    severity: Severity::Error,
    title: "an identity key signed where only signing keys may",
    explanation: "\
The operator has `strict_signing_key_usage`. A server then takes accounts that a signing key of the operator
signed, and users that a signing key of the account signed, and refuses what the identity keys signed.",
    citation: "nats-server server.go: isTrustedIssuer; accounts.go: hasIssuer",
    versions: "all",
    check: Check::Gate,
};
