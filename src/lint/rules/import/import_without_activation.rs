use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-without-activation",
    area: "import",
    severity: Severity::Error,
    title: "an import of a private export without an activation token",
    explanation: "\
The export has `token_req`: the exporting account has to sign an activation token for the importing one, and the
import has to carry it. A server loads the importing account without this import: `not authorized`.

`nsc generate activation` in the exporting account makes it.",
    citation: "nats-server accounts.go: checkAuth",
    versions: "all",
    check: Check::Gate,
};
