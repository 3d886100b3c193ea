use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::server::load::int32;
use crate::server::version::UNKNOWN_TEMPLATE_REFUSED;
use crate::token::UNLIMITED;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "limit-cut",
    area: "token",
    severity: Severity::Warning,
    title: "a limit is greater than a server can hold",
    explanation: "\
Servers hold these limits in 32 bits. Those before 2.11.14, and 2.12.0 to 2.12.4, cut off the rest: 2147483648
becomes negative and is always exceeded, 4294967296 becomes 0, which is none. Later ones take the greatest
number that they can hold.

Write -1 for unlimited, or at most 2147483647.",
    citation: "nats-server accounts.go: updateAccountClaimsWithRefresh; client.go: clampInt64ToInt32",
    versions: "-2.11.13, 2.12.0-2.12.4",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    // Where it is only made smaller nobody notices.
    let cut = |limit: i64| int32(limit, token.scene.version) < limit && limit > i64::from(i32::MAX);
    if token.scene.version.has(&UNKNOWN_TEMPLATE_REFUSED) {
        return;
    }
    for (pointer, limit) in token.limits().filter(|(_, limit)| cut(*limit)) {
        out.tell(&RULE, || {
            let held = int32(limit, token.scene.version);
            let message = format!("a limit of {} is {limit}, and this server makes {held} of it", token.owner());
            let place = token.at(pointer).showing(limit.to_string()).saying("more than 32 bits hold");
            Finding::new(&RULE, message, place).fix(token.set("make it unlimited", pointer, UNLIMITED))
        });
    }
}
