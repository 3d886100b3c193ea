use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-response-issuer-account-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "the account that the answer was issued for is not an account's public key",
    explanation: "\
An authorization service that signs with a signing key names the account in `issuer_account`. nats-server
refuses the client with `Authorization response had validation errors`.

Put the public key of the service's account there.",
    citation: "nats-io/jwt/v2 authorization_claims.go: AuthorizationResponseClaims.Validate; nats-server auth_callout.go",
    versions: "from 2.10.0",
    check: Check::Gate,
};
