use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "callout-user-revoked",
    area: "callout",
    severity: Severity::Error,
    title: "the user of an authorization service is revoked",
    explanation: "\
The account's revocations have an entry for one of its `auth_users`. Tokens of this user that were signed up
to then are refused; if the service has such a one it cannot connect, nobody answers, and no client of the
account comes in any more.

Issue the service's user again, or take its revocation away: `nsc revocations delete-user`.",
    citation: "nats-server auth.go: processClientOrLeafAuthentication; auth_callout.go",
    versions: "2.10.0-",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for user in account.authorization.auth_users.iter().filter(|user| account.revocations.contains_key(*user)) {
        out.tell(&RULE, || {
            let message = format!("the user of the authorization service of {} is revoked", token.owner());
            Finding::new(&RULE, message, token.at("/nats/revocations").showing(user.as_str()).saying("revoked"))
                .and(token.at("/nats/authorization/auth_users").saying("the service's user"))
                .server("User authentication revoked")
                .help(token.command_with(
                    "issue the service's user again, or nsc revocations delete-user --account NAME --user-public-key KEY",
                    &[("KEY", user)],
                ))
        });
    }
}
