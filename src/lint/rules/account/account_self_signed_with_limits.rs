use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-self-signed-with-limits",
    area: "account",
    severity: Severity::Warning,
    title: "an account that is signed by an account key sets its own limits",
    explanation: "\
Limits are the operator's to give. The token was signed by an account's key, usually the account's own,
while it waits for the operator to sign it: then they are a wish at most.

nats-server does not trust such an issuer at all, so the account cannot be used until the operator has
signed it.",
    citation: "nats-io/jwt/v2 account_claims.go: AccountClaims.Validate",
    versions: "all",
    check: Check::Gate,
};
