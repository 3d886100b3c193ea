use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "issuer-role-wrong",
    area: "token",
    severity: Severity::Error,
    title: "the issuer's key is of a role that cannot sign this kind",
    explanation: "\
Operators (`O`) sign accounts and themselves, accounts (`A`) sign users and activations, servers (`N`) sign
authorization requests. The signature holds, and a server refuses the token all the same: `unable to validate
expected prefixes`.",
    citation: "nats-io/jwt/v2 decoder.go: Decode",
    versions: "all",
    check: Check::Gate,
};
