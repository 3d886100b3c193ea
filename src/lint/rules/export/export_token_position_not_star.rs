use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-token-position-not-star",
    area: "export",
    severity: Severity::Error,
    title: "an export ties importers to a token that is not a wildcard",
    explanation: "\
`account_token_position` says which token of the subject, counted from 1, must be the importer's key. That
token must be `*` in the export, so that each importer can have its own.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
