use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-crlf",
    area: "creds",
    severity: Severity::Note,
    title: "lines of a credentials file end in CR LF",
    explanation: "\
Windows line ends. Most clients read them; the canonical form has LF.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
