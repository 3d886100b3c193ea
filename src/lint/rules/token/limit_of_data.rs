use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Body;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "limit-of-data",
    area: "token",
    severity: Severity::Note,
    title: "a limit of data, which no server enforces",
    explanation: "\
`data` is a number of bytes that the library has and nsc sets, and that no release of nats-server ever looked
at: whoever relies on it has no limit.

Limit `payload`, `subs` and connections, or the server's own rates; leave `data` at -1.",
    citation: "nats-server client.go: applyAccountLimits; nats-io/jwt/v2 types.go: NatsLimits",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    let (pointer, limit) = match &token.claims.body {
        Body::Account(account) => ("/nats/limits/data", account.limits.data),
        Body::User(user) => ("/nats/data", user.permissions.data),
        _ => return,
    };
    if limit > 0 {
        out.tell(&RULE, || {
            let message = format!("{} has a limit of data, which no server enforces", token.owner());
            let place = token.at(pointer).showing(limit.to_string()).saying("not looked at");
            Finding::new(&RULE, message, place)
        });
    }
}
