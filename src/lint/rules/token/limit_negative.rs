use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::UNLIMITED;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "limit-negative",
    area: "token",
    severity: Severity::Warning,
    title: "a limit is negative and not -1",
    explanation: "\
-1 is unlimited. Any other number below 0 is a limit that is always exceeded: of connections, `maximum account
active connections exceeded`; of subscriptions, `maximum subscriptions exceeded`; of bytes, `Maximum Payload
Violation`.

Write -1 where unlimited is meant: `jwtfix reissue FILE --set POINTER=-1`.",
    citation: "nats-server client.go: applyAccountLimits, registerWithAccount",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    for (pointer, limit) in token.limits().filter(|(_, limit)| *limit < UNLIMITED) {
        out.tell(&RULE, || {
            let message = format!("a limit of {} is {limit}, which is always exceeded", token.owner());
            let place = token.at(pointer).showing(limit.to_string()).saying("unlimited is -1");
            Finding::new(&RULE, message, place).fix(token.set("make it unlimited", pointer, UNLIMITED))
        });
    }
}
