//! Do the options fit together? `validateOptions`, in its order (server.md 1.4 and 1.5).

use super::auth::bad_subject;
use super::leafnodes::check_users;
use super::outside::Role;
use super::walk::{Settings, q};
use super::{duration, outside};
use crate::file::version::{Since, Version};
use crate::server::options::{Resolver, ServerOptions};
use crate::server::version;
use crate::token::Body;

const PLURAL_USERS: Since = version::NKEY_NO_AUTH_USER;

pub(super) fn validate(
    options: &mut ServerOptions,
    settings: &Settings,
    version: Version,
) -> Result<(), String> {
    let duck = settings.lame_duck.unwrap_or(120_000_000_000);
    let grace = settings.lame_duck_grace.unwrap_or(10_000_000_000);
    if duck > 0 && grace >= duck {
        return Err(format!(
            "lame duck grace period ({}) should be strictly lower than lame duck duration ({})",
            duration::show(grace),
            duration::show(duck)
        ));
    }
    baseline(options, settings);
    let pending = settings.max_pending.filter(|n| *n != 0).unwrap_or(64 << 20);
    if options.max_payload > pending {
        let payload = options.max_payload;
        return Err(format!("max_payload ({payload}) cannot be higher than max_pending ({pending})"));
    }
    if version.has(&version::NAME_WITHOUT_BLANKS) && settings.server_name.contains(' ') {
        return Err("server name cannot contain spaces".into());
    }
    operators(options, version)?;
    leafnodes(options, settings, version)?;
    users(options, version)?;
    if version.has(&version::PROXIES)
        && let Some(key) = options.proxies.iter().find(|k| !outside::any_key(k))
    {
        return Err(format!("proxy trusted key {} is invalid", q(key)));
    }
    gateway(settings)?;
    if !settings.gateway_name.is_empty()
        && !settings.cluster_name.is_empty()
        && settings.gateway_name != settings.cluster_name
    {
        return Err("cluster name conflicts between cluster and gateway definitions".into());
    }
    mqtt(options, settings, version)?;
    let domain = &settings.jetstream_domain;
    if !domain.is_empty() {
        if !crate::server::subjects::is_valid(&format!("$JS.{domain}.API.>")) {
            let derived = q(&format!("$JS.{domain}.API.>"));
            return Err(format!("invalid domain name: derived {derived} is not a valid subject"));
        }
        if domain.contains([' ', '\t', '\n', '\r', '\u{c}', '.', '*', '>']) {
            return Err("invalid domain name: may not contain ., * or >".into());
        }
    }
    if options.jetstream && settings.cluster_port != 0 {
        if settings.server_name.is_empty() {
            return Err("jetstream cluster requires `server_name` to be set".into());
        }
        if settings.cluster_name.is_empty() && settings.gateway_name.is_empty() {
            return Err("jetstream cluster requires `cluster.name` to be set".into());
        }
    }
    websocket(options, settings, version)
}

/// `setBaselineOptions`, as far as it decides.
fn baseline(options: &mut ServerOptions, settings: &Settings) {
    if options.max_payload == 0 {
        options.max_payload = 1 << 20;
    }
    let tls = settings.tls.then(|| settings.tls_timeout.filter(|t| *t != 0.0).unwrap_or(2.0) + 1.0);
    let seconds = settings.auth_timeout.filter(|t| *t != 0.0).or(tls).unwrap_or(2.0);
    options.auth_timeout = (seconds * 1e9) as i64;
}

