use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-account-server-url-unreadable",
    area: "operator",
    severity: Severity::Warning,
    title: "an operator's account server URL cannot be read",
    explanation: "\
nsc uses this URL to fetch and to push accounts. Go cannot parse it, so Go's library refuses to write the
token again in any form.

nats-server does not look at it. Correct it with `nsc edit operator --account-jwt-server-url`.",
    citation: "nats-io/jwt/v2 operator_claims.go: validateAccountServerURL; net/url: Parse",
    versions: "all",
    check: Check::Gate,
};
