use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-xkey-without-users",
    area: "callout",
    severity: Severity::Warning,
    title: "an authorization callout with a key and no users: it is off",
    explanation: "\
`authorization` has an `xkey`, and no `auth_users`. A server asks an authorization service only where there
are users of it that need not be asked about: this account has none, so that nobody is asked and every user of
it is let in by its own token alone.

Name the service's user: `nsc edit authcallout --auth-user KEY`, or take the callout away: `--disable`.",
    citation: "nats-server accounts.go: updateAccountClaimsWithRefresh, isExternalAuth",
    versions: "2.10.0-",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let callout = &account.authorization;
    if !callout.xkey.is_empty() && callout.auth_users.is_empty() {
        out.tell(&RULE, || {
            let message = format!("{} has a key for authorization callout, and nobody is asked", token.owner());
            let place = token.at("/nats/authorization/xkey").showing(callout.xkey.as_str());
            Finding::new(&RULE, message, place.saying("without auth_users"))
                .help(token.command("nsc edit authcallout --account NAME --auth-user KEY"))
        });
    }
}
