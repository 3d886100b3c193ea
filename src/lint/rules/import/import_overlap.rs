use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-overlap",
    area: "import",
    severity: Severity::Error,
    title: "two services of one exporter are imported to overlapping subjects",
    explanation: "\
A request to a subject that both cover would have two ways to go. What is compared is `to`, else
`local_subject`, else `subject`.

nats-server refuses the whole account: nobody can connect to it. Before 2.11.15, 2.12.6 and 2.14.0 it
compared the services of all exporters with each other and refused more. Give one of them another
`local_subject`.",
    citation: "nats-io/jwt/v2 imports.go: Imports.Validate",
    versions: "all",
    check: Check::Gate,
};
