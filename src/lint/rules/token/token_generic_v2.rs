use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-generic-v2",
    area: "token",
    severity: Severity::Note,
    title: "a generic token is signed as version 2",
    explanation: "\
Go's `Decode` verifies a token of unknown kind over its payload alone and refuses this one; `DecodeGeneric`
chooses by the header's algorithm and accepts it. No server reads generic tokens.",
    citation: "nats-io/jwt/v2 genericlaims.go: DecodeGeneric",
    versions: "all",
    check: Check::Gate,
};
