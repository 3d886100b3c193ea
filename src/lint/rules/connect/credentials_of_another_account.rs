use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "credentials-of-another-account",
    area: "connect",
    severity: Severity::Error,
    title: "the credentials lead to another account than the one that is meant",
    explanation: "\
The account is in the credentials, and no setting of the client changes it: a server takes the account that the
user's token names. The client comes in, and finds nothing of what it looks for.

Use the credentials of a user of the account that was meant.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
