use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-source-network-invalid",
    area: "user",
    severity: Severity::Error,
    title: "a source network of a user is not in CIDR form",
    explanation: "\
`src` lists networks like `10.1.0.0/16` or `2001:db8::/32`. A single address needs `/32` or `/128` behind
it; leading zeros, blanks and zones are not allowed.

nats-server refuses the user, wherever it comes from.",
    citation: "nats-io/jwt/v2 types.go: Limits.Validate; net: ParseCIDR",
    versions: "all",
    check: Check::Gate,
};
