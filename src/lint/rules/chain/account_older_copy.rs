use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-older-copy",
    area: "chain",
    severity: Severity::Warning,
    title: "an account has an older token in another file",
    explanation: "\
Two files hold tokens of one account. A resolver finds one of them by its name; who reads the other works with
limits, keys and revocations that do not hold any more.",
    citation: "nats-server dirstore.go",
    versions: "all",
    check: Check::Gate,
};
