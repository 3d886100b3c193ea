use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-response-subject-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "an answer of the authorization service is not about a user's public key",
    explanation: "\
`sub` of the answer must be the `user_nkey` of the request. nats-server refuses the client with
`Authorization response had validation errors`.

Put the request's `user_nkey` there.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationResponseClaims.Validate; nats-server auth_callout.go",
    versions: "from 2.10.0",
    check: Check::Gate,
};
