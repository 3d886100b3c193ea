use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-final-newline",
    area: "creds",
    severity: Severity::Warning,
    title: "the last line of a credentials file has no line end",
    explanation: "\
Where the file ends right behind the seed's END line, Rust finds no seed and JavaScript throws. Where it
ends behind the seed itself, Python drops the seed's last letter.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe; async-nats auth_utils.rs",
    versions: "all",
    check: Check::Gate,
};
