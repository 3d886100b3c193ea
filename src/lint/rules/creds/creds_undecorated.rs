use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-undecorated",
    area: "creds",
    severity: Severity::Error,
    title: "token and seed stand in a credentials file without their marks",
    explanation: "\
A file with the bare token alone is read by most clients. With a seed in it clients take the whole file, the
seed included, for the token; Python loops.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: ParseDecoratedJWT",
    versions: "all",
    check: Check::Gate,
};
