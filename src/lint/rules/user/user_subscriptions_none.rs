use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Edit, Fix, Rule, Severity};
use crate::server::terms::not_zero;
use crate::token::User;

pub(crate) static RULE: Rule = Rule {
    code: "user-subscriptions-none",
    area: "user",
    severity: Severity::Warning,
    title: "a user may have no subscription",
    explanation: "\
A limit that is missing is 0, and 0 means none: the client connects and reads `maximum subscriptions exceeded`
at its first subscription, a reply to a request included. Unlimited is -1. A user of a role has all limits 0 and
takes those of the role: this is about users with permissions of their own.",
    citation: "nats-server client.go: subsAtLimit",
    versions: "all",
    check: Check::User(check),
};

fn check(token: &Credential<'_>, user: &User, out: &mut Out<'_>) {
    // A user of a role has nothing of its own.
    if user.permissions.subs == 0 && !not_zero(&user.permissions).is_empty() {
        out.tell(&RULE, || {
            let message =
                format!("{} may have no subscription: its limit is 0, which is none", token.owner());
            Finding::new(&RULE, message, token.at("/nats/subs").saying("0 or missing; unlimited is -1"))
                .server("maximum subscriptions exceeded")
                .fix(
                    Fix::unsafe_(
                        "allow any number of subscriptions",
                        &token.place(),
                        [Edit::Set { pointer: "/nats/subs".into(), value: (-1).into() }],
                    )
                    .of(token.claims.data.sub.as_str()),
                )
        });
    }
}
