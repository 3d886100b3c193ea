//! Does a server that trusts an operator let this user JWT in?
//!
//! `processClientOrLeafAuthentication` as far as a JWT goes: CON-11 to CON-38 (server.md 5.2).

use super::walk::{Walk, debug};
use super::{MaybeGranted, callout, near, proof, register, scope};
use crate::server::causes;
use crate::server::client::Signature;
use crate::server::decision::{Cause, Level, LogLine};
use crate::server::load::Account;
use crate::server::tokens::{self, Unusable};
use crate::server::version::{
    AUTH_CALLOUT, MQTT_PASSWORD_KEPT_APART, PROXIES, SCOPE_PROXY, TYPES_AFTER_SCOPE, UNDECODABLE_TO_SENTINEL,
};
use crate::server::via::connection_types;
use crate::token::{Claims, User, UserPermissionLimits, instant, quote};

/// The gates behind the choice of the JWT, in order.
const BEHIND: [&str; 21] = [
    "CON-14a", "CON-15", "CON-16", "CON-14", "CON-17", "CON-18", "CON-19", "CON-20", "CON-21", "CON-22",
    "CON-23", "CON-24", "CON-25", "CON-26", "CON-27", "CON-28", "CON-29", "CON-30", "CON-31", "CON-32",
    "CON-33",
];

/// The user JWT that the server goes by.
pub(super) struct Chosen {
    pub(super) claims: Claims,
    /// The server holds it as the CONNECT's JWT while it registers the user, so that the limits in it apply.
    pub(super) counts: bool,
}

impl Chosen {
    pub(super) fn user(&self) -> User {
        self.claims.user().cloned().unwrap_or_default()
    }

    /// The account that the server looks up.
    fn account(&self) -> &str {
        match self.claims.issuer_account() {
            "" => &self.claims.data.iss,
            named => named,
        }
    }
}

pub(super) fn operator(walk: &mut Walk<'_>) -> MaybeGranted {
    walk.pass("CON-1", "this server asks for a user JWT: it trusts an operator");
    let version = walk.held.server.version;
    let trusted = proxy(walk);
    let Some(chosen) = choose(walk) else {
        walk.skip_all(&BEHIND, "there is no user JWT to ask about");
        return None;
    };
    let user = chosen.user();
    if version.has(&PROXIES) {
        proxy_required(walk, user.permissions.proxy_required, trusted);
    }
    validate(walk, &chosen.claims);
    walk.skip("CON-16", "a server that trusts an operator keeps no users of its configuration");
    if !version.has(&TYPES_AFTER_SCOPE) {
        types(walk, &user.permissions);
    }
    pinned(walk, &chosen);
    let Some((account, held)) = account(walk, &chosen) else {
        // Without the account the user's own terms are asked, which hold unless a scope takes their place.
        walk.skip_all(
            &["CON-19", "CON-20", "CON-21", "CON-22", "CON-23", "CON-24"],
            "the account is not known",
        );
        if version.has(&TYPES_AFTER_SCOPE) {
            types(walk, &user.permissions);
        }
        proof::proof(walk, &chosen.claims, &user.permissions);
        walk.skip("CON-31", "the account is not known");
        let _ = proof::place_and_time(walk, &user.permissions);
        return None;
    };
    let scoped = scope::scope(walk, &chosen, &user, &account);
    let terms = scoped.terms.as_ref().unwrap_or(&user.permissions);
    if version.has(&SCOPE_PROXY) && terms.proxy_required && !user.permissions.proxy_required && !trusted {
        let found = "the scope of the user's signing key lets its users in through a trusted proxy alone";
        walk.refuse("CON-14a", None, debug("proxy connection required"), found);
    }
    if held && account.expired {
        let found = format!(
            "the account's time ends in this very second ({})",
            account.expires().unwrap_or_default()
        );
        walk.refuse("CON-23", Some(causes::TIME), debug("Account JWT has expired"), found);
    } else {
        walk.pass("CON-23", "the account has not expired since it was fetched");
    }
    bearer(walk, terms, &account);
    if version.has(&TYPES_AFTER_SCOPE) {
        types(walk, terms);
    }
    proof::proof(walk, &chosen.claims, terms);
    revoked(walk, &chosen.claims, &account);
    let until = proof::place_and_time(walk, terms);
    let granted = register::user(walk, &chosen, &account, &scoped, terms, until);
    if held { callout::operator(walk, &chosen.claims, &account, granted) } else { Some(granted) }
}

