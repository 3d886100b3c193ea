use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-activation-expired",
    area: "import",
    severity: Severity::Error,
    title: "an import whose activation token is expired",
    explanation: "\
The export is private, and the activation token that the import carries has ended. A server loads the
importing account without this import, and says so in a debug line alone: `Error adding stream import to
account … stream import not authorized`. Clients connect as always, and nothing arrives. An import whose token
ends while the server runs stops at that second.

Let the exporting account make a new one, `nsc generate activation`, and put it into the import. The account
itself need not be older or newer for it.",
    citation: "nats-server accounts.go: checkActivation, activationExpired",
    versions: "all",
    check: Check::Gate,
};
