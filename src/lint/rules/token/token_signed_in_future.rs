use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-signed-in-future",
    area: "token",
    severity: Severity::Warning,
    title: "a token is signed at a time that has not come",
    explanation: "\
Revocations compare with `iat`: what was signed after the time of a revocation is not void. A user with an
`iat` years ahead escapes every revocation up to now, and an account with one is taken for newer than
everything that is signed until then, so that a store does not let it be replaced. A clock was wrong, or the
time is in milliseconds.

Sign it again: `jwtfix reissue`. To stop such a user now, remove the key that signed it.",
    citation: "nats-server accounts.go: isRevoked; dirstore.go: saveIfNewer",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    // Clocks may be apart a little.
    if token.claims.data.iat > token.scene.now.saturating_add(3600) {
        out.tell(&RULE, || {
            let iat = token.claims.data.iat;
            let message = format!("{} is signed at a time that has not come", token.owner());
            let place = token.at("/iat").showing(iat.to_string()).saying("later than now");
            Finding::new(&RULE, message, place).help("sign it again: jwtfix reissue")
        });
    }
}
