use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-one-line",
    area: "creds",
    severity: Severity::Error,
    title: "line ends of a credentials file are missing",
    explanation: "\
The file was pasted into one line. Clients find no token, and some send the whole text, the seed in it, to the
server.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
