use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-bearer",
    area: "user",
    severity: Severity::Note,
    title: "whoever has this token is let in",
    explanation: "\
The user is a bearer: the client does not have to prove that it has the user's seed. Whoever reads the
token, in a log, a file or on the wire, can connect with it until it expires or is revoked. An account can
forbid bearers (`disallow_bearer`).

Use bearers for browsers and MQTT only, where a client cannot sign; give them an early end, source networks
and narrow permissions.",
    citation: "nats-io/jwt/v2 user_claims.go: BearerToken; nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
