//! Does this server let a leafnode in?
//!
//! `isLeafNodeAuthorized` (CON-68): the users of the `leafnodes` block go before all others, and where there are any,
//! nobody else is let in.

use super::walk::Walk;
use super::{MaybeGranted, bare, operator, proof, register};
use crate::server::causes;
use crate::server::client::Certificate;
use crate::server::decision::{Level, LogLine};
use crate::server::options::{ConfigUser, Leafnodes};
use crate::server::version::{NKEY_NO_AUTH_USER, PROXIES};
use crate::token::quote;

pub(super) fn leafnode(walk: &mut Walk<'_>) -> MaybeGranted {
    let server = &walk.held.server;
    let (options, version) = (server.options, server.version);
    let leaf = &options.leafnodes;
    if !leaf.user.is_empty() {
        walk.pass("CON-1", "leafnodes have to be the user of the leafnodes block");
        let one = ConfigUser {
            user: leaf.user.clone(),
            password: leaf.password.clone(),
            account: leaf.account.clone(),
            ..ConfigUser::default()
        };
        return with_password(walk, leaf, &one);
    }
    if !leaf.nkey.is_empty() && version.has(&NKEY_NO_AUTH_USER) {
        walk.pass("CON-1", "leafnodes have to be the nkey of the leafnodes block");
        return with_nkey(walk, leaf);
    }
    if !leaf.users.is_empty() {
        walk.pass("CON-1", "leafnodes have to be a user of the leafnodes block");
        let name = match leaf.tls_map {
            true => certificate(walk, leaf)?,
            false => walk.client.user.clone(),
        };
        let Some(user) = leaf.users.iter().find(|u| u.user == name) else {
            let found = format!("the leafnodes block has no user {name:?}");
            walk.refuse("CON-68", Some(causes::UNKNOWN), Vec::new(), found);
            return None;
        };
        return with_password(walk, leaf, user);
    }
    walk.pass("CON-68", "the leafnodes block has no users of its own: leafnodes come in as clients do");
    if options.operator_mode() { operator::operator(walk) } else { bare::bare(walk) }
}

/// The user that the certificate names.
fn certificate(walk: &mut Walk<'_>, leaf: &Leafnodes) -> Option<String> {
    match &walk.client.certificate {
        Certificate::None => {
            let line = LogLine::new(Level::Debug, "User required in cert, no TLS connection state");
            let found = "the server takes the user from the leafnode's certificate, and there is none";
            walk.refuse("CON-68", Some(causes::NONE_GIVEN), vec![line], found);
            None
        }
        Certificate::Unknown => {
            let found = "the server takes the user from the leafnode's certificate";
            walk.unknown("CON-68", found, "the names in the leafnode's certificate");
            None
        }
        Certificate::Names(names) => {
            let Some(name) = names.iter().find(|n| leaf.users.iter().any(|u| u.user == **n)) else {
                let found = format!("no user is called as the certificate is: {}", names.join(", "));
                walk.refuse("CON-68", Some(causes::UNKNOWN), Vec::new(), found);
                return None;
            };
            walk.identity.user = name.clone();
            Some(name.clone())
        }
    }
}

fn with_password(walk: &mut Walk<'_>, leaf: &Leafnodes, user: &ConfigUser) -> MaybeGranted {
    if walk.held.server.version.has(&PROXIES) {
        let trusted = operator::proxy(walk);
        operator::proxy_required(walk, user.proxy_required || leaf.proxy_required, trusted);
    }
    let name = match (leaf.tls_map, walk.identity.user.as_str()) {
        (true, mapped) => mapped.to_owned(),
        (false, sent) => sent.to_owned(),
    };
    if name != user.user {
        let found = format!("the leafnode is user {name:?}, and the leafnodes block wants {:?}", user.user);
        walk.refuse("CON-68", Some(causes::UNKNOWN), Vec::new(), found);
        return None;
    }
    if !bare::password(walk, "CON-68", &user.password, &walk.client.password, "the password") {
        return None;
    }
    into(walk, &user.account)
}

fn with_nkey(walk: &mut Walk<'_>, leaf: &Leafnodes) -> MaybeGranted {
    if walk.held.server.version.has(&PROXIES) {
        let trusted = operator::proxy(walk);
        operator::proxy_required(walk, leaf.proxy_required, trusted);
    }
    if walk.client.nkey != leaf.nkey {
        let found = match walk.client.nkey.as_str() {
            "" => "the leafnode names no nkey".to_owned(),
            nkey => format!("the leafnode's nkey {nkey} is not the one of the leafnodes block"),
        };
        walk.refuse("CON-68", Some(causes::UNKNOWN), Vec::new(), found);
        return None;
    }
    if !proof::signature(walk, &leaf.nkey, ["CON-68"; 4]) {
        return None;
    }
    into(walk, &leaf.account)
}

/// `registerLeafWithAccount`.
fn into(walk: &mut Walk<'_>, account: &str) -> MaybeGranted {
    let name = if account.is_empty() { "$G" } else { account };
    let lookup = walk.held.lookup(name);
    if let Some(what) = &lookup.unknown {
        walk.unknown("CON-17", format!("the account {name} is not at hand"), what.clone());
        return None;
    }
    if let Some(refusal) = &lookup.refusal {
        let quoted = |text: &str| quote(text.as_bytes());
        let text = format!(
            "authentication of user {} failed, unable to lookup account {}: {}",
            quoted(&walk.identity.user),
            quoted(name),
            refusal.text
        );
        let mut lines = lookup.lines.clone();
        lines.push(LogLine::new(Level::Error, text));
        let texts: Vec<&str> = refusal.conditions.iter().map(|c| c.text.as_str()).collect();
        let found = format!("the leafnodes block puts leafnodes into account {name}: {}", texts.join("; "));
        walk.refuse("CON-17", refusal.conditions.first().map(|c| c.id), lines, found);
        return None;
    }
    let account = lookup.account.clone()?;
    walk.pass("CON-17", format!("leafnodes come into account {name}"));
    register::room(walk, &account, false);
    let user = walk.identity.user.clone();
    Some(register::config_user(walk, &account, &user, None))
}
