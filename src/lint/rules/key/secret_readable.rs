use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "secret-readable",
    area: "key",
    severity: Severity::Warning,
    title: "others can read a file with a seed in it",
    explanation: "\
Whoever reads a seed can sign as its owner: as a user, or as an account or operator, who can make users of their
own. Files with seeds belong to one user and have mode 0600.",
    citation: "nsc writes 0600",
    versions: "all",
    check: Check::Gate,
};
