use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-widens-role",
    area: "user",
    severity: Severity::Warning,
    title: "a user whose name or tags widen its role",
    explanation: "\
The role's allow list has a template, and what this user puts into it has a `*` or `>` of its own:
`data.{{tag(team)}}.in` with the tag `team:*` is `data.*.in`. A server takes it: all that it asks of the
result is to be a valid subject. The role was mostly meant to be one user's own subjects.

Issue the user again with a name and tags that are plain words. Who signs with the role's key can always do
this: give the key only to those who may.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Gate,
};
