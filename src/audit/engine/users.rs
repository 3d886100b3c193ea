//! What do the accounts that are here say to these users? Copies that are older than others, keys that were removed,
//! revocations: what `trust` asks of one chain, asked of all of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::across::{Teller, View};
use super::keys::Key;
use super::recall::{Recalled, recall};
use super::user::User;
use crate::lint::view::owner;
use crate::lint::{Finding, Place, Rule, shell};
use crate::nkey::{PublicKey, Role};
use crate::server::load::{revoked, signer};
use crate::server::template::{self, Person, TemplateError, fill};
use crate::token::{Claims, UserScope, instant, quote};

/// A command about a user of an account, with their names in the places of `NAME` and `ACCOUNT`.
fn command(words: &str, account: &Claims, user: &str) -> String {
    shell::filled(words, &[("ACCOUNT", &account.data.name), ("NAME", user)])
}

/// Looks at all users.
pub(super) fn users(teller: &mut Teller<'_>, mut users: Vec<User>) {
    let view = teller.view;
    users.sort_unstable_by(|a, b| {
        let by = |user: &User| (user.account, user.key, std::cmp::Reverse(user.iat), user.place);
        by(a).cmp(&by(b)).then_with(|| a.file.cmp(&b.file))
    });
    let unnamed = unnamed(view, &users);
    for of_account in users.chunk_by(|a, b| a.account == b.account) {
        for copies in of_account.chunk_by(|a, b| a.key == b.key) {
            older(teller, copies);
        }
        let account = of_account.first().and_then(|user| view.find(&user.account));
        for user in of_account {
            match account {
                Some(account) if view.facts.accounts[account].refused() => {}
                Some(account) => against(teller, user, account),
                None => without(teller, user, &unnamed),
            }
        }
        namesakes(teller, of_account);
    }
}

impl User {
    fn text(&self) -> String {
        PublicKey::new(Role::User, self.key).to_string()
    }

    fn recall(&self, view: &View<'_>) -> Option<Recalled> {
        recall(&view.path(self.place, &self.file), &self.text(), self.iat)
    }

    /// Its name; empty where it cannot be read again.
    fn name(&self, view: &View<'_>) -> String {
        self.recall(view).map(|user| user.claims.data.name).unwrap_or_default()
    }

    fn spot(&self, view: &View<'_>) -> Place {
        let place = Place::file(view.path(self.place, &self.file));
        match self.recall(view) {
            Some(Recalled { claims, span }) => {
                let place = place.of(owner(&claims));
                match span {
                    Some(span) => place.bytes(span),
                    None => place,
                }
            }
            None => place.of(format!("user {}", self.text())),
        }
    }
}

