use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Edit, Fix, Rule, Severity};
use crate::token::Account;

pub(crate) static RULE: Rule = Rule {
    code: "account-connections-none",
    area: "account",
    severity: Severity::Warning,
    title: "an account allows no connections",
    explanation: "\
A limit that is missing is 0, and 0 means none: every client of the account reads `maximum account active
connections exceeded`. Unlimited is -1. Tools that build tokens without Go's library forget it.

`jwtfix reissue FILE --set /nats/limits/conn=-1` allows any number.",
    citation: "nats-server client.go: registerWithAccount",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    if account.limits.conn == 0 {
        out.tell(&RULE, || {
            let message = format!("{} allows no connections: its limit is 0, which is none", token.owner());
            Finding::new(
                &RULE,
                message,
                token.at("/nats/limits/conn").saying("0 or missing; unlimited is -1"),
            )
            .server("maximum account active connections exceeded")
            .help("jwtfix reissue FILE --set /nats/limits/conn=-1")
            .fix(
                Fix::unsafe_(
                    "allow any number of connections",
                    &token.place(),
                    [Edit::Set { pointer: "/nats/limits/conn".into(), value: (-1).into() }],
                )
                .of(token.claims.data.sub.as_str()),
            )
        });
    }
}
