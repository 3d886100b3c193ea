use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-type-twice",
    area: "token",
    severity: Severity::Warning,
    title: "a token says its kind in two places",
    explanation: "\
There is a `type` at the top level and another in `nats`. The one at the top level wins, and with it the old
layout: members are looked for where that has them, and the signature must be over the payload alone.

What the token means then depends on who reads it. Issue it again with `type` in `nats` only.",
    citation: "nats-io/jwt/v2 decoder.go: identifier.Kind and identifier.Version",
    versions: "all",
    check: Check::Gate,
};
