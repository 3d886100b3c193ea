use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-version-missing",
    area: "token",
    severity: Severity::Error,
    title: "a token says no version",
    explanation: "\
`nats.version` is 0 or missing, and the payload has no top-level `type` that would make it version 1. Go's
library refuses it: `library supports version 2 or less - received 0`. Tools that build tokens without Go's
library forget it.

Write `\"version\": 2` into `nats`, and sign again.",
    citation: "nats-io/jwt/v2 decoder_account.go: loadAccount",
    versions: "all",
    check: Check::Gate,
};
