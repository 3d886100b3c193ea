use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-not-user-jwt",
    area: "creds",
    severity: Severity::Error,
    title: "the token in a credentials file is not a user's",
    explanation: "\
Clients send the token that they find first, and nats-server asks for a user's: `Authentication requires a
user JWT`, or in older releases `User JWT not valid: not user claim`.

Write the credentials again with the user's token.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