/// `validateTrustedOperators` (CFG-35 to CFG-48).
fn operators(options: &mut ServerOptions, version: Version) -> Result<(), String> {
    let Some(first) = options.operators.first() else {
        return match options.default_sentinel.is_empty() {
            true => Ok(()),
            false => Err("default sentinel requires operators and accounts".into()),
        };
    };
    if !options.default_sentinel.is_empty() && version.has(&version::SENTINEL_BEARER) {
        let Ok(claims) = outside::user(options.default_sentinel.as_bytes(), version) else {
            return Err("default sentinel JWT not valid".into());
        };
        if let Body::User(user) = &claims.body {
            let scoped = version.has(&version::SENTINEL_SCOPED)
                && !user.issuer_account.is_empty()
                && outside::no_permissions(user);
            if !user.permissions.bearer_token && !scoped {
                return Err("default sentinel must be a bearer token".into());
            }
        }
    }
    if options.resolver.is_none() {
        return Err("operators require an account resolver to be configured".into());
    }
    if !options.accounts.is_empty() {
        return Err("operators do not allow Accounts to be configured directly".into());
    }
    if !options.users.is_empty() {
        return Err("operators do not allow users to be configured directly".into());
    }
    if !options.trusted_keys.is_empty() {
        return Err("conflicting options for 'TrustedKeys' and 'TrustedOperators'".into());
    }
    if !options.system_account.is_empty() {
        let declared: Vec<_> = options.operators.iter().map(|o| &o.system_account).collect();
        if declared.iter().any(|s| !s.is_empty()) && !declared.contains(&&options.system_account) {
            return Err("system_account in config and operator JWT must be identical".into());
        }
    } else if first.system_account.is_empty() && matches!(options.resolver, Some(Resolver::Directory(_))) {
        return Err("using nats based account resolver - the system account needs to be specified in configuration or \
                    the operator jwt"
            .into());
    }
    for operator in &options.operators {
        let key = &operator.subject;
        let asserted = &operator.assert_server_version;
        let want = asserted_version(asserted)
            .map_err(|e| format!("operator {key} expects version {asserted} got error instead: {e}"))?;
        let have = [version.major, version.minor, version.patch].map(i64::from);
        for ((want, have), part) in want.into_iter().zip(have).zip(["major", "minor", "update"]) {
            if want > have {
                return Err(format!(
                    "operator {key} expected {part} version {want} > server {part} version {have}"
                ));
            }
            if have > want {
                break;
            }
        }
    }
    if let Some(key) = options.trust().find(|k| !outside::valid(Role::Operator, k)) {
        return Err(format!("trusted Keys {} are required to be a valid public operator nkey", q(key)));
    }
    if let Some(pinned) = &mut options.pinned_accounts
        && !pinned.is_empty()
    {
        if let Some(key) = pinned.iter().find(|k| !outside::valid(Role::Account, k)) {
            return Err(format!("pinned account key {} is not a valid public account nkey", q(key)));
        }
        if !options.system_account.is_empty() && !pinned.contains(&options.system_account) {
            pinned.push(options.system_account.clone());
        }
    }
    if options.callout.is_some() {
        return Err("operators do not allow authorization callouts to be configured directly".into());
    }
    Ok(())
}

/// `jwt.ParseServerVersion`.
fn asserted_version(text: &str) -> Result<[i64; 3], String> {
    if text.is_empty() {
        return Ok([0; 3]);
    }
    let parts: Vec<_> = text.split('.').collect();
    let [major, minor, update] = parts.as_slice() else {
        return Err("asserted server version must be of the form <major>.<minor>.<update>".into());
    };
    let mut numbers = [0; 3];
    for (slot, part) in numbers.iter_mut().zip([major, minor, update]) {
        *slot = part.parse().map_err(|_| format!("asserted server version cant parse {part} to int"))?;
    }
    if numbers.iter().any(|n| *n < 0) {
        return Err(format!("asserted server version can'b contain negative values: {text}"));
    }
    Ok(numbers)
}

/// `validateLeafNode` (CFG-51 to CFG-56).
fn leafnodes(options: &ServerOptions, settings: &Settings, version: Version) -> Result<(), String> {
    let leaf = &options.leafnodes;
    check_users(leaf)?;
    if options.operators.is_empty() {
        let exists = |name: &str| {
            name.is_empty()
                || name == "$G"
                || options.accounts.iter().any(|a| a.name == name)
                || (name == "$SYS" && options.system_account.is_empty() && !settings.no_system_account)
        };
        let of_users = leaf.users.iter().map(|u| u.account.as_str());
        let all = std::iter::once(leaf.account.as_str()).chain(of_users).map(|a| (a, "authorization"));
        let remotes = leaf.remote_accounts.iter().map(|a| (a.as_str(), "remote"));
        if let Some((account, place)) = all.chain(remotes).find(|(a, _)| !exists(a)) {
            return Err(format!("cannot find local account {} specified in leafnode {place}", q(account)));
        }
    } else {
        if !leaf.users.is_empty() {
            let what = if version.has(&PLURAL_USERS) { "users" } else { "user" };
            return Err(format!("operator mode does not allow specifying {what} in leafnode config"));
        }
        if leaf.remote_accounts.iter().any(|a| !outside::valid(Role::Account, a)) {
            return Err("operator mode requires account nkeys in remotes. Please add an `account` key to each remote \
                        in your `leafnodes` section, to assign it to an account. Each account value should be a 56 \
                        character public key, starting with the letter 'A'"
                .into());
        }
        if leaf.listen && !leaf.account.is_empty() && !outside::valid(Role::Account, &leaf.account) {
            return Err("operator mode and non account nkeys are incompatible".into());
        }
    }
    let gateway = !settings.gateway_name.is_empty() || settings.gateway_port != 0;
    if leaf.listen && gateway && options.system_account.is_empty() {
        return Err(
            "leaf nodes and gateways (both being defined) require a system account to also be configured"
                .into(),
        );
    }
    Ok(())
}

