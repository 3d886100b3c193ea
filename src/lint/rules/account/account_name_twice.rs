use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-name-twice",
    area: "account",
    severity: Severity::Note,
    title: "two accounts of an operator have the same name",
    explanation: "\
Servers know accounts by their keys and do not mind. nsc keeps them in directories by name: `nsc pull` of both
writes one over the other, and a command with `--account NAME` means one of them. Logs show the name too.

Give one of them another name: `jwtfix reissue FILE --set /name=NAME`.",
    citation: "nsc cmd/pull.go: storeAccount",
    versions: "all",
    check: Check::Gate,
};
