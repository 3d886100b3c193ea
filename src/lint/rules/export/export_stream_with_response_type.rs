use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-stream-with-response-type",
    area: "export",
    severity: Severity::Error,
    title: "an exported stream has a response type",
    explanation: "\
Only services answer. Either the export was meant to be a service, or `response_type` must go.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
