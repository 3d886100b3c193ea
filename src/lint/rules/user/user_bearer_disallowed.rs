use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-bearer-disallowed",
    area: "user",
    severity: Severity::Error,
    title: "a bearer of an account that lets no bearers in",
    explanation: "\
The account has `disallow_bearer`, and this user's token says `bearer_token`. A server refuses it: `Account
does not allow bearer tokens`; the client reads `Authorization Violation`. Bearers that are connected are
closed when the account's token changes so.

Issue the user without it, `nsc edit user --bearer=false`, or lift the limit: `nsc edit account
--disallow-bearer=false`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::Gate,
};
