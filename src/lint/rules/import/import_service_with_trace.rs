use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-service-with-trace",
    area: "import",
    severity: Severity::Error,
    title: "an imported service allows traces",
    explanation: "\
`allow_trace` of an import lets traces follow the messages of a stream into the importing account. For
services it is the export that allows them.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate (2.5.4)",
    versions: "from 2.10.12",
    check: Check::Gate,
};
