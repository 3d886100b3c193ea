use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "info-description-too-long",
    area: "account",
    severity: Severity::Error,
    title: "a description is longer than 8 KiB",
    explanation: "\
The description of an account or of an export may have 8192 bytes.

nats-server refuses the whole account: nobody can connect to it. Shorten the text, and put a link to the
rest into `info_url`.",
    citation: "nats-io/jwt/v2 types.go: Info.Validate",
    versions: "all",
    check: Check::Gate,
};
