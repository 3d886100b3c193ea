use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "signing-key-removed",
    area: "chain",
    severity: Severity::Error,
    title: "the key that signed a token is not listed",
    explanation: "\
The account is there and does not list the key that signed: it was removed, or the server's account token is
older than the key. A server refuses the user: `User JWT issuer is not known`.

Compare the account in the store with the one that the server has; push it, or issue the user again.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
