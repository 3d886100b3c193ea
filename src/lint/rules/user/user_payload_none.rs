use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::terms::not_zero;
use crate::token::User;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "user-payload-none",
    area: "user",
    severity: Severity::Warning,
    title: "a user may publish empty messages only",
    explanation: "\
A limit that is missing is 0, and 0 means none: the client connects, and its first message that is not empty
ends the connection with `Maximum Payload Violation`. Unlimited is -1. A user of a role has all limits 0 and
takes those of the role: this is about users with permissions of their own.

`jwtfix reissue FILE --set /nats/payload=-1` allows messages of any size.",
    citation: "nats-server client.go: applyAccountLimits, maxPayloadViolation",
    versions: "all",
    check: Check::User(check),
};

fn check(token: &Credential<'_>, user: &User, out: &mut Out<'_>) {
    // A user of a role has nothing of its own.
    if user.permissions.payload == 0 && !not_zero(&user.permissions).is_empty() {
        out.tell(&RULE, || {
            let message = format!("{} may publish empty messages only: its limit is 0 bytes", token.owner());
            Finding::new(&RULE, message, token.at("/nats/payload").saying("0 or missing; unlimited is -1"))
                .server("maximum payload exceeded")
                .fix(token.set("allow messages of any size", "/nats/payload", -1))
        });
    }
}
