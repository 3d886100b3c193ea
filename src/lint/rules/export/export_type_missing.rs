use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-type-missing",
    area: "export",
    severity: Severity::Error,
    title: "an export is neither a stream nor a service",
    explanation: "\
`type` must be `stream`, where messages flow from the exporter, or `service`, where requests flow to it.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
