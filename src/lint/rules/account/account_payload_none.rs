use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "account-payload-none",
    area: "account",
    severity: Severity::Warning,
    title: "an account allows empty messages only",
    explanation: "\
A limit that is missing is 0, and 0 means none: clients connect, and the first message that is not empty ends
the connection with `Maximum Payload Violation`. Unlimited is -1, and then the server's own `max_payload`
holds.

`jwtfix reissue FILE --set /nats/limits/payload=-1` allows messages of any size.",
    citation: "nats-server client.go: applyAccountLimits, maxPayloadViolation",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    // Where nobody can connect that is said already.
    if account.limits.payload == 0 && account.limits.conn != 0 {
        out.tell(&RULE, || {
            let message = format!("{} allows empty messages only: its limit is 0 bytes", token.owner());
            let place = token.at("/nats/limits/payload").saying("0 or missing; unlimited is -1");
            Finding::new(&RULE, message, place)
                .server("maximum payload exceeded")
                .help("jwtfix reissue FILE --set /nats/limits/payload=-1")
                .fix(token.set("allow messages of any size", "/nats/limits/payload", -1))
        });
    }
}
