use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-request-user-missing",
    area: "callout",
    severity: Severity::Error,
    title: "an authorization request names no user key",
    explanation: "\
`user_nkey` is the key that the server made for the client; the answer must be a token for that key. Without
it no answer can be right.

Servers always write it, so the request was made or changed by something else. The authorization service
should refuse it.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationRequestClaims.Validate",
    versions: "from 2.10.0",
    check: Check::Gate,
};
