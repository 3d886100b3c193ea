use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-token",
    area: "creds",
    severity: Severity::Error,
    title: "there is no token in a credentials file",
    explanation: "\
Clients cannot connect with a seed alone to servers in operator mode. Go and C clients take the seed for the
token and send it.",
    citation: "nkeys creds_utils.go: ParseDecoratedJWT",
    versions: "all",
    check: Check::Gate,
};
