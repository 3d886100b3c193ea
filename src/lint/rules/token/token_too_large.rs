use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-too-large",
    area: "token",
    severity: Severity::Error,
    title: "a token is larger than Go's library reads",
    explanation: "\
Since v2.8.1 Go's library refuses tokens above 1 MiB (1,048,576 bytes), and with it nats-server from 2.11.15,
2.12.6 and 2.14.0 on. Older servers read it, so an upgrade can make the account unusable.

Revocations that are older than the lifetime of the users they name can go, and so can imports and exports that
nobody uses.",
    citation: "nats-io/jwt/v2 decoder.go: Decode",
    versions: "from 2.11.15, 2.12.6 and 2.14.0",
    check: Check::Gate,
};
