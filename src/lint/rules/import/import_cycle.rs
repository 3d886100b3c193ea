use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-cycle",
    area: "import",
    severity: Severity::Error,
    title: "an import that comes back to the account",
    explanation: "\
The exporter imports an overlapping subject in its turn, and in the end it comes from this account. A server
puts one import of such a ring in force and refuses the other with `import forms a cycle`, in a debug line:
which one depends on which account is loaded first, so that it changes with every restart.

Take one of the imports out, or rename it with a `local_subject` that does not meet the others.",
    citation: "nats-server accounts.go: checkStreamImportsForCycles, checkServiceImportsForCycles",
    versions: "all",
    check: Check::Gate,
};
