use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-label-nonstandard",
    area: "creds",
    severity: Severity::Note,
    title: "the words of a mark are not the usual ones",
    explanation: "\
Most clients look at the dashes alone; some want the words.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