/// Tells something of a user: the finding is made of its place and of `user "alice"`.
fn tell(
    teller: &mut Teller<'_>,
    user: &User,
    code: &'static str,
    finding: &dyn Fn(&'static Rule, Place, &str) -> Finding,
) {
    let view = teller.view;
    teller.file(user.place, &user.file, code, &|rule| {
        let place = user.spot(view);
        let words = place.owner.clone().unwrap_or_default();
        finding(rule, place, &words)
    });
}

/// Of a server that has a directory of tokens; one that has all of them in its configuration says `account missing`.
const MISSING: &str = "Account JWT lookup error: fetching jwt timed out";

const UNKNOWN: &str = "User JWT issuer is not known";

/// Copies of one user, the newest first.
fn older(teller: &mut Teller<'_>, copies: &[User]) {
    let view = teller.view;
    let Some((newest, others)) = copies.split_first() else { return };
    for older in others.iter().filter(|other| other.iat < newest.iat) {
        tell(teller, older, "user-older-copy", &|rule, place, words| {
            let message = format!("{words} has a newer token in another file");
            Finding::new(
                rule,
                message,
                place.at("/iat").showing(older.iat.to_string()).saying("the older one"),
            )
            .and(newest.spot(view).at("/iat").saying("the newer one"))
            .help("give whoever uses this file the newer one")
        });
    }
}

/// A user against its account.
fn against(teller: &mut Teller<'_>, user: &User, index: usize) {
    let view = teller.view;
    let account = &view.facts.accounts[index];
    let strict = view.trust.is_strict(account.issuer);
    let signed = |rule, place: Place, message: String, issuer: &str| {
        Finding::new(rule, message, place.at("/iss").showing(issuer).saying("signed it")).server(UNKNOWN)
    };
    match user.signer {
        None if strict => {
            let key = account.text();
            tell(teller, user, "signed-by-identity-key", &|rule, place, words| {
                let message = format!(
                    "the operator allows signing keys only, and {words} is signed by its account's identity key"
                );
                signed(rule, place, message, &key).help("issue it again with a signing key of the account")
            });
        }
        None => {}
        Some(key) => by_signing_key(teller, user, index, key, &signed),
    }
    if account.watches()
        && let Some(recalled) = view.recall(index)
        && let Some(body) = recalled.claims.account()
    {
        if let Some((entry, until)) = revoked(&body.revocations, &user.text(), user.iat) {
            tell(teller, user, "user-revoked", &|rule, place, words| {
                let entry = quote(entry.as_bytes());
                let message = format!(
                    "the account has revoked {words}: entry {entry} voids what was signed until {}",
                    instant(until)
                );
                let place = place.at("/iat").showing(user.iat.to_string()).saying("not after the revocation");
                Finding::new(rule, message, place)
                    .and(view.place(index).at("/nats/revocations").saying("revokes it"))
                    .server("User authentication revoked")
                    .help("issue the user again, if it may connect; the revocation stands for a reason")
            });
        }
        if user.bearer && body.limits.disallow_bearer {
            tell(teller, user, "user-bearer-disallowed", &|rule, place, words| {
                let message = format!("{words} is a bearer, and its account lets no bearers in");
                Finding::new(rule, message, place.at("/nats/bearer_token").saying("no seed is asked for"))
                    .and(view.place(index).at("/nats/limits/disallow_bearer").saying("refuses them"))
                    .server("Account does not allow bearer tokens")
                    .help(command(
                        "issue the user again without bearer: nsc edit user --account ACCOUNT --name NAME --bearer=false",
                        &recalled.claims,
                        &user.name(view),
                    ))
            });
        }
    }
}

/// A user that another key than the account's own signed.
fn by_signing_key(
    teller: &mut Teller<'_>,
    user: &User,
    index: usize,
    key: Key,
    signed: &dyn Fn(&'static Rule, Place, String, &str) -> Finding,
) {
    let view = teller.view;
    let account = &view.facts.accounts[index];
    let Some(recalled) = view.recall(index) else { return };
    let text = &*view.facts.keys.text(key);
    let strict = view.trust.is_strict(account.issuer);
    match signer(recalled.claims.account(), &account.text(), strict, text) {
        Some(None) => {}
        Some(Some(scope)) => by_scope(teller, user, index, scope, &recalled),
        None if super::facts::account_key(text).is_some_and(|key| view.find(&key).is_some()) => {
            tell(teller, user, "issuer-account-wrong", &|rule, place, words| {
                let message = format!("{words} names one account as its own and is signed by another");
                signed(rule, place, message, text).help("issue it again by the account that it is of")
            });
        }
        None => tell(teller, user, "signing-key-removed", &|rule, place, words| {
            let message = format!(
                "{} does not list the key that signed {words}: removed, or never added",
                view.words(index)
            );
            signed(rule, place, message, text)
                .and(view.place(index).at("/nats/signing_keys").saying("does not list it"))
                .help("issue it again with a key that the account lists, or give the account its key back")
        }),
    }
}

/// A user of a scope.
fn by_scope(teller: &mut Teller<'_>, user: &User, index: usize, scope: &UserScope, of: &Arc<Recalled>) {
    let view = teller.view;
    let role = quote(scope.role.as_bytes());
    if user.terms {
        tell(teller, user, "user-scoped-with-permissions", &|rule, place, words| {
            let message = format!("{words} is of the role {role}, and has permissions or limits of its own");
            Finding::new(rule, message, place.at("/nats").saying("has to be without any"))
                .and(view.place(index).at("/nats/signing_keys").saying("gives the role's"))
                .server("User JWT is not valid: scoped users require no permissions or limits set")
                .help(command(
                    &format!("issue it again with the role's key and no permissions: nsc add user --account ACCOUNT --name NAME -K {}", shell::word(&scope.key)),
                    &of.claims,
                    &user.name(view),
                ))
        });
        return;
    }
    if !template::is_used(&scope.template) {
        return;
    }
    let Some(own) = user.recall(view) else { return };
    let Some(body) = own.claims.user() else { return };
    let person = Person {
        name: &own.claims.data.name,
        subject: &own.claims.data.sub,
        account: &body.issuer_account,
        tags: &own.claims.tags,
        account_name: &of.claims.data.name,
        account_tags: &of.claims.tags,
    };
    let at = |place: Place| place.saying(format!("fills in the role {role}"));
    match fill(&scope.template, &person, view.settings.version) {
        // Which no user can satisfy is the account's fault, and is told there.
        Err(
            TemplateError::Crash { .. }
            | TemplateError::NotWalked { .. }
            | TemplateError::UnknownFunction { .. },
        ) => {}
        Err(error) => tell(teller, user, "user-template-refused", &|rule, place, words| {
            let message = format!("{words} does not fill in the template of its role {role}: {error}");
            Finding::new(rule, message, at(place.at("/nats/tags")))
                .server("User JWT generated invalid permissions")
                .help("issue it again with the tags that the role asks for: nsc add user --tag KEY:VALUE")
        }),
        Ok(filled) if !filled.dropped.is_empty() => {
            tell(teller, user, "user-template-dropped", &|rule, place, words| {
                let dropped: Vec<String> =
                    filled.dropped.iter().map(|entry| quote(entry.as_bytes())).collect();
                let message = format!("{words} gets nothing of {} of its role {role}", dropped.join(", "));
                Finding::new(rule, message, at(place.at("/nats/tags")))
                    .help("issue it again with the tags that the role asks for: nsc add user --tag KEY:VALUE")
            });
        }
        Ok(_) => {}
    }
    if let Some((entry, value)) = template::widened(&scope.template, &person) {
        tell(teller, user, "user-widens-role", &|rule, place, words| {
            let message = format!(
                "{words} puts {} into {} of its role {role}, and has more than one subject by it",
                quote(value.as_bytes()),
                quote(entry.as_bytes())
            );
            Finding::new(rule, message, at(place)).help("issue it again with a name and tags without * and >")
        });
    }
}

/// Users that say nothing of an account and whose issuer is none that is here: the accounts that list the issuer as a
/// signing key. All accounts are read again for it, which a fleet without such users is spared.
fn unnamed(view: &View<'_>, users: &[User]) -> HashMap<[u8; 32], usize> {
    let wanted = |user: &&User| !user.named && view.find(&user.account).is_none();
    let mut found: HashMap<[u8; 32], Option<usize>> =
        users.iter().filter(wanted).map(|user| (user.account, None)).collect();
    if found.is_empty() {
        return HashMap::new();
    }
    let signers =
        view.facts.accounts.iter().enumerate().filter(|(_, account)| account.signers() && !account.refused());
    for (index, _) in signers {
        let Some(recalled) = view.recall(index) else { continue };
        let keys = recalled.claims.account().map(|body| &body.signing_keys);
        for key in keys.into_iter().flatten().filter_map(|(key, _)| super::facts::account_key(key)) {
            if let Some(found) = found.get_mut(&key) {
                found.get_or_insert(index);
            }
        }
    }
    found.into_iter().filter_map(|(key, index)| Some((key, index?))).collect()
}

/// A user whose account is not here.
fn without(teller: &mut Teller<'_>, user: &User, unnamed: &HashMap<[u8; 32], usize>) {
    let view = teller.view;
    let account = PublicKey::new(Role::Account, user.account).to_string();
    if let Some(&index) = unnamed.get(&user.account) {
        tell(teller, user, "issuer-account-missing", &|rule, place, words| {
            let message = format!(
                "a signing key signed {words}, and it does not say of which account: a server finds none"
            );
            Finding::new(rule, message, place.at("/iss").showing(account.as_str()).saying("signed it"))
                .and(view.place(index).at("/nats/signing_keys").saying("lists the key"))
                .server(MISSING)
                .help("issue it again with a tool that writes issuer_account")
        });
    } else if !view.facts.accounts.is_empty() && !view.damaged.contains(&user.account) {
        tell(teller, user, "user-account-missing", &|rule, place, words| {
            let pointer = if user.named { "/nats/issuer_account" } else { "/iss" };
            let message = format!("{words} is of an account that is not here: {account}");
            Finding::new(rule, message, place.at(pointer).showing(account.as_str()).saying("no token of it"))
                .server(MISSING)
        });
    }
}

/// Users of one account that have the same name.
fn namesakes(teller: &mut Teller<'_>, users: &[User]) {
    let view = teller.view;
    let mut called: Vec<(u64, [u8; 32], &User)> =
        users.iter().filter(|user| user.called != 0).map(|user| (user.called, user.key, user)).collect();
    called.sort_unstable_by_key(|&(called, key, _)| (called, key));
    called.dedup_by_key(|&mut (called, key, _)| (called, key));
    for pair in called.windows(2) {
        let [(name, _, other), (same, _, user)] = pair else { continue };
        if name == same {
            tell(teller, user, "user-name-twice", &|rule, place, words| {
                let message = format!("another user of the account is called as {words}");
                Finding::new(rule, message, place.at("/name"))
                    .and(other.spot(view).at("/name").saying("the other one"))
                    .help("give one of them another name, or put away the one that is not used any more")
            });
        }
    }
}
