use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-seed",
    area: "creds",
    severity: Severity::Warning,
    title: "there is no seed in a credentials file",
    explanation: "\
The client has nothing to sign the server's nonce with. nats-server refuses it with `Signature missing`,
unless the user is a bearer.",
    citation: "nkeys creds_utils.go: ParseDecoratedNKey",
    versions: "all",
    check: Check::Gate,
};
