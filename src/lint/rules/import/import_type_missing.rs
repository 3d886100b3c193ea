use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-type-missing",
    area: "import",
    severity: Severity::Error,
    title: "an import is neither a stream nor a service",
    explanation: "\
`type` must be `stream` or `service`, the same as that of the export.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
