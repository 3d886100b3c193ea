use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-request-user-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "the user key of an authorization request is not a user's public key",
    explanation: "\
`user_nkey` is the key that the server made for the client; the answer must be a token for that key.

Servers always write a valid one, so the request was made or changed by something else. The authorization
service should refuse it.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationRequestClaims.Validate",
    versions: "from 2.10.0",
    check: Check::Gate,
};
