use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-misspelled",
    area: "connect",
    severity: Severity::Error,
    title: "an account is named that does not exist, and one with nearly the same name or key does",
    explanation: "\
No server has the account that the credentials or the client's settings name, and the name or key of one that
exists is only a few letters away. In a configuration with accounts the server says `cannot find local account`,
to a JWT it logs `Account JWT lookup error: account missing`, and the client reads `Authorization Violation`.

Correct the name in the client's settings. Where it stands in the user's token, issue the user again: the token
is signed and cannot be corrected by hand.",
    citation: "nats-server server.go: lookupAccount",
    versions: "all",
    check: Check::Gate,
};
