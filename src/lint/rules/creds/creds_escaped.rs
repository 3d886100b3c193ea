use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-escaped",
    area: "creds",
    severity: Severity::Error,
    title: "the line ends of a credentials file are written as a backslash and an n",
    explanation: "\
The file went through a JSON text, an environment variable or a template and was not turned back. No client
reads it, and some take the whole of it for the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe",
    versions: "all",
    check: Check::Gate,
};
