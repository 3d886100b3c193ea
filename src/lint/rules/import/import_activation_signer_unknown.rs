use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-activation-signer-unknown",
    area: "import",
    severity: Severity::Error,
    title: "an import whose activation token is signed by a key that the exporter does not list",
    explanation: "\
The token says in `issuer_account` for which account it was signed, and that account does not list the key in
`iss` as a signing key: it was removed, or never added. A server loads the importing account without this
import: `import not authorized`, in a debug line. So does every other activation of that key stop.

Let the exporter sign a new one: `nsc generate activation`. Whoever removes a signing key of an exporter has
to make all its activations again.",
    citation: "nats-server accounts.go: checkActivation, hasIssuer",
    versions: "all",
    check: Check::Gate,
};
