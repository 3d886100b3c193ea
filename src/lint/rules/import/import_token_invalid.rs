use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "import-token-invalid",
    area: "import",
    severity: Severity::Error,
    title: "the token of an import is not a valid activation",
    explanation: "\
The token cannot be decoded, its signature does not hold, or it is a token of another kind. Links, which the
first layout allowed in this place, are not followed any more.

nats-server refuses the whole account over it, even where the export is public and needs no token: nobody
can connect. Ask the exporter for a new activation, or remove the token from an import that needs none.",
    citation: "nats-io/jwt/v2 imports.go: Import.Validate; activation_claims.go: DecodeActivationClaims",
    versions: "all",
    check: Check::Gate,
};
