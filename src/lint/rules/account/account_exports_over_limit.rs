use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-exports-over-limit",
    area: "account",
    severity: Severity::Error,
    title: "an account has more exports than its operator allows",
    explanation: "\
`limits.exports` says how many exports the account may have: -1 is unlimited, and a missing number is zero.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it. Remove exports, or raise the limit with `nsc edit account --exports`.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate",
    versions: "all",
    check: Check::Gate,
};