/// `validateAuth` (CFG-57 to CFG-59).
fn users(options: &ServerOptions, version: Version) -> Result<(), String> {
    if version.has(&version::CERT_ONLY_USERS) {
        for user in &options.users {
            let Some(permissions) = &user.permissions else { continue };
            let sides =
                [(&permissions.publish, "publish", false), (&permissions.subscribe, "subscribe", true)];
            for (side, name, queues) in sides {
                let Some(side) = side else { continue };
                for (list, way) in [(&side.allow, "allow"), (&side.deny, "deny")] {
                    let bad = list.iter().flatten().find_map(|s| bad_subject(s, queues, version));
                    if let Some(text) = bad {
                        let who = match user.nkey.is_empty() {
                            true => format!("user {}", q(&user.user)),
                            false => format!("nkey {}", q(&user.nkey)),
                        };
                        return Err(format!("invalid permissions for {who}: {name} {way}: {text}"));
                    }
                }
            }
        }
    }
    no_auth_user(options, &options.no_auth_user, version)
}

fn no_auth_user(options: &ServerOptions, name: &str, version: Version) -> Result<(), String> {
    if name.is_empty() {
        return Ok(());
    }
    if !options.operators.is_empty() {
        return Err("no_auth_user not compatible with Trusted Operator".into());
    }
    let nkeys = version.has(&version::NKEY_NO_AUTH_USER);
    let none = match nkeys {
        true => options.users.is_empty(),
        false => !options.users.iter().any(|u| u.nkey.is_empty()),
    };
    if none {
        let what = if nkeys { "users/nkeys" } else { "users" };
        return Err(format!("no_auth_user: \"{name}\" present, but {what} are not defined"));
    }
    let known = options.users.iter().any(|u| u.user == name && u.nkey.is_empty() || nkeys && u.nkey == name);
    if known {
        return Ok(());
    }
    let what = if nkeys { "user or nkey" } else { "user" };
    Err(format!(
        "no_auth_user: \"{name}\" not present as {what} in authorization block or account configuration"
    ))
}

fn gateway(settings: &Settings) -> Result<(), String> {
    let name = &settings.gateway_name;
    match (name.is_empty(), settings.gateway_port) {
        (true, 0) => Ok(()),
        (true, _) => Err("gateway has no name".into()),
        (false, 0) => Err(format!("gateway {} has no port specified (select -1 for random port)", q(name))),
        _ => Ok(()),
    }
}

fn mqtt(options: &ServerOptions, settings: &Settings, version: Version) -> Result<(), String> {
    let mqtt = &options.mqtt;
    if !mqtt.listen {
        return Ok(());
    }
    let meshed = settings.cluster_port != 0 || settings.gateway_port != 0;
    if settings.server_name.is_empty() && (meshed || !version.has(&version::MQTT_NAMELESS)) {
        return Err("mqtt requires server name to be explicitly set".into());
    }
    no_auth_user(options, &mqtt.no_auth_user, version)?;
    if !options.users.is_empty() {
        if !mqtt.user.is_empty() {
            return Err("mqtt authentication username not compatible with presence of users/nkeys".into());
        }
        if !mqtt.token.is_empty() {
            return Err("mqtt authentication token not compatible with presence of users/nkeys".into());
        }
    }
    if !options.jetstream && !meshed && !options.leafnodes.listen && settings.remotes == 0 {
        return Err("mqtt requires JetStream to be enabled if running in standalone mode".into());
    }
    Ok(())
}

fn websocket(options: &ServerOptions, settings: &Settings, version: Version) -> Result<(), String> {
    let ws = &options.websocket;
    if !ws.listen {
        return Ok(());
    }
    if !settings.websocket_tls && !settings.websocket_no_tls {
        return Err("websocket requires TLS configuration".into());
    }
    if let Some(text) = settings.origins.iter().find_map(|origin| super::url::origin(origin, version)) {
        return Err(text);
    }
    no_auth_user(options, &ws.no_auth_user, version)?;
    if !options.users.is_empty() {
        if !ws.user.is_empty() {
            return Err(
                "websocket authentication username not compatible with presence of users/nkeys".into()
            );
        }
        if !ws.token.is_empty() {
            return Err("websocket authentication token not compatible with presence of users/nkeys".into());
        }
    }
    if !ws.jwt_cookie.is_empty() && options.operators.is_empty() && options.trusted_keys.is_empty() {
        let cookie = q(&ws.jwt_cookie);
        return Err(format!(
            "trusted operators or trusted keys configuration is required for JWT authentication via cookie {cookie}"
        ));
    }
    Ok(())
}
