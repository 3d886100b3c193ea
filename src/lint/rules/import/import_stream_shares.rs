use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-stream-shares",
    area: "import",
    severity: Severity::Error,
    title: "an import shares who asks and is not a service",
    explanation: "\
`share` lets an exported service learn who sent a request. Streams are not asked.

nats-server refuses the whole account: nobody can connect to it. Remove `share`.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