/// CON-11, `proxyCheck`: whether the connection comes from a trusted proxy.
pub(super) fn proxy(walk: &mut Walk<'_>) -> bool {
    let server = &walk.held.server;
    if !server.version.has(&PROXIES) {
        return false;
    }
    let trusted = &server.options.proxies;
    let (key, text) = match &walk.client.proxy {
        Signature::None => {
            walk.pass("CON-11", "the connection does not come through a proxy that signs");
            return false;
        }
        _ if trusted.is_empty() => {
            walk.pass("CON-11", "the server trusts no proxies, so nobody asks for the proxy's signature");
            return false;
        }
        Signature::By(key) => (Some(key), ""),
        Signature::Junk(text) => (None, text.as_str()),
    };
    if let Some(key) = key.filter(|key| trusted.contains(key)) {
        walk.pass("CON-11", format!("the proxy {key} is trusted"));
        return true;
    }
    let mut lines = debug("proxy is not trusted");
    if key.is_none() && !proof::is_raw_base64(text) {
        lines.insert(0, LogLine::new(Level::Debug, "Proxy signature not valid base64"));
    }
    let whose = key.map_or("the proxy's signature is none", |_| "another proxy signed");
    let found = format!("{whose}: the server trusts {}", trusted.join(", "));
    walk.refuse("CON-11", Some(causes::UNKNOWN), lines, found);
    false
}

/// CON-14a.
pub(super) fn proxy_required(walk: &mut Walk<'_>, required: bool, trusted: bool) {
    match (required, trusted) {
        (false, _) => walk.pass("CON-14a", "the user needs no proxy"),
        (true, true) => walk.pass("CON-14a", "the user needs a trusted proxy and comes through one"),
        (true, false) => {
            let found = "the user has to come through a trusted proxy and does not";
            walk.refuse("CON-14a", None, debug("proxy connection required"), found);
        }
    }
}

/// CON-12 and CON-13: the JWT of the CONNECT, of an MQTT password, or the default sentinel.
fn choose(walk: &mut Walk<'_>) -> Option<Chosen> {
    let server = &walk.held.server;
    let (version, sentinel) = (server.version, server.options.default_sentinel.as_str());
    let mqtt = walk.client.via.is_mqtt();
    let text = match (&walk.client.jwt, mqtt) {
        (Some(jwt), _) => jwt.as_str(),
        (None, false) => "",
        (None, true) => match walk.client.password.known() {
            Some(password) => password,
            None => {
                walk.unknown("CON-12", "an MQTT client's password is its user JWT", "the password");
                return None;
            }
        },
    };
    let counts = !(mqtt && version.has(&MQTT_PASSWORD_KEPT_APART));
    let decoded = (!text.is_empty()).then(|| tokens::user(text.as_bytes(), version));
    match decoded {
        Some(Ok(claims)) => {
            walk.pass(
                "CON-12",
                if mqtt { "the password is a user JWT" } else { "the client sends a user JWT" },
            );
            walk.pass("CON-13", "it is a user JWT and its signature holds");
            return Some(Chosen { claims, counts });
        }
        Some(Err(bad)) if bad.cause == causes::CRASH => {
            walk.pass("CON-12", "the client sends a user JWT");
            let found = format!("a server of this release stops answering at this JWT: {}", bad.text);
            walk.refuse_with("CON-13", Some(causes::CRASH), Vec::new(), None, found);
            return bad.claims.map(|claims| Chosen { claims: *claims, counts });
        }
        Some(Err(bad)) if !version.has(&UNDECODABLE_TO_SENTINEL) => {
            walk.pass("CON-12", "the client sends a JWT");
            let line = debug(format!("User JWT not valid: {}", bad.text));
            walk.refuse("CON-13", Some(bad.cause), line, unusable(&bad));
            return bad.claims.map(|claims| Chosen { claims: *claims, counts });
        }
        Some(Err(bad)) if sentinel.is_empty() => {
            let line = debug("Authentication requires a user JWT");
            walk.refuse("CON-12", Some(bad.cause), line, unusable(&bad));
            walk.skip("CON-13", "the server takes no JWT that it cannot use");
            return bad.claims.map(|claims| Chosen { claims: *claims, counts });
        }
        None if sentinel.is_empty() => {
            let what = if mqtt { "password" } else { "JWT" };
            let found =
                format!("the client sends no {what}, and this server lets in nobody without a user JWT");
            walk.refuse(
                "CON-12",
                Some(causes::NONE_GIVEN),
                debug("Authentication requires a user JWT"),
                found,
            );
            walk.skip("CON-13", "there is no JWT");
            return None;
        }
        Some(Err(bad)) => {
            let found = format!("{}; the server takes its default sentinel instead", unusable(&bad));
            walk.pass("CON-12", found);
        }
        None => walk.pass("CON-12", "the client sends no JWT, and the server takes its default sentinel"),
    }
    match tokens::user(sentinel.as_bytes(), version) {
        Ok(claims) => {
            walk.pass("CON-13", "the default sentinel is a user JWT and its signature holds");
            Some(Chosen { claims, counts: true })
        }
        Err(bad) => {
            let line = debug(format!("User JWT not valid: {}", bad.text));
            walk.refuse("CON-13", Some(bad.cause), line, format!("the default sentinel: {}", unusable(&bad)));
            bad.claims.map(|claims| Chosen { claims: *claims, counts: true })
        }
    }
}

