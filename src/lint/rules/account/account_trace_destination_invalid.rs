use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-trace-destination-invalid",
    area: "account",
    severity: Severity::Error,
    title: "the subject that message traces are sent to is not valid",
    explanation: "\
`trace.dest` is a subject of the account to which servers send traces of messages. It must not be empty, and
it must not have spaces or empty tokens.

nats-server refuses the whole account: nobody can connect to it. Set it with `nsc edit account
--trace-context-subject`, which turns traces off with an empty text.",
    citation: "nats-io/jwt/v2 account_claims.go: Account.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
