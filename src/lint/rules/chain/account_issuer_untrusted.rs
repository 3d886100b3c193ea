use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-issuer-untrusted",
    area: "chain",
    severity: Severity::Error,
    title: "an account is signed by a key that the server does not trust",
    explanation: "\
A server in operator mode takes accounts that a key of its operator signed: a signing key, or the identity key
unless the operator is strict. This issuer is none of them. A server refuses the account, `Account JWT lookup
error: account validation failed`, and every client of it reads `Authorization Violation`.

Either the wrong operator signed, or the operator has a new signing key and the server still holds the
operator's old token.",
    citation: "nats-server server.go: isTrustedIssuer",
    versions: "all",
    check: Check::Gate,
};
