use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-activation-revoked",
    area: "import",
    severity: Severity::Error,
    title: "an import whose activation token the exporter has revoked",
    explanation: "\
The export lists the importing account, or `*`, among its revocations, with a time not before the token's
`iat`. A server loads the importing account without this import: `import not authorized`, in a debug line.
Clients connect as always, and nothing arrives.

If it may import again, the exporter makes a newer token: `nsc generate activation`. Otherwise remove the
import.",
    citation: "nats-server accounts.go: checkActivation, isRevoked",
    versions: "all",
    check: Check::Gate,
};
