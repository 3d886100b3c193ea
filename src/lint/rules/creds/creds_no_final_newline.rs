use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-no-final-newline",
    area: "creds",
    severity: Severity::Note,
    title: "a credentials file has no line end at its end",
    explanation: "\
Parsers that look for a line end behind the last mark miss the seed.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
