use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-extra-block",
    area: "creds",
    severity: Severity::Warning,
    title: "a credentials file has more blocks than a token and a seed",
    explanation: "\
Clients take the first block for the token and the second for the seed. With another token in front, or
between the two, they connect with the wrong one or not at all, and each client in its own way.

Keep the user's token and seed, and nothing else.",
    citation: "nkeys creds_utils.go: ParseDecoratedJWT",
    versions: "all",
    check: Check::Gate,
};