fn unusable(bad: &Unusable) -> String {
    match bad.cause {
        causes::DAMAGED => format!("what the client sends as JWT is damaged: {}", bad.text),
        causes::WRONG_KIND => format!("the client sends a JWT of another kind: {}", bad.text),
        causes::ISSUER_KIND => format!("the JWT is signed by no account key: {}", bad.text),
        _ => format!("the JWT's signature does not hold: {}", bad.text),
    }
}

/// CON-15.
fn validate(walk: &mut Walk<'_>, claims: &Claims) {
    let server = &walk.held.server;
    let issues = tokens::issues(claims, server.now, server.version);
    if tokens::blocking(&issues).next().is_none() {
        walk.pass("CON-15", "the user JWT is in its time and its claims are valid");
        return;
    }
    let all: Vec<&str> = issues.iter().map(|i| i.text.as_str()).collect();
    let blocking: Vec<&str> = tokens::blocking(&issues).map(|i| i.text.as_str()).collect();
    let line = debug(format!("User JWT no longer valid: &{{Issues:[{}]}}", all.join(" ")));
    let data = &claims.data;
    let when = match tokens::cause(&issues) {
        causes::TIME if data.exp > 0 && data.exp < server.now => {
            format!("; it ended {}", instant(data.exp))
        }
        causes::TIME => format!("; it begins {}", instant(data.nbf)),
        _ => String::new(),
    };
    let found = format!("the user JWT is not valid: {}{when}", blocking.join("; "));
    walk.refuse("CON-15", Some(tokens::cause(&issues)), line, found);
}

/// CON-14.
fn pinned(walk: &mut Walk<'_>, chosen: &Chosen) {
    let key = chosen.account();
    match &walk.held.server.options.pinned_accounts {
        None => walk.pass("CON-14", "the operator pins no accounts"),
        Some(list) if list.iter().any(|k| k == key) => walk.pass("CON-14", "the account is pinned"),
        Some(_) => {
            let line = debug(format!("Account {key} not listed as operator pinned account"));
            walk.refuse(
                "CON-14",
                None,
                line,
                format!("resolver_pinned_accounts does not list the account {key}"),
            );
        }
    }
}

