use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "member-duplicate",
    area: "token",
    severity: Severity::Warning,
    title: "a member of a token comes twice",
    explanation: "\
Go decodes the second over the first: of numbers and texts the last counts, objects and maps are merged, lists
are decoded element over element. Other libraries take the first or refuse. What the token grants then depends
on who reads it.",
    citation: "encoding/json decode.go: object",
    versions: "all",
    check: Check::Gate,
};
