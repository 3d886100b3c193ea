use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "mapping-weights-over-100",
    area: "account",
    severity: Severity::Error,
    title: "the weights of a subject mapping add up to more than 100",
    explanation: "\
Among the targets that are for no cluster in particular the weights are shares of one whole. A target
without a weight counts as 100, so two of these are already too much.

nats-server refuses the whole account: nobody can connect to it.",
    citation: "nats-io/jwt/v2 account_claims.go: Mapping.Validate",
    versions: "all",
    check: Check::Gate,
};
