use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "signature-invalid",
    area: "token",
    severity: Severity::Error,
    title: "the signature of a token does not hold",
    explanation: "\
The signature is not made by the key that `iss` names over these bytes. Somebody changed a claim after signing,
the token was put together from two, or a tool wrote an issuer that did not sign. A server refuses it: `claim
failed V2 signature verification`.

Nothing that the token says can be trusted. Issue it again.",
    citation: "nats-io/jwt/v2 claims.go: verify",
    versions: "all",
    check: Check::Gate,
};
