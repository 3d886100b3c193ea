use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Rule, Severity};
use crate::token::User;

pub(crate) static RULE: Rule = Rule {
    code: "user-bearer",
    area: "user",
    severity: Severity::Note,
    title: "a user's token is enough to connect",
    explanation: "\
With `bearer_token` the server asks for no proof of the seed: whoever reads the token, in a log or a proxy, can
connect as this user. It is meant for websocket clients that cannot keep a seed.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication",
    versions: "all",
    check: Check::User(check),
};

fn check(token: &Credential<'_>, user: &User, out: &mut Out<'_>) {
    if user.permissions.bearer_token {
        out.tell(&RULE, || {
            let message = format!("whoever has the token of {} can connect with it", token.owner());
            Finding::new(&RULE, message, token.at("/nats/bearer_token").saying("no seed is asked for"))
        });
    }
}
