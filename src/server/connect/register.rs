//! Has the account room for the client, and what does the client have once it is in?
//!
//! `registerWithAccount` and `applyAccountLimits`: CON-34 to CON-44.

use super::operator::Chosen;
use super::scope::Scoped;
use super::walk::Walk;
use crate::server::causes;
use crate::server::decision::{Granted, Level, Limits, LogLine, Responses, RightsFrom};
use crate::server::gates::{FAILED_REGISTRATION, TOO_MANY};
use crate::server::load::{Account, int32};
use crate::server::options::Permissions;
use crate::server::permissions::{self, grant};
use crate::server::subjects;
use crate::server::terms;
use crate::server::version::CERT_ONLY_USERS;
use crate::server::via::connection_types;
use crate::token::UserPermissionLimits;

/// Registers the user of a JWT.
pub(super) fn user(
    walk: &mut Walk<'_>,
    chosen: &Chosen,
    account: &Account,
    scoped: &Scoped,
    terms: &UserPermissionLimits,
    until: Option<i64>,
) -> Granted {
    let version = walk.held.server.version;
    let now = walk.held.server.now;
    let data = &chosen.claims.data;
    room(walk, account, true);
    walk.identity.jwt_user = (!walk.refused() && chosen.counts).then(|| data.sub.clone());
    let (mut subs, mut payload) = (-1, -1);
    if chosen.counts {
        let user = chosen.user();
        let named = !user.issuer_account.is_empty() && user.issuer_account != data.iss;
        let own = scoped.template.as_ref().filter(|_| named).unwrap_or(&user.permissions);
        (subs, payload) = (int32(own.subs, version), int32(own.payload, version));
    }
    let own = terms::of_jwt(&terms.permissions);
    let (permissions, from) = match (&own, &account.default_permissions) {
        (Some(_), _) => (own.as_ref(), scoped.from()),
        (None, Some(default)) => (Some(default), RightsFrom::AccountDefaults),
        (None, None) => (None, RightsFrom::Nowhere),
    };
    let mut granted = granted(walk, account, permissions, from);
    granted.user = data.sub.clone();
    granted.user_name = data.name.clone();
    granted.limits = limits(walk, account, subs, payload);
    let lists = granted.subscribe.allow.iter().flatten().chain(&granted.subscribe.deny);
    let validated = version.has(&CERT_ONLY_USERS);
    if lists.into_iter().any(|entry| subjects::split_queue(entry, validated) == Err(true)) {
        let found = "a server of this release crashes at an empty entry in a list of subscriptions";
        walk.refuse_with("CON-22", Some(causes::CRASH), Vec::new(), None, found);
    }
    unusable(walk, &granted);
    granted.expires =
        [(data.exp != 0).then_some(data.exp), until, account.expires()].into_iter().flatten().min();
    granted.connection_types =
        connection_types(terms.allowed_connection_types.as_deref().unwrap_or_default(), version).0;
    granted.inactive.extend(scoped.dropped.iter().map(|e| format!("the template {e:?} gives no subject")));
    let imports = walk.held.imports(account).iter();
    granted.inactive.extend(imports.filter_map(|i| {
        let why = i.inactive.as_deref()?;
        Some(format!("the import of {} {} from {} does not work: {why}", i.kind.word(), i.subject, i.account))
    }));
    let dropped = account.dropped_mappings.iter();
    granted
        .inactive
        .extend(dropped.map(|(source, why)| format!("the mapping of {source} is not in force: {why}")));
    if data.exp > 0 && data.exp < now {
        walk.skip("CON-38", "that the user's time is over was asked before");
    } else if data.exp != 0 && (data.exp <= now || overflows(data.exp, now)) {
        let text = "User Authentication Expired";
        let found = "the user's time is over: the server lets the client in and ends the connection at once";
        let sees = (!walk.client.via.is_mqtt()).then(|| text.to_owned());
        walk.refuse_with("CON-38", Some(causes::TIME), vec![LogLine::new(Level::Debug, text)], sees, found);
    } else {
        walk.pass("CON-38", "the connection has time left");
    }
    registered(walk, account, &granted);
    granted
}

/// CON-44: entries of permissions that the server drops, and says so.
fn unusable(walk: &mut Walk<'_>, granted: &Granted) {
    let lines = permissions::unusable(granted, walk.held.server.version);
    match lines.len() {
        0 => {}
        count => {
            walk.pass_logging("CON-44", lines, format!("{count} entries of the permissions have no effect"))
        }
    }
}

/// A time so far away that Go's nanoseconds until then turn negative: its timer fires at once.
fn overflows(exp: i64, now: i64) -> bool {
    exp.wrapping_sub(now).wrapping_mul(1_000_000_000) < 0
}

