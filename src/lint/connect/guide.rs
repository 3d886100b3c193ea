//! What is wrong with the tokens that a configuration in the guides' form leads to?

use super::rule;
use crate::file::lookup::{Lookup, Setting};
use crate::lint::{Finding, Place};
use crate::nkey::{Role, go};
use crate::token::{self, Claims};

/// A token where the form says that one is.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Its path.
    pub path: &'a str,
    /// The account that it should be of.
    pub account: &'a str,
    /// The bytes.
    pub text: &'a [u8],
}

/// What is wrong with the form's accounts. `operator` are the claims of the operator's token, where it is at hand.
pub fn guide(form: &Lookup, config: &str, operator: Option<&Claims>, stored: &[Stored<'_>]) -> Vec<Finding> {
    let mut found = vec![refused(form, config)];
    let said = |setting: &Option<Setting>| setting.as_ref().map(|setting| setting.text.clone());
    let key = said(&form.operator_key).unwrap_or_default();
    if let Some(setting) = form.operator_key.as_ref().filter(|s| !go::is_public(Role::Operator, &s.text)) {
        let place = Place::file(config).bytes(setting.span.clone()).showing(setting.text.as_str());
        found.push(Finding::new(rule("key-invalid"), "this is no public key of an operator", place));
    }
    let own = operator.and_then(Claims::operator);
    let signs = |iss: &str| iss == key || own.is_some_and(|own| own.signing_keys.iter().any(|k| k == iss));
    for Stored { path, account, text } in stored {
        let place = Place::file(*path).of(format!("account {account}"));
        let claims = match token::decode(text) {
            Ok(claims) if claims.account().is_some() => claims,
            Ok(_) => {
                found.push(Finding::new(
                    rule("token-payload-invalid"),
                    "what is stored here is no account's token",
                    place,
                ));
                continue;
            }
            Err(error) => {
                let message = format!("what is stored here is no account's token: {error}");
                found.push(Finding::new(rule("token-payload-invalid"), message, place));
                continue;
            }
        };
        if claims.data.sub != *account {
            let message = format!("the path names {account}, and the token in it is of {}", claims.data.sub);
            let place = place.clone().at("/sub").showing(claims.data.sub.as_str());
            found.push(Finding::new(rule("resolver-name-mismatch"), message, place));
        }
        if !signs(&claims.data.iss) {
            let message =
                format!("the account is signed by {}, which is no key of operator {key}", claims.data.iss);
            let place = place.clone().at("/iss").showing(claims.data.iss.as_str());
            let finding = Finding::new(rule("account-issuer-untrusted"), message, place);
            found.push(match operator {
                Some(_) => finding,
                None => finding
                    .help("if it is one of its signing keys, give the operator's token: --operator FILE"),
            });
        }
    }
    found
}

/// No server starts with it.
fn refused(form: &Lookup, config: &str) -> Finding {
    let place = Place::file(config).bytes(form.key.clone());
    Finding::new(rule("config-refused"), "an option is refused: unknown field \"jwt\"", place)
        .help("this form circulates in guides, and no nats-server reads it")
}
