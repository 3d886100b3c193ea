use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "key-not-canonical",
    area: "key",
    severity: Severity::Warning,
    title: "a key is not in its canonical spelling",
    explanation: "\
Go's nkeys, and so nats-server, skips line ends, drops one, three or six characters too many, and does not look
at the last bits of a seed. Other libraries do not. As a text the key is not equal to itself in the other
spelling: a server that compares texts, as it does with issuers and signing keys, does not find it.",
    citation: "nats-io/nkeys strkey.go: decode",
    versions: "all",
    check: Check::Gate,
};
