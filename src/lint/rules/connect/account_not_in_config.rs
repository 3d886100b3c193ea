use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-not-in-config",
    area: "connect",
    severity: Severity::Error,
    title: "an account is not defined in the configuration",
    explanation: "\
The server has no operator: its accounts are those of its `accounts` block, and this one is not among them. A
leafnode's remote or user that names it keeps the server from starting: `cannot find local account`.

Define the account, or name one that is defined.",
    citation: "nats-server leafnode.go: validateLeafNode",
    versions: "all",
    check: Check::Gate,
};
