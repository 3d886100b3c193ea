use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-not-in-resolver",
    area: "connect",
    severity: Severity::Error,
    title: "the JWT of an account is in no resolver that the server asks",
    explanation: "\
The server trusts the operator and would take the account, but finds no JWT for it: `Account JWT lookup error:
account missing` with a memory resolver, `fetching jwt timed out` with a directory. The account was never pushed
to this server, was pushed to another one, or its file was lost.

Give the account's JWT to the resolver: push it, put it into the directory as `KEY.jwt`, or add it to
`resolver_preload`. A memory resolver reads preloads when the configuration is reloaded.

`jwtfix fix CREDS --server CONF --store DIR` does it where a token is below DIR, for a directory and for preloads.",
    citation: "nats-server server.go: fetchRawAccountClaims",
    versions: "all",
    check: Check::Gate,
};
