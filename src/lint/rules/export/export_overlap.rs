use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-overlap",
    area: "export",
    severity: Severity::Error,
    title: "two exports of the same kind overlap",
    explanation: "\
One of the subjects lies in the other, or they are the same. Which of the two an import would go by, with
its token, its response type and its revocations, would be chance.

nats-server refuses the whole account: nobody can connect to it, and other accounts lose what they import
from it. Remove the narrower one, or split the wider.",
    citation: "nats-io/jwt/v2 exports.go: isContainedIn",
    versions: "all",
    check: Check::Gate,
};
