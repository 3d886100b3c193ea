use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-scoped-key-invalid",
    area: "account",
    severity: Severity::Error,
    title: "a scoped signing key of an account is not an account's public key",
    explanation: "\
The `key` of a scope must be an account key: it begins with `A`. What the scope's template says is not
validated at all, and shows only when a user connects.

nats-server refuses the whole account: nobody can connect to it. Remove the key with `nsc edit account
--rm-sk`.",
    citation: "nats-io/jwt/v2 signingkeys.go: UserScope.Validate",
    versions: "all",
    check: Check::Gate,
};
