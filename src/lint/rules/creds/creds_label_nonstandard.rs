use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-label-nonstandard",
    area: "creds",
    severity: Severity::Warning,
    title: "the words of a BEGIN or END line are not the usual ones",
    explanation: "\
Most clients look at the dashes alone. Python looks for `BEGIN NATS USER JWT` and loops for ever without it;
.NET finds nothing.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nats.py client.py; nats.net UserCredentials.cs",
    versions: "all",
    check: Check::Gate,
};
