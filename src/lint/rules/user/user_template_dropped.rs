use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-template-dropped",
    area: "user",
    severity: Severity::Warning,
    title: "a user that gets nothing of an entry of its role",
    explanation: "\
An entry of the role's allow list has a template, `{{tag(team)}}` for one, and this user has no such tag, or a
value that makes no valid subject. The server drops the entry without a word. If it was the last of its list,
`>` is denied and the user may do nothing.

Issue the user again with the tags that the role asks for: `nsc add user -K ROLE --tag KEY:VALUE`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Gate,
};
