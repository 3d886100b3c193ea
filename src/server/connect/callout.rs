//! Does an authorization service decide about this client, and what can be said without asking it?
//!
//! The deferred part of `processClientOrLeafAuthentication` (server.md 5b). What the service answers is not in any
//! file; whether it is asked at all is.

use super::walk::Walk;
use crate::server::causes;
use crate::server::decision::{Granted, Level, LogLine};
use crate::server::load::Account;
use crate::server::options::Callout;
use crate::server::version::{
    AUTH_CALLOUT, CALLOUT_DELEGATION, CALLOUT_SIGNER_VERIFIED, LEAF_WITHOUT_ACCOUNT, TYPES_AFTER_SCOPE,
    Version,
};
use crate::token::{Claims, quote};

/// Where the server asks.
const SUBJECT: &str = "$SYS.REQ.USER.AUTH";

/// Gates behind which the client is bound to its account.
const REGISTERED: [&str; 5] = ["CON-34", "CON-35", "CON-38", "CON-40", "CON-75"];

/// What comes of a server that has to ask and has no system account; 2.15.1 still does it.
const MUTE: &str = "a server without a system account crashes where it has to ask an authorization service: set system_account";

/// The callout of an account (CO-1 to CO-4).
pub(super) fn operator(
    walk: &mut Walk<'_>,
    claims: &Claims,
    account: &Account,
    mut granted: Granted,
) -> Option<Granted> {
    let Some(service) = account.callout() else {
        walk.pass("CO-1", "the account has no authorization service");
        return Some(granted);
    };
    let first = walk.first_refusal();
    if first.is_some_and(|gate| before_the_account(gate, claims, walk.held.server.version)) {
        walk.skip("CO-1", "who is refused before the account is looked up is not asked about");
        return Some(granted);
    }
    let bound = first.is_none_or(|gate| REGISTERED.contains(&gate));
    let client = walk.client;
    let identity = if walk.held.server.version.has(&CALLOUT_SIGNER_VERIFIED) {
        claims.data.sub.as_str()
    } else {
        match (client.nkey.as_str(), client.user.as_str()) {
            ("", "") if bound => claims.data.sub.as_str(),
            ("", user) => user,
            (nkey, _) => nkey,
        }
    };
    if !identity.is_empty() && service.auth_users.iter().any(|u| u == identity) {
        walk.pass("CO-1", format!("{identity} is one of the account's auth_users, who are not asked about"));
        granted.publish.deny.push(SUBJECT.to_owned());
        return Some(granted);
    }
    // `newRespInbox` takes the inbox of the system account, and does not ask whether there is one.
    let mute = walk.held.server.options.system_account.is_empty();
    match first {
        Some("CON-34" | "CON-35") => walk.skip("CO-1", "the connection is closed already"),
        Some(_) if mute && !client.via.is_leaf() => walk.crash(MUTE),
        None if mute => walk.refuse_with("CO-1", Some(causes::CRASH), Vec::new(), None, MUTE),
        Some(_) if !bound => unanswered(walk),
        _ => {
            let found = format!(
                "the account's authorization service on {SUBJECT} decides, and may put the client into another account"
            );
            walk.unknown(
                "CO-1",
                found,
                format!("what the authorization service of account {} answers", account.key),
            );
        }
    }
    Some(granted)
}

/// Whether the server has not yet looked for the account where this gate refuses.
fn before_the_account(gate: &str, claims: &Claims, version: Version) -> bool {
    match gate {
        "CON-11" | "CON-12" | "CON-13" | "CON-14" | "CON-15" | "CON-16" | "CON-17" => true,
        // A scope's proxy is asked for behind the account.
        "CON-14a" => claims.user().is_some_and(|user| user.permissions.proxy_required),
        "CON-25" | "CON-26" => !version.has(&TYPES_AFTER_SCOPE),
        _ => false,
    }
}

