use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-to-and-local-subject",
    area: "import",
    severity: Severity::Error,
    title: "an import has both `to` and `local_subject`",
    explanation: "\
Both say what the subject is called in the importing account, and only one of them can be meant.

nats-server refuses the whole account: nobody can connect to it. Remove `to`.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
