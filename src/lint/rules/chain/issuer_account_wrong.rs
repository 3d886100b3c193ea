use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "issuer-account-wrong",
    area: "chain",
    severity: Severity::Error,
    title: "a token names one account and is signed by another",
    explanation: "\
`nats.issuer_account` names an account that does not list the key in `iss`. A server refuses the user: `User JWT
issuer is not known`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
