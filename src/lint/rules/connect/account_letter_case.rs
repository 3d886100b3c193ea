use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-letter-case",
    area: "connect",
    severity: Severity::Error,
    title: "an account is named in another letter case",
    explanation: "\
Names and keys are compared letter by letter: `orders` is not `ORDERS`, and keys are upper case. A directory on
a file system that folds letter case finds the file all the same, which is why a client that works on one
machine is refused on another.

Write the name or key exactly as it is where the account is defined.",
    citation: "nats-server server.go: lookupAccount; dirstore.go: pathForKey",
    versions: "all",
    check: Check::Gate,
};
