use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-narrower-than-import",
    area: "import",
    severity: Severity::Error,
    title: "the token of an import does not cover its subject",
    explanation: "\
The activation allows a subject, and what is imported does not lie in it. Servers before 2.2.0 did not
compare the two, so that an activation for one subject opened all of an exporter's.

nats-server refuses the whole account: nobody can connect to it. Import what was allowed, or ask the
exporter for an activation of the subject that you need.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate; CVE-2021-3127",
    versions: "all",
    check: Check::Gate,
};
