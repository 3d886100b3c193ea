use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Account;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "revocation-in-future",
    area: "account",
    severity: Severity::Warning,
    title: "a revocation up to a time that has not come",
    explanation: "\
The entry voids everything that is signed up to then, so also what will be signed until then: issuing the user
again does not help before that second. Times in milliseconds, where seconds are meant, are one way to it.

If the user may connect, revoke up to now: `nsc revocations add-user --at TIME`.",
    citation: "nats-server accounts.go: isRevoked",
    versions: "all",
    check: Check::Account(check),
};

fn check(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let now = token.scene.now;
    // A clock may be a little behind the one that the revocation was made by.
    for (key, until) in account.revocations.iter().filter(|(_, until)| **until > now.saturating_add(3600)) {
        out.tell(&RULE, || {
            let message = format!("a revocation of {} voids what will be signed up to {until}", token.owner());
            let place = token.at("/nats/revocations").showing(key.as_str()).saying("a time that has not come");
            Finding::new(&RULE, message, place)
                .server("User authentication revoked")
                .help("nsc revocations add-user --user-public-key KEY --at TIME")
        });
    }
}
