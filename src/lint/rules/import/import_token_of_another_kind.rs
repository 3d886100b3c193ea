use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-of-another-kind",
    area: "import",
    severity: Severity::Error,
    title: "the token of an import is for a stream and the import is a service, or the other way round",
    explanation: "\
The activation's `kind` must be the import's `type`.

nats-server refuses the whole account: nobody can connect to it. Correct the import's type, or ask the
exporter for another activation.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
