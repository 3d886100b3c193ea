use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-system-account-invalid",
    area: "operator",
    severity: Severity::Error,
    title: "an operator's system account is not an account's public key",
    explanation: "\
nats-server takes the name of its system account from here. No resolver has a token under this name: with a
memory resolver the server does not start, with another one it starts and nobody can ever connect to its
system account.

Set it with `nsc edit operator --system-account`.",
    citation: "nats-io/jwt/v2 operator_claims.go: Operator.Validate; nats-server server.go: SetSystemAccount",
    versions: "all",
    check: Check::Gate,
};
