use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-account-missing",
    area: "chain",
    severity: Severity::Warning,
    title: "a user is of an account that is not here",
    explanation: "\
No token of the account that the user names, or that signed it, is among those that were given. If the servers
have none either they refuse the user: `Account JWT lookup error: account missing`, or after two seconds
`fetching jwt timed out`. The account was deleted, or the file is of another operator.

If the account is gone, put the user's file away; its seed opens nothing any more.",
    citation: "nats-server server.go: fetchAccount",
    versions: "all",
    check: Check::Gate,
};