/// CO-3: a client that is not bound to its account yet is asked about in `$G`, where nobody listens.
fn unanswered(walk: &mut Walk<'_>) {
    if walk.client.via.is_leaf() {
        if walk.held.server.version.has(&LEAF_WITHOUT_ACCOUNT) {
            walk.log_after(LogLine::new(Level::Warn, "Leafnode not mapped to a callout account"));
        } else {
            walk.crash(
                "a server of this release crashes then, for the leafnode is in no account that could be asked about it",
            );
        }
        walk.skip("CO-1", "a leafnode that is refused before is not bound to any account to ask in");
        return;
    }
    let text = "Authorization callout response not received in time on account \"$G\"";
    walk.log_after(LogLine::new(Level::Debug, text));
    walk.skip(
        "CO-1",
        "the server asks in account $G, where no authorization service listens, until its time is up",
    );
}

/// The callout of the configuration (CO-29, CO-30). `bound` is the account that the client was put into.
pub(super) fn bare(
    walk: &mut Walk<'_>,
    callout: &Callout,
    bound: Option<&str>,
    granted: Option<Granted>,
) -> Option<Granted> {
    let version = walk.held.server.version;
    if !version.has(&AUTH_CALLOUT) {
        return granted;
    }
    let leaf = walk.client.via.is_leaf();
    if version.has(&CALLOUT_SIGNER_VERIFIED) && matches!(walk.first_refusal(), Some("CON-34" | "CON-35")) {
        walk.skip("CO-1", "the connection is closed already");
        return granted;
    }
    let account = bound.unwrap_or("$G");
    if !leaf && version.has(&CALLOUT_DELEGATION) && account != "$G" {
        let delegated =
            callout.allowed_accounts.is_empty() || callout.allowed_accounts.iter().any(|a| a == account);
        if !delegated {
            walk.pass("CO-1", format!("the authorization service does not decide for account {account}"));
            return granted;
        }
    }
    let identity = identity(walk, bound.is_some());
    if !identity.is_empty() && callout.auth_users.contains(&identity) {
        walk.pass("CO-1", format!("{identity} is one of auth_users, who are not asked about"));
        let own = if callout.account.is_empty() { "$G" } else { &callout.account };
        return granted.map(|mut g| {
            if g.account == own {
                g.publish.deny.push(SUBJECT.to_owned());
            }
            g
        });
    }
    walk.delegate();
    if !callout.account.is_empty() {
        let lookup = walk.held.lookup(&callout.account);
        if let Some(refusal) = &lookup.refusal {
            let text = format!(
                "No valid account {} for auth callout request: {}",
                quote(callout.account.as_bytes()),
                refusal.text
            );
            let found =
                format!("the account of the authorization service, {}, does not exist", callout.account);
            walk.refuse("CO-1", Some(causes::NOT_IN_CONFIG), vec![LogLine::new(Level::Warn, text)], found);
            return granted;
        }
    } else if leaf && bound.is_none() {
        let line = vec![LogLine::new(Level::Warn, "Leafnode not mapped to a callout account")];
        walk.refuse(
            "CO-1",
            Some(causes::UNANSWERED),
            line,
            "the leafnode is not bound to any account to ask in",
        );
        return granted;
    }
    let found = format!("the authorization service on {SUBJECT} decides, whatever users and passwords say");
    walk.unknown("CO-1", found, "what the authorization service of the configuration answers");
    granted
}

/// Who the server thinks the client is, when it looks for it in `auth_users`.
fn identity(walk: &Walk<'_>, matched: bool) -> String {
    let who = &walk.identity;
    if walk.held.server.version.has(&CALLOUT_SIGNER_VERIFIED) {
        // Only a user or nkey that the configuration has counts; of a single user the name alone.
        let options = walk.held.server.options;
        let known = |name: &str| {
            options.users.iter().any(|u| u.user == name || u.nkey == name)
                || (options.token.is_empty() && options.user == name)
        };
        let name = if who.nkey.is_empty() { &who.user } else { &who.nkey };
        return if matched || known(name) { name.clone() } else { String::new() };
    }
    match (who.nkey.as_str(), who.user.as_str()) {
        ("", "") if who.token => "[REDACTED]".to_owned(),
        ("", user) => user.to_owned(),
        (nkey, _) => nkey.to_owned(),
    }
}
