use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-latency-sampling-out-of-range",
    area: "export",
    severity: Severity::Error,
    title: "the share of requests whose latency is measured is not between 1 and 100",
    explanation: "\
`sampling` is a number of percent, or the word `headers` for those requests that ask for it.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 exports.go: ServiceLatency.Validate",
    versions: "all",
    check: Check::Gate,
};