/// CON-34 and CON-35. `says`: the server tells the client of it, which it does not for users of a `leafnodes` block.
pub(super) fn room(walk: &mut Walk<'_>, account: &Account, says: bool) -> bool {
    let via = walk.client.via;
    let (limit, what) = match via.is_leaf() {
        true => (account.limits.leafnodes, "leafnode connections"),
        false => (account.limits.connections, "connections"),
    };
    let full = limit != -1 && limit <= 0;
    if full {
        let found = format!("the account's limit of {what} is {limit}, which lets nobody in");
        let sees = (says && !via.is_mqtt()).then(|| TOO_MANY.to_owned());
        if says {
            let line = vec![LogLine::new(Level::Error, TOO_MANY)];
            walk.refuse_with("CON-34", Some(causes::LIMIT), line, sees, found);
        } else {
            walk.refuse("CON-34", Some(causes::LIMIT), Vec::new(), found);
        }
    } else if limit == -1 {
        walk.pass("CON-34", format!("the account's {what} are not limited"));
    } else {
        walk.pass("CON-34", format!("the account may have {limit} {what} at the same time"));
        walk.assume(format!("that the account has fewer than {limit} {what} when the client comes"));
    }
    if via.is_leaf() {
        walk.pass("CON-35", "the leafnode's cluster is taken not to be connected to the account already");
        walk.assume(format!("that the leafnode's cluster is not connected to the account already (else: {FAILED_REGISTRATION})"));
    }
    !full
}

/// CON-40, and CON-75 over MQTT: what ends a connection that was let in.
fn registered(walk: &mut Walk<'_>, account: &Account, granted: &Granted) {
    let via = walk.client.via;
    if granted.limits.subs != -1 && granted.limits.subs <= 0 {
        let text = "maximum subscriptions exceeded";
        let found = format!(
            "the limit of subscriptions is {}: the server lets the client in and ends the connection at once",
            granted.limits.subs
        );
        let sees = (!via.is_mqtt()).then(|| text.to_owned());
        walk.refuse_with("CON-40", Some(causes::LIMIT), vec![LogLine::new(Level::Error, text)], sees, found);
    } else {
        walk.pass("CON-40", "the client may have subscriptions");
    }
    if !via.is_mqtt() {
        return;
    }
    let options = walk.held.server.options;
    let described = account.claims.is_some();
    match (described && !account.jetstream, options.jetstream) {
        (true, true) => {
            let found = "MQTT keeps its sessions in JetStream, and the account has no JetStream";
            walk.refuse_with("CON-75", Some(causes::LIMIT), Vec::new(), None, found);
        }
        (false, true) if described => walk.pass("CON-75", "the account has JetStream"),
        _ => {
            walk.pass("CON-75", "MQTT keeps its sessions in JetStream");
            walk.assume("that JetStream works for the account, which MQTT needs");
        }
    }
}

/// What permissions of the configuration or of a JWT grant.
pub(super) fn granted(
    walk: &Walk<'_>,
    account: &Account,
    permissions: Option<&Permissions>,
    from: RightsFrom,
) -> Granted {
    let (publish, subscribe, responses) = grant(permissions);
    Granted {
        account: account.key.clone(),
        account_name: account.name().to_owned(),
        rights_from: from,
        publish,
        subscribe,
        responses: responses.map(|(max, expires)| Responses { max, expires }),
        limits: limits(walk, account, -1, -1),
        ..Granted::default()
    }
}

/// `minLimit`.
fn least(value: i64, limit: i64) -> i64 {
    match (value, limit) {
        (value, -1) => value,
        (-1, limit) => limit,
        (value, limit) => value.min(limit),
    }
}

/// `applyAccountLimits`: the user's limits, the account's, the server's.
fn limits(walk: &Walk<'_>, account: &Account, subs: i64, payload: i64) -> Limits {
    let options = walk.held.server.options;
    let unlimited = |n: i64| if n == 0 { -1 } else { n };
    Limits {
        subs: least(least(subs, account.limits.subs), unlimited(options.max_subs)),
        payload: least(least(payload, account.limits.payload), unlimited(options.max_payload)),
        data: -1,
        account_connections: account.limits.connections,
        account_leafnodes: account.limits.leafnodes,
    }
}

/// What a user of the configuration has, once it is in its account.
pub(super) fn config_user(
    walk: &mut Walk<'_>,
    account: &Account,
    name: &str,
    permissions: Option<&Permissions>,
) -> Granted {
    let filled = permissions.map(|p| {
        let mut p = p.clone();
        terms::with_responses(&mut p);
        p
    });
    let from = if filled.is_some() { RightsFrom::Config } else { RightsFrom::Nowhere };
    let mut granted = granted(walk, account, filled.as_ref(), from);
    granted.user = name.to_owned();
    unusable(walk, &granted);
    registered(walk, account, &granted);
    granted
}
