use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-user-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "a user of the authorization service is not a user's public key",
    explanation: "\
`auth_users` lists public keys of users: they begin with `U`. A name does not count.

nats-server refuses the whole account, and with it the authorization service and everybody who is to be let
in by it.",
    citation: "nats-io/jwt/v2 account_claims.go: ExternalAuthorization.Validate",
    versions: "from 2.9.16",
    check: Check::Gate,
};
