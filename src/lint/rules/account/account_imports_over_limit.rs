use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-imports-over-limit",
    area: "account",
    severity: Severity::Error,
    title: "an account has more imports than its operator allows",
    explanation: "\
`limits.imports` says how many imports the account may have: -1 is unlimited, and a missing number is zero.
A token without any limits allows none, which is how tokens of self-made tools often fail.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it. Remove imports, or raise the limit with `nsc edit account --imports`. Go counts twice, so its own
report has this twice.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate",
    versions: "all",
    check: Check::Gate,
};
