use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-any-account-mixed",
    area: "callout",
    severity: Severity::Error,
    title: "any account is allowed to authorization callout, and others beside it",
    explanation: "\
`*` in `allowed_accounts` lets the service place users in every account, so a list beside it means nothing
and one of the two is a mistake.

nats-server refuses the whole account. Keep the list if you can: a service that is taken over can then reach
these accounts alone.",
    citation: "nats-io/jwt/v2 account_claims.go: ExternalAuthorization.Validate",
    versions: "from 2.9.16",
    check: Check::Gate,
};
