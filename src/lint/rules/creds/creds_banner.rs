use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-banner",
    area: "creds",
    severity: Severity::Note,
    title: "the words around the blocks are not the usual ones",
    explanation: "\
The warning between the blocks or the line of stars at the end is missing or another, as older tools wrote
it. No client minds.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats-io/jwt/v2 creds_utils.go: DecorateSeed",
    versions: "all",
    check: Check::Gate,
};
