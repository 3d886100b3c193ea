use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-seed-sent-as-jwt",
    area: "creds",
    severity: Severity::Error,
    title: "a client that reads this file sends the seed to the server",
    explanation: "\
The block with the token is damaged, the block with the seed is not. Clients that take the first good block
for the token then send the seed in its place, in clear where the connection has no TLS. They find the seed
again to sign with, so nothing stops them.

The server refuses the client, and the seed is in its trace log and with everybody who can read the wire.
Repair the file before a client reads it; where one already did, issue a new user and revoke the old one.",
    citation: "nats-io/jwt/v2 and nkeys creds_utils.go: ParseDecoratedJWT; nats.c util.c",
    versions: "all",
    check: Check::Gate,
};
