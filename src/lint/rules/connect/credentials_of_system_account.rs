use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "credentials-of-system-account",
    area: "connect",
    severity: Severity::Error,
    title: "credentials of the system account are used where an account of users is meant",
    explanation: "\
The server lets the client in, but into the system account: it sees the servers' own subjects and none of the
messages of the account that was meant, and JetStream is not there. `account not found` is then what tools say of
streams and of the other account's subjects.

Use the credentials of a user of the account that was meant.",
    citation: "nats-server accounts.go: the system account",
    versions: "all",
    check: Check::Gate,
};
