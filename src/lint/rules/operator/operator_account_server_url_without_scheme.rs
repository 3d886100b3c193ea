use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-account-server-url-without-scheme",
    area: "operator",
    severity: Severity::Warning,
    title: "an operator's account server URL has no scheme",
    explanation: "\
nsc uses this URL to fetch and to push accounts, and must know how to talk to the server: `nats://`,
`tls://` or `https://` belongs in front of it. Go's library refuses to write the token again without.

nats-server does not look at it. Correct it with `nsc edit operator --account-jwt-server-url`.",
    citation: "nats-io/jwt/v2 operator_claims.go: validateAccountServerURL",
    versions: "all",
    check: Check::Gate,
};
