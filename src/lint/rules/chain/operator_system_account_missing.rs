use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "operator-system-account-missing",
    area: "chain",
    severity: Severity::Error,
    title: "the system account of an operator is not here",
    explanation: "\
The operator's token names a system account, accounts of the operator are here, and this one is not among
them. A server that is told of
the operator and has these accounts alone does not start: `Can't set system account: account validation failed`,
or `error resolving system account: account missing` where they are preloaded. nsc validates such a store
without a word.

Find its token, on a running server or in a copy of the store, or sign a new one for the same key: whoever has
the account's seed and the operator's can.",
    citation: "nats-server server.go: Start, setSystemAccount; nsc cmd/validate.go",
    versions: "all",
    check: Check::Gate,
};
