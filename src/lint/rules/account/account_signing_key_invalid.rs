use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-signing-key-invalid",
    area: "account",
    severity: Severity::Error,
    title: "a signing key of an account is not an account's public key",
    explanation: "\
Signing keys of an account are account keys themselves: they begin with `A`.

nats-server refuses the whole account: nobody can connect to it. Remove the key with `nsc edit account
--rm-sk`.",
    citation: "nats-io/jwt/v2 signingkeys.go: SigningKeys.Validate",
    versions: "all",
    check: Check::Gate,
};
