use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-xkey-invalid",
    area: "callout",
    severity: Severity::Error,
    title: "the key that authorization requests are sealed for is not a curve key",
    explanation: "\
`xkey` is a public curve key: it begins with `X`. nsc makes one with `nsc edit authcallout --curve
generate`.

nats-server refuses the whole account, and with it the authorization service.",
    citation: "nats-io/jwt/v2 account_claims.go: ExternalAuthorization.Validate",
    versions: "from 2.9.16",
    check: Check::Gate,
};
