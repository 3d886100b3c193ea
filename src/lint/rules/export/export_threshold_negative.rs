use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-threshold-negative",
    area: "export",
    severity: Severity::Error,
    title: "the response threshold of an export is negative",
    explanation: "\
`response_threshold` is how long a service may take to answer, in nanoseconds. It has no \"unlimited\": leave
it out for the server's default.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
