use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "credentials-not-of-system-account",
    area: "connect",
    severity: Severity::Error,
    title: "credentials of an account of users are used where the system account is meant",
    explanation: "\
Requests to `$SYS.REQ.…`, pushing accounts for one, are answered in the system account alone. From any other
account nobody answers: `no responders`, or a time-out.

Use the credentials of a user of the system account, the one that `system_account` names.",
    citation: "nats-server events.go: initEventTracking",
    versions: "all",
    check: Check::Gate,
};
