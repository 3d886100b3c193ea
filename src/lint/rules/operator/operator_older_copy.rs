use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-older-copy",
    area: "operator",
    severity: Severity::Warning,
    title: "an operator has an older token in another file",
    explanation: "\
Two files hold tokens of one operator. A server that reads the older one does not trust signing keys that were added since
and goes on to trust those that were removed.

Put the newest one everywhere; a running server has to be restarted, it refuses to reload another operator.",
    citation: "nats-server reload.go: config reload not supported for TrustedOperators",
    versions: "all",
    check: Check::Gate,
};
