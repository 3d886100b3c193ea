use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-order",
    area: "creds",
    severity: Severity::Error,
    title: "the seed of a credentials file stands before the token",
    explanation: "\
Clients take the first block for the token and the second for the seed, whatever their marks say. Python and
.NET alone go by the marks. The others send nothing useful, or the seed.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: ParseDecoratedJWT",
    versions: "all",
    check: Check::Gate,
};
