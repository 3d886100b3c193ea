use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-activation-not-yet-valid",
    area: "import",
    severity: Severity::Error,
    title: "an import whose activation token is not valid yet",
    explanation: "\
The export is private, and the activation token of the import begins only later. A server loads the importing
account without this import: `import not authorized`, in a debug line. It does not ask again when the time has
come: the import stays dead until the account is loaded anew.

Wait and push the account again, or let the exporter make a token without a beginning: `nsc generate
activation`.",
    citation: "nats-server accounts.go: checkActivation",
    versions: "all",
    check: Check::Gate,
};
