use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-payload-invalid",
    area: "token",
    severity: Severity::Error,
    title: "the payload of a token cannot be read",
    explanation: "\
The payload is no JSON, or a member of it is of a type that Go's structures do not take: a number in quotes, a
fraction where an integer belongs, an object for a list. A server refuses the token with the text of Go's JSON
decoder, which names the member.

The token was written by hand or by another library. Issue it again, with the member put right.",
    citation: "nats-io/jwt/v2 decoder.go: loadClaims; encoding/json",
    versions: "all",
    check: Check::Gate,
};
