use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-unneeded",
    area: "import",
    severity: Severity::Note,
    title: "an activation token for a public export",
    explanation: "\
The export asks for no token, and the import carries one. A server does not look at it there; but it validates
it with the account, so that a token that is damaged or for another account makes it refuse the whole account.

Remove it: `nsc delete import` and `nsc add import` without the token.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate; nats-server accounts.go: checkAuth",
    versions: "all",
    check: Check::Gate,
};
