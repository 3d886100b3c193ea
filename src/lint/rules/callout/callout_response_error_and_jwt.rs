use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-response-error-and-jwt",
    area: "callout",
    severity: Severity::Error,
    title: "an answer of the authorization service has both a token and an error",
    explanation: "\
The service must either let the client in, with a user's token in `jwt`, or say in `error` why not.
nats-server refuses the client with `Authorization response had validation errors`.

A service that does both has a fault in its logic: find out which of the two was meant.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationResponseClaims.Validate; nats-server auth_callout.go",
    versions: "from 2.10.0",
    check: Check::Gate,
};
