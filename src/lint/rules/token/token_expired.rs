use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-expired",
    area: "token",
    severity: Severity::Error,
    title: "a token is expired",
    explanation: "\
`exp` is the second after which the token is no longer valid.

nats-server refuses a user whose token is expired, and a whole account whose token is: all its users, and
everything that others import from it. Clients that are connected when the time comes are closed. An expired
activation makes the import that carries it inactive. An operator's end is looked at by nobody.

Issue the token again with a later end, or with none: `jwtfix reissue FILE --renew --key KEYS` lets it last as
long again as it did, `--expires WHEN` until another time. Whoever signs it again changes `iat` too, and with
that undoes a revocation that was meant for the old one.",
    citation: "nats-io/jwt/v2 claims.go: ClaimsData.Validate; nats-server auth.go: processClientOrLeafAuthentication, server.go: verifyAccountClaims",
    versions: "all",
    check: Check::Gate,
};
