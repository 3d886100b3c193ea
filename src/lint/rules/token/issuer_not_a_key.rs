use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "issuer-not-a-key",
    area: "token",
    severity: Severity::Error,
    title: "the issuer of a token is no public key",
    explanation: "\
`iss` names the public key that signed. Where it is no key nothing can be verified, and a server refuses the
token with `claim failed V2 signature verification`.",
    citation: "nats-io/jwt/v2 claims.go: verify",
    versions: "all",
    check: Check::Gate,
};
