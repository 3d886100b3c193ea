use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "key-truncated",
    area: "key",
    severity: Severity::Error,
    title: "a key has a valid checksum and not 32 bytes",
    explanation: "\
Nothing but the checksum was looked at before nkeys 0.4.16, and verifying with a key of another length panics. A
server that is built with it and meets a token of such an issuer stops answering, before anybody has logged in
(advisory NATS-2026-23, GHSA-g33f-6538-grxh). Later servers refuse it.",
    citation: "nats-io/nkeys v0.4.16 public.go; NATS-2026-23",
    versions: "all",
    check: Check::Gate,
};
