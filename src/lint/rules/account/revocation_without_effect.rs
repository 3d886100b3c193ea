use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::nkey::{Role, go};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "revocation-without-effect",
    area: "account",
    severity: Severity::Warning,
    title: "a revocation that voids nobody",
    explanation: "\
A server compares the keys of `revocations` with the subjects of users, and their times with the users' `iat`.
This entry's key is neither a user's public key nor `*`, or its time is 0 or before: it stops nobody, and
whoever was to be stopped goes on.

Revoke the user by its key: `nsc revocations add-user --user-public-key KEY`.",
    citation: "nats-server accounts.go: isRevoked; nats-io/jwt/v2 revocation_list.go",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    for (key, &until) in &account.revocations {
        let known = key == "*" || go::is_public(Role::User, key);
        if known && until > 0 {
            continue;
        }
        out.tell(&RULE, || {
            let message = format!("an entry of the revocations of {} voids nobody", token.owner());
            let label = if known { "its time is before every token" } else { "neither a user's key nor *" };
            let place = token.at("/nats/revocations").showing(key.as_str()).saying(label);
            Finding::new(&RULE, message, place)
                .help("revoke the user by its key: nsc revocations add-user --user-public-key KEY")
        });
    }
}
