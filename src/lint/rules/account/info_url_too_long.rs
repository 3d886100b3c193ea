use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "info-url-too-long",
    area: "account",
    severity: Severity::Error,
    title: "a link to more information is longer than 8 KiB",
    explanation: "\
The `info_url` of an account or of an export may have 8192 bytes.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 types.go: Info.Validate",
    versions: "all",
    check: Check::Gate,
};
