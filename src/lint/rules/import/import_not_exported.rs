use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-not-exported",
    area: "import",
    severity: Severity::Error,
    title: "an import of what is not exported",
    explanation: "\
The exporter has no export of this kind that holds the subject, or one whose account token position asks for
another account. A server loads the importing account without this import: `Error adding stream import to
account … not authorized`. Nothing arrives, and no client reads why.",
    citation: "nats-server accounts.go: checkStreamImportAuthorized, checkServiceImportAuthorized",
    versions: "all",
    check: Check::Gate,
};
