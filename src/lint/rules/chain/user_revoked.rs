use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-revoked",
    area: "chain",
    severity: Severity::Error,
    title: "a user is revoked by its account",
    explanation: "\
The account's revocations have an entry for this user, or for `*`, with a time not before the user's `iat`. A
server refuses it: `User authentication revoked`, and disconnects it when the revocation arrives.

A user that is issued again has a later `iat` and is not revoked any more: revoke with care, and issue with
care.",
    citation: "nats-server auth.go: isRevoked",
    versions: "all",
    check: Check::Gate,
};
