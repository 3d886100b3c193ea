use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "export-null",
    area: "export",
    severity: Severity::Error,
    title: "an export is null",
    explanation: "\
An element of the list of exports is JSON's `null` instead of an export.

Where the account's exports are limited and wildcards are not allowed, nats-server does not get as far as
refusing it: the validation panics, and the server process ends. All releases do that, also at the start
with such an account in its preload, and when the system account pushes it. Otherwise the whole account is
refused.

Do not give the token to any server. Issue it again without the element; jwtfix sees no reason why a tool
would write one.",
    citation: "nats-io/jwt/v2 exports.go: Exports.Validate; account_claims.go: Account.Validate",
    versions: "all",
    check: Check::Gate,
};
