use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-template-refused",
    area: "user",
    severity: Severity::Error,
    title: "a user that does not fill in the template of its role",
    explanation: "\
The signing key's role has a template in a deny list, `{{tag(team)}}` for one, and this user has no such tag,
or a value that makes no valid subject. A server refuses the user with `User JWT generated invalid
permissions`, for leaving the deny out would allow more than was meant. In an allow list such an entry is only
dropped.

Issue the user again with the tags that the role asks for: `nsc add user -K ROLE --tag KEY:VALUE`.",
    citation: "nats-server auth.go: processUserPermissionsTemplate",
    versions: "all",
    check: Check::Gate,
};
