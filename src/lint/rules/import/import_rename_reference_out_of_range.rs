use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-rename-reference-out-of-range",
    area: "import",
    severity: Severity::Error,
    title: "the own subject of an import refers to a wildcard that the exporter's does not have",
    explanation: "\
`$1` in `local_subject` is the first `*` of the subject, `$2` the second, and so on. The subject has fewer.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 types.go: RenamingSubject.Validate",
    versions: "all",
    check: Check::Gate,
};
