use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-response-audience-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "an answer of the authorization service is not for a server",
    explanation: "\
`aud` of the answer must be the key of the server that asked, which stands in `server_id.id` of the request
and begins with `N`. nats-server refuses the client with `Authorization response had validation errors`.

Put the request's `server_id.id` there.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationResponseClaims.Validate; nats-server auth_callout.go",
    versions: "from 2.10.0",
    check: Check::Gate,
};
