use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-of-another-exporter",
    area: "import",
    severity: Severity::Error,
    title: "the token of an import was issued by another account than it imports from",
    explanation: "\
Neither the activation's issuer nor its `issuer_account` is the account that the import names.

nats-server refuses the whole account: nobody can connect to it. Correct the import's `account`, or ask the
right exporter for an activation. An exporter that signs with a signing key must put itself into
`issuer_account`.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
