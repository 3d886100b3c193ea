use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-draft-v2",
    area: "token",
    severity: Severity::Error,
    title: "a token of version 2 is signed as a draft of it did",
    explanation: "\
Libraries of May 2020 wrote payloads of version 2 and signed them over the payload alone. Every released server
refuses them: `claim failed V2 signature verification`. The signature does hold in its own way, so the token was
not tampered with.

Sign it again with the same issuer: `jwtfix reissue FILE --key FILE`.",
    citation: "nats-io/jwt/v2 decoder.go: Decode",
    versions: "all",
    check: Check::Gate,
};
