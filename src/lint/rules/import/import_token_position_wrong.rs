use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-position-wrong",
    area: "import",
    severity: Severity::Error,
    title: "an import of an export that is for another account",
    explanation: "\
The export has an `account_token_position`: that token of the subject has to be the importing account's key.
This import has another text there, or the very subject of the export with its `*`, which no server lets in.
The importing account is loaded without the import: `import not authorized`, in a debug line.

Write the own key into the subject: `nsc add import --account KEY --remote-subject SUBJECT`.",
    citation: "nats-server accounts.go: checkAuth",
    versions: "all",
    check: Check::Gate,
};
