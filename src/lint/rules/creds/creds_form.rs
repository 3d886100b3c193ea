use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-form",
    area: "creds",
    severity: Severity::Note,
    title: "a credentials file is not in its canonical form",
    explanation: "\
Clients parse credentials files each in its own way. The form that all of them read is the one that nsc writes.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig",
    versions: "all",
    check: Check::Gate,
};
