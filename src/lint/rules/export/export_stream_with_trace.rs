use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-stream-with-trace",
    area: "export",
    severity: Severity::Error,
    title: "an exported stream allows traces",
    explanation: "\
`allow_trace` of an export lets traces follow requests into the exporting account, so it is for services.
For streams it is the import that allows them.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
