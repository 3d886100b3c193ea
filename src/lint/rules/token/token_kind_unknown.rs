use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-kind-unknown",
    area: "token",
    severity: Severity::Error,
    title: "a token is of a kind that no server knows",
    explanation: "\
`nats.type` is one of `operator`, `account`, `user`, `activation`, `authorization_request` and
`authorization_response`, in lower case. Whatever else stands there makes it a generic token, which Go's library
verifies as version 1: over the payload alone. A token that was signed as version 2 then fails with `claim
failed V1 signature verification`, which says nothing of the cause.",
    citation: "nats-io/jwt/v2 decoder.go: loadClaims",
    versions: "all",
    check: Check::Gate,
};