/// CON-17 and CON-18: the account, and whether the server does hold it.
fn account(walk: &mut Walk<'_>, chosen: &Chosen) -> Option<(std::sync::Arc<Account>, bool)> {
    let key = chosen.account().to_owned();
    let held = walk.held;
    let lookup = held.lookup(&key);
    if let Some(what) = &lookup.unknown {
        walk.unknown("CON-17", format!("the account {key} is not at hand"), what.clone());
        walk.skip("CON-18", "the account is not known");
        return None;
    }
    if let Some(refusal) = &lookup.refusal {
        let mut lines = lookup.lines.clone();
        lines.extend(debug(format!("Account JWT lookup error: {}", refusal.text)));
        let texts: Vec<&str> = refusal.conditions.iter().map(|c| c.text.as_str()).collect();
        let cause = refusal.conditions.first().map(|c| c.id);
        if cause == Some(causes::CRASH) {
            walk.refuse_with("CON-17", cause, Vec::new(), None, texts.join("; "));
        } else {
            walk.refuse("CON-17", cause, lines, texts.join("; "));
        }
        for condition in &refusal.conditions {
            let (id, text) = (condition.id, condition.text.clone());
            // What is stored under a wrong key says itself which is the right one.
            let stored = lookup.account.as_ref().filter(|_| id == causes::OTHER_SUBJECT);
            let nearest = stored.map(|account| account.key.clone());
            walk.cause(Cause { id, text, asked: key.clone(), nearest });
        }
        if matches!(cause, Some(causes::NOT_IN_RESOLVER | causes::NOT_AN_ACCOUNT_KEY)) {
            near::missing_account(
                walk,
                &key,
                &chosen.claims.data.iss,
                !chosen.claims.issuer_account().is_empty(),
            );
        }
        walk.skip("CON-18", "the server does not hold the account");
        return lookup.account.clone().map(|account| (account, false));
    }
    let account = lookup.account.clone()?;
    let mut lines = lookup.lines.clone();
    lines.extend(held.imports(&account).iter().filter_map(|i| i.line.clone()));
    walk.pass_logging("CON-17", lines, format!("the server finds the account {key}, and its token is good"));
    if held.server.options.trust().any(|t| t == account.issuer) {
        walk.pass("CON-18", format!("the account is signed by {}, which the server trusts", account.issuer));
    } else {
        let found =
            format!("the server holds {key} as an account of its configuration, which no operator signed");
        let line = debug("Account JWT not signed by trusted operator");
        walk.refuse("CON-18", Some(causes::UNTRUSTED), line, found);
    }
    Some((account, true))
}

/// CON-24.
fn bearer(walk: &mut Walk<'_>, terms: &UserPermissionLimits, account: &Account) {
    if !(terms.bearer_token && account.disallows_bearer()) {
        walk.pass("CON-24", "the account has nothing against this token being a bearer token or not");
        return;
    }
    let s = if walk.held.server.version.has(&AUTH_CALLOUT) { "s" } else { "" };
    let line = debug(format!("Account does not allow bearer token{s}"));
    walk.refuse("CON-24", None, line, "the user is a bearer token, and its account disallows those");
}

/// CON-25 and CON-26.
fn types(walk: &mut Walk<'_>, terms: &UserPermissionLimits) {
    let version = walk.held.server.version;
    let listed = terms.allowed_connection_types.as_deref().unwrap_or_default();
    let (known, unknown) = connection_types(listed, version);
    if unknown.is_empty() {
        walk.pass("CON-25", "the server knows all of the user's connection types");
    } else {
        let quoted: Vec<String> = unknown.iter().map(|t| quote(t.as_bytes())).collect();
        let line = debug(format!("invalid connection types [{}]", quoted.join(" ")));
        let found = format!("this server does not know the connection types {}", unknown.join(", "));
        if known.is_empty() {
            walk.refuse(
                "CON-25",
                Some(causes::UNKNOWN),
                line,
                format!("{found}, and the user allows no other"),
            );
            return;
        }
        walk.pass_logging("CON-25", line, found);
    }
    let want = walk.client.via.wanted(version);
    if known.is_empty() || known.iter().any(|t| t == want) {
        walk.pass("CON-26", format!("{want} is allowed"));
    } else {
        let found = format!("the client connects by {want}, and the user allows {}", known.join(", "));
        walk.refuse("CON-26", None, debug("Connection type not allowed"), found);
    }
}

/// CON-31.
fn revoked(walk: &mut Walk<'_>, claims: &Claims, account: &Account) {
    let data = &claims.data;
    let Some((entry, until)) = account.revocation(&data.sub, data.iat) else {
        walk.pass("CON-31", "the account has not revoked the user");
        return;
    };
    let whom = if entry == "*" { "everyone" } else { "this user" };
    let found = format!(
        "the account has revoked {whom} whose token was issued {} or before; this one was issued {}",
        instant(until),
        instant(data.iat)
    );
    walk.refuse("CON-31", None, debug("User authentication revoked"), found);
}
