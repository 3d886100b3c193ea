use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-seed-beside-creds",
    area: "key",
    severity: Severity::Warning,
    title: "the operator's seed stands beside credentials of users",
    explanation: "\
Creds files are made to be handed out and mounted where programs run. An operator's seed in the same directory travels
with them: with it anybody makes accounts, and users of the system account.

Keep the operator's seeds apart, best not on a machine that serves anybody; give day-to-day work a signing key
(`nsc edit operator --sk generate`).",
    citation: "nsc keeps them in keys/ and creds/",
    versions: "all",
    check: Check::Gate,
};
