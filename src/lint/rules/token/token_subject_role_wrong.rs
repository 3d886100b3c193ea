use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Rule, Severity, notes};

pub(crate) static RULE: Rule = Rule {
    code: "token-subject-role-wrong",
    area: "token",
    severity: Severity::Warning,
    title: "a token is about a key of another role than its kind",
    explanation: "\
`sub` is the public key that the token is about: an operator's key in an operator's token, an account's in
an account's, a user's in a user's. Go's library insists on that when it writes a token, and never when it
reads one.

nats-server lets a user with an odd subject in as long as a signature by that key, or none for a bearer, is
all it needs; revocations and templates then go by that odd name. Issue the token again for the right key.",
    citation: "nats-io/jwt/v2 account_claims.go: EncodeWithSigner and its sisters; nats-server auth.go",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    // Nearly every account's token stands in a file of its subject's name, and that was read.
    let (file, claims) = (token.file, token.claims);
    let named = claims.account().is_some() && file.stem() == Some(claims.data.sub.as_str());
    if named && file.account_key().is_some() {
        return;
    }
    if let Some(role) = notes::role_missed(token.claims) {
        out.tell(&RULE, || notes::subject_role(token.claims, role, token.place()));
    }
}
