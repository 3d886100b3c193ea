use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-older-copy",
    area: "chain",
    severity: Severity::Warning,
    title: "a user or an operator has a newer token in another file",
    explanation: "\
Two files hold tokens of one subject, signed at different times: credentials and the store that they were made
from, or an operator's token in a server's configuration and in the store. Whoever reads the older one works with
rights, ends and signing keys that the issuer has replaced; a user that was revoked and issued again stays revoked.

`jwtfix fix` puts the newest token in the older one's place.",
    citation: "nats-server auth.go: isRevoked; server.go: isTrustedIssuer",
    versions: "all",
    check: Check::Gate,
};
