use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-issuer-account-invalid",
    area: "user",
    severity: Severity::Error,
    title: "the account that the user was issued for is not an account's public key",
    explanation: "\
A signing key that issues a user names its account in `issuer_account`. nats-server looks that account up; a
text that is not a key begins no account, so the user is refused before that.

Issue the user again with the key of the account that owns the signing key.",
    citation: "nats-io/jwt/v2 user_claims.go: UserClaims.Validate",
    versions: "all",
    check: Check::Gate,
};
