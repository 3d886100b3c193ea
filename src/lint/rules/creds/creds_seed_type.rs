use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-seed-type",
    area: "creds",
    severity: Severity::Error,
    title: "the seed in a credentials file is not a user's",
    explanation: "\
The seed is an account's or an operator's: whoever has this file can issue users, or accounts. A client
cannot even connect with it, as the key is not the user's.

Treat the key as exposed if the file has been where user credentials go: make a new one, sign again what the
old one signed, and remove the old one from the token that lists it.",
    citation: "nats-io/jwt/v2 creds_utils.go: ParseDecoratedUserNKey",
    versions: "all",
    check: Check::Gate,
};
