use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::token::Kind;
use crate::lint::{Check, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "token-without-iat",
    area: "token",
    severity: Severity::Warning,
    title: "a token does not say when it was signed",
    explanation: "\
Revocations compare with `iat`, and stores take the token with the later one. A user without it counts as
signed in 1970: every revocation of it or of `*` voids it; and wherever its account has any revocation at all,
each change of the account closes its connection with `User Authentication Revoked`, though it may come back
at once. An account without it never replaces one that is there.

Sign it again: `jwtfix reissue`. Libraries that build tokens by hand forget it.",
    citation: "nats-io/jwt/v2 account_claims.go: isRevoked; nats-server dirstore.go: saveIfNewer",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    let kind = token.claims.kind();
    if token.claims.data.iat == 0 && matches!(kind, Kind::User | Kind::Account) {
        out.tell(&RULE, || {
            let message = format!("{} does not say when it was signed", token.owner());
            Finding::new(&RULE, message, token.at("/iat").saying("0 or missing")).help("sign it again: jwtfix reissue")
        });
    }
}
