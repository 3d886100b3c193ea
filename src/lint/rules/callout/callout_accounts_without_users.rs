use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-accounts-without-users",
    area: "callout",
    severity: Severity::Error,
    title: "authorization callout allows accounts and names no users",
    explanation: "\
`auth_users` are the users of the authorization service itself: without one the callout is off, and
`allowed_accounts` has no meaning.

nats-server refuses the whole account. Add the service's user with `nsc edit authcallout --auth-user`, or
turn the callout off with `--disable`.",
    citation: "nats-io/jwt/v2 account_claims.go: ExternalAuthorization.Validate",
    versions: "from 2.9.16",
    check: Check::Gate,
};
