use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-dashes-nonstandard",
    area: "creds",
    severity: Severity::Warning,
    title: "the dashes of a BEGIN or END line are not the usual ones",
    explanation: "\
Clients need three dashes on either side at least, .NET exactly five. Word processors and chat programs turn
them into long ones, which no client takes for dashes: some then send the whole file for the token.

`jwtfix fix FILE` writes the canonical form; token and seed stay as they are.",
    citation: "nkeys creds_utils.go: credsRe; nats.net UserCredentials.cs",
    versions: "all",
    check: Check::Gate,
};
