use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "creds-whole-file-sent-as-jwt",
    area: "creds",
    severity: Severity::Error,
    title: "a client that reads this file sends all of it, the seed included, to the server",
    explanation: "\
No block of the file is good, so clients take the whole file for a bare token. They still find a line that
looks like a seed to sign with, and send the file with the seed in it, in clear where the connection has no
TLS.

The server refuses the client, and the seed is in its trace log and with everybody who can read the wire.
Repair the file before a client reads it; where one already did, issue a new user and revoke the old one.",
    citation: "nats-io/jwt/v2 and nkeys creds_utils.go: ParseDecoratedJWT; nats.c util.c",
    versions: "all",
    check: Check::Gate,
};
