use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-account-missing",
    area: "import",
    severity: Severity::Error,
    title: "an import does not say which account it is from",
    explanation: "\
`account` must be the public key of the exporter. Whether it is a key at all is not validated: another text
passes here, and the import is then inactive.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate",
    versions: "all",
    check: Check::Gate,
};
