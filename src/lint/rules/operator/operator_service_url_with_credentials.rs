use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-service-url-with-credentials",
    area: "operator",
    severity: Severity::Error,
    title: "a service URL of an operator holds credentials",
    explanation: "\
There is a user name or a password in front of the host. Everyone who has the operator's token can read it,
and that token is no secret: servers and users hold copies of it.

nats-server does not look at the URL and will never use these. Take them out, and change the password if it
was a real one.",
    citation: "nats-io/jwt/v2 operator_claims.go: ValidateOperatorServiceURL",
    versions: "all",
    check: Check::Gate,
};
