use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-for-another-account",
    area: "import",
    severity: Severity::Error,
    title: "the token of an import was issued for another account",
    explanation: "\
The activation's subject must be the account that imports: that is what keeps activations from being passed
on.

nats-server refuses the whole account: nobody can connect to it. Ask the exporter for an activation for this
account's key: `nsc generate activation --target-account`.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
