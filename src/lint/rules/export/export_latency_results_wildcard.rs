use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-latency-results-wildcard",
    area: "export",
    severity: Severity::Error,
    title: "latency results are sent to a subject with wildcards",
    explanation: "\
Results are published to `results`, and nothing can be published to a subject with wildcards.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 exports.go: ServiceLatency.Validate",
    versions: "all",
    check: Check::Gate,
};
