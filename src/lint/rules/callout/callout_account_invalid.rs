use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-account-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "an account allowed to authorization callout is not an account's public key",
    explanation: "\
`allowed_accounts` lists public keys of accounts, which begin with `A`, or `*` alone. A name does not count.

nats-server refuses the whole account, and with it the authorization service.",
    citation: "nats-io/jwt/v2 account_claims.go: ExternalAuthorization.Validate",
    versions: "from 2.9.16",
    check: Check::Gate,
};
