use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::token::quote;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "scope-of-own-key",
    area: "account",
    severity: Severity::Warning,
    title: "a role for the key of the account itself",
    explanation: "\
The account lists its own key as a scoped signing key. A server adds the account's own key as one without a
role, and that counts: its users may do whatever their own tokens say, not what the role says. Only under an
operator with `strict_signing_key_usage` the role holds.

Make a signing key for the role: `nsc edit signing-key --account NAME --sk generate --role ROLE`.",
    citation: "nats-server accounts.go: updateAccountClaimsWithRefresh",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let own = &token.claims.data.sub;
    if let Some(Some(scope)) = account.signing_keys.get(own) {
        out.tell(&RULE, || {
            let role = quote(scope.role.as_bytes());
            let message = format!("the role {role} of {} is of the account's own key", token.owner());
            let place = token.at(scope.pointer()).showing(own.as_str()).saying("the account itself");
            Finding::new(&RULE, message, place)
                .help(token.command("nsc edit signing-key --account NAME --sk generate --role ROLE"))
        });
    }
}
