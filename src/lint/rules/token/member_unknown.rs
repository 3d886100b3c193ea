use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "member-unknown",
    area: "token",
    severity: Severity::Warning,
    title: "a token has a member that no library knows",
    explanation: "\
Go's library drops members that it does not know, and so does every server: they have no effect. Often it is a
misspelled name. When nsc or another tool signs the token again the member is lost; jwtfix keeps it.",
    citation: "encoding/json",
    versions: "all",
    check: Check::Gate,
};
