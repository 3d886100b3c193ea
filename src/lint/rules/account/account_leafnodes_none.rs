use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-leafnodes-none",
    area: "account",
    severity: Severity::Note,
    title: "an account allows no leafnodes",
    explanation: "\
`leaf` is 0 or missing, and 0 means none: a leafnode that comes with credentials of this account reads
`maximum account active connections exceeded`. That may be meant; tools that build tokens without Go's library
forget it. Unlimited is -1.

`jwtfix reissue FILE --set /nats/limits/leaf=-1` allows any number.",
    citation: "nats-server client.go: registerWithAccount; accounts.go: MaxTotalLeafNodesReached",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    // Where nobody can connect that is said already.
    if account.limits.leaf == 0 && account.limits.conn != 0 {
        out.tell(&RULE, || {
            let message = format!("{} allows no leafnodes: its limit is 0, which is none", token.owner());
            let place = token.at("/nats/limits/leaf").saying("0 or missing; unlimited is -1");
            Finding::new(&RULE, message, place)
                .server("maximum account active connections exceeded")
                .fix(token.set("allow any number of leafnodes", "/nats/limits/leaf", -1))
        });
    }
}
