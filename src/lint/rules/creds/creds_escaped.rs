use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-escaped",
    area: "creds",
    severity: Severity::Error,
    title: "line ends of a credentials file are written as \\n",
    explanation: "\
The file went through an environment variable, YAML or JSON that kept its line ends as a backslash and an n.
Clients find no token, and some send the whole text to the server.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: FormatUserConfig; readers of nine clients, measured",
    versions: "all",
    check: Check::Gate,
};
