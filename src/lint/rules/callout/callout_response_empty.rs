use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-response-empty",
    area: "callout",
    severity: Severity::Error,
    title: "an answer of the authorization service has neither a token nor an error",
    explanation: "\
The service must either let the client in, with a user's token in `jwt`, or say in `error` why not.
nats-server refuses the client with `Authorization response had validation errors`.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationResponseClaims.Validate; nats-server auth_callout.go",
    versions: "from 2.10.0",
    check: Check::Gate,
};
