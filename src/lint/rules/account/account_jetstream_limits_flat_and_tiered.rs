use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-jetstream-limits-flat-and-tiered",
    area: "account",
    severity: Severity::Error,
    title: "an account has JetStream limits with and without tiers",
    explanation: "\
JetStream limits are either for all assets or by tier (`R1`, `R3`). In a token that has both Go drops the
flat ones when it reads it, so nats-server never sees the conflict; a program that builds claims meets this
error.

Decide for one: `nsc edit account --rm-js-tier 0` removes the flat ones.",
    citation: "nats-io/jwt/v2 account_claims.go: OperatorLimits.Validate; decoder_account.go: loadAccount",
    versions: "all",
    check: Check::Gate,
};
