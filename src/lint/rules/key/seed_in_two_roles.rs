use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "seed-in-two-roles",
    area: "key",
    severity: Severity::Error,
    title: "one seed serves two roles",
    explanation: "\
The same 32 secret bytes are written as seeds of two kinds: the two public keys are the same point with another letter in
front. Whoever holds the lesser of them, a user's say, holds the other one as well and can rewrite it in a line of code:
a user becomes an account, an account an operator.

Make a new key for one of the roles and have what it signed signed again; treat the greater one as known to whoever had
the lesser.",
    citation: "nkeys strkey.go: EncodeSeed",
    versions: "all",
    check: Check::Gate,
};
