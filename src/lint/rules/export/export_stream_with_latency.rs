use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-stream-with-latency",
    area: "export",
    severity: Severity::Error,
    title: "latency is measured of something that is not a service",
    explanation: "\
`service_latency` measures how long answers take, and only services answer.

nats-server refuses the whole account: nobody can connect to it. Remove it with `nsc edit export
--rm-latency-sampling`.",
    citation: "nats-io/jwt/v2 exports.go: Export.Validate",
    versions: "all",
    check: Check::Gate,
};
