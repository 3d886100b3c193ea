use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "server-runs-other-config",
    area: "connect",
    severity: Severity::Error,
    title: "the running server runs another configuration than the one in the file",
    explanation: "\
A server reads its configuration when it starts and when it is told to reload, and not in between. The digest
that it shows is not that of the file, or the file was changed after it was read. What was put right in the file
is then not yet in force.

Reload the server where a reload is enough. Operators, trusted keys, the system account and a move to or from a
resolver need a restart; a reload that meets one of these fails as a whole.",
    citation: "nats-server monitor.go: Varz; reload.go: reloadOptions",
    versions: "all",
    check: Check::Gate,
};
