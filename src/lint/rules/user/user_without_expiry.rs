use crate::lint::Finding;
use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Rule, Severity};
use crate::token::Kind;

pub(crate) static RULE: Rule = Rule {
    code: "user-without-expiry",
    area: "user",
    severity: Severity::Note,
    title: "a user never ends",
    explanation: "\
The token has no `exp`: whoever gets hold of the file can connect until the user is revoked, its signing key is
removed or its account goes. Creds files are copied and forgotten.

Give users an end and issue them again in time: `nsc edit user --name NAME --expiry 90d`; `jwtfix audit
--expirations` says what ends when.",
    citation: "nats-io/jwt/v2 claims.go: ClaimsData",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    if token.claims.data.exp == 0 && token.claims.kind() == Kind::User {
        out.tell(&RULE, || {
            let message = format!("{} never ends", token.owner());
            Finding::new(&RULE, message, token.at("/exp").saying("0 or missing"))
                .help(token.command("nsc edit user --name NAME --expiry 90d"))
        });
    }
}
