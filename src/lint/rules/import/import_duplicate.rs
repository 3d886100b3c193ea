use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-duplicate",
    area: "import",
    severity: Severity::Error,
    title: "two services of one exporter are imported to the same subject",
    explanation: "\
`to`, else `local_subject`, else `subject` is the same for both, so one of the imports has no effect.

nats-server refuses the whole account: nobody can connect to it. Remove one of them, or give it another
`local_subject`. Go reports an overlap beside this.",
    citation: "nats-io/jwt/v2 imports.go: Imports.Validate",
    versions: "all",
    check: Check::Gate,
};
