//! Which account was probably meant?
//!
//! The server says that an account is missing, or says nothing; a name or key that is nearly the one asked for, the
//! same in another letter case, or the system account in the place of another, is what people need to hear.

use super::walk::Walk;
use crate::server::causes;
use crate::server::decision::{Cause, Granted};
use crate::server::load::{EDITS, FEW};
use crate::server::resolver::{Fetched, Known};
use crate::token::{self, nearest};

/// Accounts that are read to find one by its name.
const NAMED: usize = 20_000;

/// What to say about an account that the resolver does not have, at the step just made.
pub(super) fn missing_account(walk: &mut Walk<'_>, key: &str, issuer: &str, named: bool) {
    let known = walk.held.resolver.known(FEW);
    if let Some(elsewhere) = known.iter().find(|k| k.subject == key && !k.key.eq_ignore_ascii_case(key)) {
        walk.cause(Cause {
            id: causes::OTHER_SUBJECT,
            text: format!("the token of {key} is stored under another key, {}", elsewhere.key),
            asked: elsewhere.key.clone(),
            nearest: Some(key.to_owned()),
        });
    } else if let Some(cause) = meant(&known, key) {
        walk.cause(cause);
    }
    if named {
        return;
    }
    // A key that signs for an account and is no account itself: some account lists it.
    let lists = |k: &&Known| match walk.held.resolver.fetch(&k.key) {
        Fetched::Token(text) => token::parse(&text)
            .is_ok_and(|read| read.claims.account().is_some_and(|a| a.signing_keys.contains_key(issuer))),
        _ => false,
    };
    if let Some(lister) = known.iter().take(FEW).find(lists) {
        let who = label(lister);
        walk.cause(Cause {
            id: causes::ISSUER_ACCOUNT_MISSING,
            text: format!(
                "{issuer} is a signing key of account {who}, and the user's token does not name that account"
            ),
            asked: issuer.to_owned(),
            nearest: Some(lister.key.clone()),
        });
    }
}

/// A key or name that is not there, and the one that is.
fn meant(known: &[Known], asked: &str) -> Option<Cause> {
    let cause = |id, text: String, near: &str| {
        Some(Cause { id, text, asked: asked.to_owned(), nearest: Some(near.to_owned()) })
    };
    let names = || known.iter().flat_map(|k| [k.key.as_str(), k.name.as_str()]).filter(|n| !n.is_empty());
    if names().any(|n| n == asked) {
        return None;
    }
    if let Some(near) = names().find(|n| n.eq_ignore_ascii_case(asked)) {
        let text = format!("there is no {asked}; {near} is the same in another letter case");
        return cause(causes::LETTER_CASE, text, near);
    }
    let folded = asked.to_lowercase();
    let lower: Vec<(String, &str)> = names().map(|name| (name.to_lowercase(), name)).collect();
    let near = nearest(&folded, lower.iter().map(|(name, _)| name.as_str()), EDITS)?;
    let (_, near) = lower.iter().find(|(name, _)| name == near)?;
    cause(causes::MISSPELLED, format!("there is no {asked}; {near} is nearly the same"), near)
}

fn label(known: &Known) -> String {
    if known.name.is_empty() { known.key.clone() } else { format!("{:?} ({})", known.name, known.key) }
}

/// Compares the account that the client's settings name with the one that its credentials lead to.
pub(super) fn expected(walk: &mut Walk<'_>, granted: Option<&Granted>) {
    let Some(asked) = walk.client.expects.as_deref().filter(|a| !a.is_empty()) else { return };
    let options = walk.held.server.options;
    let is = |key: &str, name: &str| key == asked || name == asked;
    if granted.is_some_and(|g| is(&g.account, &g.account_name)) {
        return;
    }
    let got = granted.map(|g| match g.account_name.as_str() {
        "" => g.account.clone(),
        name => format!("{name:?} ({})", g.account),
    });
    // A name stands in the tokens alone.
    let few = if asked.len() == 56 { FEW } else { NAMED };
    let mut known = walk.held.resolver.known(few);
    let config = options.accounts.iter().map(|a| a.name.clone()).chain(
        // The accounts that every server has.
        (!options.operator_mode()).then(|| "$G".to_owned()),
    );
    let plain = |key: String, name: String| Known { key, name, subject: String::new() };
    known.extend(config.map(|name| plain(name.clone(), name)));
    if let Some(g) = granted {
        known.push(plain(g.account.clone(), g.account_name.clone()));
    }
    let system = &options.system_account;
    let exists = known.iter().any(|k| is(&k.key, &k.name));
    let cause =
        |id, text: String, near: Option<String>| Cause { id, text, asked: asked.to_owned(), nearest: near };
    let leads = got.as_ref().map_or(String::new(), |got| format!("; the credentials lead to {got}"));
    if !exists {
        match meant(&known, asked) {
            Some(mut found) => {
                found.text.push_str(&leads);
                walk.cause(found);
            }
            None if known.is_empty() => {}
            None => {
                let id =
                    if options.operator_mode() { causes::NOT_IN_RESOLVER } else { causes::NOT_IN_CONFIG };
                walk.cause(cause(id, format!("the server has no account {asked}{leads}"), None));
            }
        }
        return;
    }
    let Some(g) = granted else { return };
    let is_system = |key: &str| !system.is_empty() && key == system;
    let asked_is_system = is_system(asked) || known.iter().any(|k| is_system(&k.key) && k.name == asked);
    let (id, text) = if is_system(&g.account) {
        (
            causes::SYSTEM_ACCOUNT,
            format!("the settings say account {asked}, and the credentials are of the system account{leads}"),
        )
    } else if asked_is_system {
        (
            causes::NOT_SYSTEM_ACCOUNT,
            format!("the settings say the system account, and the credentials are of another{leads}"),
        )
    } else {
        (causes::OTHER_ACCOUNT, format!("the settings say account {asked}{leads}"))
    };
    walk.cause(cause(id, text, Some(g.account.clone())));
}
