use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-unsealed",
    area: "callout",
    severity: Severity::Note,
    title: "requests of an authorization callout are not sealed",
    explanation: "\
A server sends what the client came with, passwords and tokens among it, to `$SYS.REQ.USER.AUTH` in this
account. Without an `xkey` every user of the account that may subscribe to `>` or `$SYS.>` reads it.

Give the service a curve key, `nsc generate nkey --curve`, and name it: `nsc edit authcallout --curve KEY`.",
    citation: "nats-server auth_callout.go: processClientOrLeafCallout",
    versions: "2.10.0-",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let callout = &account.authorization;
    if !callout.auth_users.is_empty() && callout.xkey.is_empty() {
        out.tell(&RULE, || {
            let message = format!("what clients of {} come with is sent to its service unsealed", token.owner());
            Finding::new(&RULE, message, token.at("/nats/authorization").saying("no xkey"))
                .help(token.command("nsc edit authcallout --account NAME --curve KEY"))
        });
    }
}
