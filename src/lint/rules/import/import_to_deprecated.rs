use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-to-deprecated",
    area: "import",
    severity: Severity::Warning,
    title: "an import uses the deprecated member `to`",
    explanation: "\
`to` means different things for streams and for services and cannot reorder wildcards; `local_subject` came
in its place with the second layout. nats-server still acts on `to`.

For a stream `to` is a prefix in front of the exporter's subject: `local_subject` becomes that prefix, a dot
and the subject. For a service `to` is the exporter's subject: it becomes `subject`, and what `subject` was
becomes `local_subject`.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
