use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-seed-mismatch",
    area: "creds",
    severity: Severity::Error,
    title: "the seed of a credentials file is of another key",
    explanation: "\
The token is about one user key and the seed belongs to another. The server lets the client sign a nonce with
the seed and verifies it with the token's subject: `Signature not verified`, and the client reads `Authorization
Violation`. The two halves come from different files.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
