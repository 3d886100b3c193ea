use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-stream-with-threshold",
    area: "export",
    severity: Severity::Error,
    title: "something that is not a service has a response threshold",
    explanation: "\
`response_threshold` is how long a service may take to answer, and only services answer.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
