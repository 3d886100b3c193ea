use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-subscriptions-none",
    area: "account",
    severity: Severity::Warning,
    title: "an account allows no subscriptions",
    explanation: "\
A limit that is missing is 0, and 0 means none: each client of the account is connected, reads `maximum
subscriptions exceeded` and is closed at once. Unlimited is -1. The account's limit holds for every user that
has a greater one or none.

`jwtfix reissue FILE --set /nats/limits/subs=-1` allows any number.",
    citation: "nats-server client.go: applyAccountLimits, subsAtLimit",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    // Where nobody can connect that is said already.
    if account.limits.subs == 0 && account.limits.conn != 0 {
        out.tell(&RULE, || {
            let message = format!("{} allows no subscriptions: its limit is 0, which is none", token.owner());
            let place = token.at("/nats/limits/subs").saying("0 or missing; unlimited is -1");
            Finding::new(&RULE, message, place)
                .server("maximum subscriptions exceeded")
                .help("jwtfix reissue FILE --set /nats/limits/subs=-1")
                .fix(token.set("allow any number of subscriptions", "/nats/limits/subs", -1))
        });
    }
}
