use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "system-account-unresolved",
    area: "connect",
    severity: Severity::Error,
    title: "the server cannot resolve its system account",
    explanation: "\
With a memory resolver the server does not start: `error resolving system account`. With a directory it makes up
a system account until it finds the real one, and lets in only users that the account's own key signed.

Put the JWT of the system account where the resolver finds it, or correct the key in `system_account`: it is the
key of an account, and that account's JWT has to be signed by the operator.

`jwtfix fix CREDS --server CONF --store DIR` preloads it where its token is below DIR.",
    citation: "nats-server server.go: NewServer",
    versions: "all",
    check: Check::Gate,
};
