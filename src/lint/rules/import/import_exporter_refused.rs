use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-exporter-refused",
    area: "import",
    severity: Severity::Error,
    title: "an import is from an account that servers refuse",
    explanation: "\
The exporter's token is there, and no server takes it, so that the import does not work either.",
    citation: "nats-server accounts.go: updateAccountClaims",
    versions: "all",
    check: Check::Gate,
};
