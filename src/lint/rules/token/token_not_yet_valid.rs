use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-not-yet-valid",
    area: "token",
    severity: Severity::Error,
    title: "a token is not valid yet",
    explanation: "\
`nbf` is the second before which the token is not valid. nats-server refuses users and accounts until then,
by its own clock.

Wait, or compare the clocks of the host that signed and the host that serves: a clock that is minutes ahead
is the usual cause. Otherwise issue the token again without a beginning.",
    citation: "nats-io/jwt/v2 claims.go: ClaimsData.Validate; nats-server auth.go: processClientOrLeafAuthentication, server.go: verifyAccountClaims",
    versions: "all",
    check: Check::Gate,
};
