use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-rename-tail-differs",
    area: "import",
    severity: Severity::Error,
    title: "the own subject of an import ends in `>` and the exporter's does not, or the other way round",
    explanation: "\
`>` stands for the rest of a subject, and that rest must have a place on both sides.

nats-server refuses the whole account: nobody can connect to it. Let both subjects end in `>` or neither.",
    citation: "nats-io/jwt/v2 types.go: RenamingSubject.Validate",
    versions: "all",
    check: Check::Gate,
};
