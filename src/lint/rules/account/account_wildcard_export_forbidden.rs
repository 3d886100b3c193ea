use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-wildcard-export-forbidden",
    area: "account",
    severity: Severity::Error,
    title: "an account exports a subject with wildcards and its operator forbids that",
    explanation: "\
`limits.wildcards` must be true for that; a missing member is false. Where the number of exports is
unlimited the member has no meaning.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it. Export plain subjects, or allow it with `nsc edit account --wildcard-exports`.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate",
    versions: "all",
    check: Check::Gate,
};
