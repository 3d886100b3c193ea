use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "issuer-account-missing",
    area: "chain",
    severity: Severity::Error,
    title: "a signing key signed, and the token does not say for which account",
    explanation: "\
A server looks the account up by `nats.issuer_account`, and by the issuer where that is missing. A signing key
is no account, so that the lookup fails: `Account JWT lookup error`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
