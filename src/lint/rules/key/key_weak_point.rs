use crate::lint::view::{Credential, Out};
use crate::lint::{Check, Finding, Rule, Severity};
use crate::nkey::is_weak;
use crate::token::Body;

pub(crate) static RULE: Rule = Rule {
    code: "key-weak-point",
    area: "key",
    severity: Severity::Error,
    title: "anybody can sign under a key",
    explanation: "\
The key is a point of small order: one of the few public keys of Ed25519 with which a signature holds that nobody with a
seed made. Go verifies as the first specification says and takes such keys, so nats-server does. A token that names one
as its issuer proves nothing; an account or operator that lists one lets everybody sign for it.

No tool makes such a key. Somebody put it there: remove it, and look at who could write the token.",
    citation: "Go crypto/ed25519: Verify; RFC 8032 5.1.7; \"Taming the many EdDSAs\", 2020",
    versions: "all",
    check: Check::Token(check),
};

fn check(token: &Credential<'_>, out: &mut Out<'_>) {
    let data = &token.claims.data;
    let mut tell = |key: &str, pointer: &'static str| {
        if is_weak(key) {
            out.tell(&RULE, || {
                let message = format!("{} names {key}, under which anybody can sign", token.owner());
                Finding::new(&RULE, message, token.at(pointer).showing(key).saying("a point of small order"))
                    .help("remove the key, and find out who put it there")
            });
        }
    };
    tell(&data.iss, "/iss");
    tell(&data.sub, "/sub");
    match &token.claims.body {
        Body::Operator(operator) => operator.signing_keys.iter().for_each(|key| tell(key, "/nats/signing_keys")),
        Body::Account(account) => account.signing_keys.keys().for_each(|key| tell(key, "/nats/signing_keys")),
        _ => {}
    }
}
