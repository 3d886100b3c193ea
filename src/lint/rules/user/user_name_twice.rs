use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-name-twice",
    area: "user",
    severity: Severity::Note,
    title: "two users of an account have the same name",
    explanation: "\
Servers know users by their keys and do not mind. People do: logs and monitoring show the name, and nsc finds
a user of an account by its name, so that the second one hides behind the first.

Give one of them another name, or put away the one that is not used any more.",
    citation: "nsc cmd/store: users are files by name",
    versions: "all",
    check: Check::Gate,
};
