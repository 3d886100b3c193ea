use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "revocation-shadowed",
    area: "account",
    severity: Severity::Note,
    title: "a revocation that another covers",
    explanation: "\
The entry for `*` voids what was signed up to a later time, for every user. Those of single users that end
before it add nothing: they are dead weight in a token that every server holds in memory and that is sent
around at every change.

They can be taken out when the account is next signed: `nsc revocations delete-user`.",
    citation: "nats-server accounts.go: isRevoked",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let Some(all) = account.revocations.get("*") else { return };
    let shadowed = |(key, until): &(&String, &i64)| *key != "*" && *until <= all;
    let mut entries = account.revocations.iter().filter(shadowed);
    let Some((first, _)) = entries.next() else { return };
    let count = entries.count() + 1;
    out.tell(&RULE, || {
        let message = format!("{count} of the revocations of {} are covered by that of all users", token.owner());
        let place = token.at("/nats/revocations").showing(first.as_str()).saying("not after the time of *");
        Finding::new(&RULE, message, place)
            .help("nsc revocations delete-user --user-public-key KEY")
            .fix(token.remove("take it out", format!("/nats/revocations/{first}")))
    });
}
