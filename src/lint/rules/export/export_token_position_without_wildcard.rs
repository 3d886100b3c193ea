use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-token-position-without-wildcard",
    area: "export",
    severity: Severity::Error,
    title: "an export ties importers to a token of a subject without wildcards",
    explanation: "\
`account_token_position` says which token of the subject must be the importer's key. That token must be a
`*` in the export; here there is none.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
