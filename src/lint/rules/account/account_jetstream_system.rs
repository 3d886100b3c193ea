use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-system",
    area: "account",
    severity: Severity::Warning,
    title: "the system account has JetStream",
    explanation: "\
An operator's system account has limits of JetStream. A server runs no JetStream for it: its API is where the
servers themselves talk. nsc refuses to validate or push such an account.

Take it away: `nsc edit account --name SYS --js-disable`, and push.",
    citation: "nats-server jetstream.go: EnableJetStream; nsc cmd/validate.go",
    versions: "all",
    check: Check::Gate,
};
