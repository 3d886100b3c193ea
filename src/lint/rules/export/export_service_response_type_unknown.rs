use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-service-response-type-unknown",
    area: "export",
    severity: Severity::Error,
    title: "the response type of an exported service is not known",
    explanation: "\
`response_type` is `Singleton` (the default), `Stream` or `Chunked`, with capital letters.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
