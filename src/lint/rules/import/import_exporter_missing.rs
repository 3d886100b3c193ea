use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-exporter-missing",
    area: "import",
    severity: Severity::Warning,
    title: "an import is from an account that is not here",
    explanation: "\
None of the tokens that were given is of the account that the import names. A server that has it neither loads
the importing account without this import and says so in a debug line: `Error adding stream import to account`.
The exporter was deleted, its key is misspelled, or it was not among what was audited.",
    citation: "nats-server accounts.go: updateAccountClaims",
    versions: "all",
    check: Check::Gate,
};
