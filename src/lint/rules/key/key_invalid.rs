use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "key-invalid",
    area: "key",
    severity: Severity::Error,
    title: "a text is no valid key",
    explanation: "\
Keys are 56 characters of A-Z and 2-7, seeds 58, with a checksum at the end. A wrong or missing character, lower
case, or two that have changed places make it invalid; where it can be told which, the message says so.",
    citation: "nats-io/nkeys strkey.go: decode",
    versions: "all",
    check: Check::Gate,
};
