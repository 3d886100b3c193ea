use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-null",
    area: "import",
    severity: Severity::Error,
    title: "an import is null",
    explanation: "\
An element of the list of imports is JSON's `null` instead of an import.

nats-server refuses the whole account: nobody can connect to it. Issue the account again without the
element.",
    citation: "nats-io/jwt/v2 imports.go: Imports.Validate",
    versions: "all",
    check: Check::Gate,
};
