use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-rename-wildcards-differ",
    area: "import",
    severity: Severity::Error,
    title: "the own subject of an import has not as many wildcards as the exporter's",
    explanation: "\
Each `*` of the exporter's subject must come up in `local_subject`: as `*`, or as `$1`, `$2` and so on where
they change places. Here there are more or fewer.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 types.go: RenamingSubject.Validate",
    versions: "all",
    check: Check::Gate,
};
