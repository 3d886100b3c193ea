use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-header-invalid",
    area: "token",
    severity: Severity::Error,
    title: "the header of a token is not one of NATS",
    explanation: "\
The header of a token says `\"typ\":\"JWT\"` and `\"alg\":\"ed25519-nkey\"` (`ed25519` in version 1). A token of another
kind of software, OpenID for one, says something else, and a server refuses it with `not supported type` or
`unexpected … algorithm`.

Check that this is the token that was meant to be here.",
    citation: "nats-io/jwt/v2 header.go: parseHeaders",
    versions: "all",
    check: Check::Gate,
};
