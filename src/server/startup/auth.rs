//! `authorization`, users, permissions, auth callout (server.md 1.7).

use super::outside::Role;
use super::walk::{Read, Walk, go_float, q, shown};
use super::{Problem, duration, outside};
use crate::file::config::{Node, Value};
use crate::file::version::Version;
use crate::server::options::{Callout, ConfigUser, Permissions, SubjectPermission};
use crate::server::subjects;
use crate::server::version;

/// What a block says.
#[derive(Default)]
pub(super) struct Authorization {
    pub(super) user: String,
    pub(super) password: String,
    pub(super) token: String,
    pub(super) timeout: Option<f64>,
    pub(super) users: Option<Vec<ConfigUser>>,
    pub(super) permissions: Option<Permissions>,
    pub(super) callout: Option<Callout>,
    pub(super) proxy_required: bool,
}

/// Go goes on with a nil pointer where a block's reader recovered from a panic.
pub(super) fn nil_pointer(walk: &Walk<'_>, node: &Node) -> Problem {
    walk.problem(node, "runtime error: invalid memory address or nil pointer dereference")
}

/// `timeout` of an authorization: seconds (CFG-84).
pub(super) fn timeout(walk: &mut Walk<'_>, key: &str, node: &Node, what: &str) -> Read<f64> {
    let seconds = match &node.value {
        Value::Integer(n) => *n as f64,
        Value::Float(n) => *n,
        // Before, whatever is no number was a second.
        _ if !walk.version.has(&version::LONG_TIMEOUT_WARNING) => 1.0,
        value => match value.as_str() {
            Some(text) => {
                let nanos = duration::parse(&text)
                    .map_err(|e| walk.problem(node, format!("error parsing {what} config, 'timeout' {e}")))?;
                nanos as f64 / 1e9
            }
            None => {
                return Err(walk.problem(node, format!("error parsing {what} config, 'timeout' wrong type")));
            }
        },
    };
    if seconds > 60.0 && walk.version.has(&version::LONG_TIMEOUT_WARNING) {
        let value = match &node.value {
            Value::Float(n) => go_float(*n),
            value => shown(value),
        };
        walk.misuse(
            node,
            key,
            &format!(
                "timeout of {value} ({seconds:.6} seconds) is high, consider keeping it under 60 seconds. possibly \
                 caused by unquoted duration; use '1m' instead of 1m, for example"
            ),
        );
    }
    Ok(seconds)
}

/// `parseAuthorization`; a failed type assertion inside is `Ok(None)` with the error kept.
pub(super) fn authorization(walk: &mut Walk<'_>, node: &Node) -> Read<Option<Authorization>> {
    let mut auth = Authorization::default();
    let map = match walk.map(node) {
        Ok(map) => map,
        Err(problem) => {
            walk.errors.push(problem);
            return Ok(None);
        }
    };
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        if key == "timeout" {
            // A wrong timeout is an error that the reader returns, and ends it.
            auth.timeout = Some(timeout(walk, &entry.key, node, "authorization")?);
            continue;
        }
        let result: Read<()> = (|| {
            match key.as_str() {
                "user" | "username" => auth.user = walk.string(node)?,
                "pass" | "password" => auth.password = walk.string(node)?,
                "token" => auth.token = walk.string(node)?,
                "users" => match users(walk, node) {
                    Ok(list) => auth.users = list,
                    Err(problem) => walk.errors.push(problem),
                },
                "default_permission" | "default_permissions" | "permissions" => {
                    let read = permissions(walk, node);
                    auth.permissions = walk.keep(read).flatten();
                }
                "auth_callout" | "auth_hook" if walk.version.has(&version::AUTH_CALLOUT) => {
                    let read = callout(walk, node);
                    auth.callout = walk.keep(read).flatten();
                }
                "proxy_required" if walk.version.has(&version::PROXIES) => {
                    auth.proxy_required = walk.bool(node)?
                }
                _ => walk.unknown_field(entry),
            }
            Ok(())
        })();
        if let Err(problem) = result {
            walk.errors.push(problem);
            return Ok(None);
        }
    }
    if let (Some(users), Some(default)) = (&mut auth.users, &auth.permissions) {
        apply_defaults(users, default);
    }
    Ok(Some(auth))
}

/// `applyDefaultPermissions`.
pub(super) fn apply_defaults(users: &mut [ConfigUser], default: &Permissions) {
    for user in users.iter_mut().filter(|u| u.permissions.is_none()) {
        user.permissions = Some(default.clone());
    }
}

/// `authorization` at the top level.
pub(super) fn top(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let Some(auth) = authorization(walk, node)? else { return Err(nil_pointer(walk, node)) };
    let options = &mut walk.options;
    options.authorization_block = true;
    options.user = auth.user;
    options.password = auth.password;
    options.token = auth.token;
    options.callout = auth.callout;
    options.proxy_required = auth.proxy_required;
    walk.settings.auth_timeout = auth.timeout;
    let options = &mut walk.options;
    if (!options.user.is_empty() || !options.password.is_empty()) && !options.token.is_empty() {
        return Err(walk.problem(node, "Cannot have a user/pass and token"));
    }
    if auth.users.is_some() || !options.users.is_empty() {
        // Those of `accounts` may be read before or after.
        walk.chance |= auth.users.is_none() && !(options.user.is_empty() && options.token.is_empty());
        let options = &walk.options;
        if !options.user.is_empty() {
            return Err(walk.problem(node, "Can not have a single user/pass and a users array"));
        }
        if !options.token.is_empty() {
            return Err(walk.problem(node, "Can not have a token and a users array"));
        }
    }
    if let Some(users) = auth.users {
        // Named users first, then nkeys, as the server keeps two lists.
        let (named, nkeys): (Vec<_>, Vec<_>) = users.into_iter().partition(|u| u.nkey.is_empty());
        for list in [named, nkeys] {
            let mut seen: std::collections::HashSet<String> = walk.options.users.iter().map(name).collect();
            for user in &list {
                if !seen.insert(name(user)) {
                    let what = if user.nkey.is_empty() { "user" } else { "nkey" };
                    walk.chance = true;
                    return Err(walk.problem(node, format!("Duplicate {what} {} detected", q(&name(user)))));
                }
            }
            walk.options.users.extend(list);
        }
    }
    Ok(())
}

/// The name or nkey.
pub(super) fn name(user: &ConfigUser) -> String {
    if user.nkey.is_empty() { user.user.clone() } else { user.nkey.clone() }
}

/// `parseUsers`; `None` after a failed type assertion.
pub(super) fn users(walk: &mut Walk<'_>, node: &Node) -> Read<Option<Vec<ConfigUser>>> {
    let Some(list) = node.value.as_array() else {
        return Err(
            walk.problem(node, format!("Expected users field to be an array, got {}", shown(&node.value)))
        );
    };
    let mut users = Vec::new();
    for member in list {
        let Some(map) = member.value.as_map() else {
            walk.fail(
                member,
                format!("Expected user entry to be a map/struct, got {}", shown(&member.value)),
            );
            continue;
        };
        let mut user = ConfigUser::default();
        // Later complaints about the entry stand at the field that the server read last.
        let mut last = member;
        for entry in map.turned(walk.turn) {
            let node = &entry.node;
            last = node;
            let result: Read<()> = (|| {
                match entry.key.to_lowercase().as_str() {
                    "nkey" => user.nkey = walk.string(node)?,
                    "user" | "username" => user.user = walk.string(node)?,
                    "pass" | "password" => user.password = walk.string(node)?,
                    "permission" | "permissions" | "authorization" => {
                        let read = permissions(walk, node);
                        user.permissions = walk.keep(read).flatten();
                    }
                    "allowed_connection_types" | "connection_types" | "clients" => {
                        user.connection_types = connection_types(walk, node);
                    }
                    "proxy_required" if walk.version.has(&version::PROXIES) => {
                        user.proxy_required = walk.bool(node)?;
                    }
                    _ => walk.unknown_field(entry),
                }
                Ok(())
            })();
            if let Err(problem) = result {
                walk.errors.push(problem);
                return Ok(None);
            }
        }
        let chance = map.entries().nth(1).is_some();
        if user.nkey.is_empty() && user.user.is_empty() {
            walk.chance |= chance;
            return Err(walk.problem(last, "User entry requires a user"));
        }
        if !user.nkey.is_empty() {
            if !outside::valid(Role::User, &user.nkey) {
                walk.chance |= chance;
                return Err(walk.problem(last, "Not a valid public nkey for a user"));
            }
            if !user.user.is_empty() || !user.password.is_empty() {
                walk.chance |= chance;
                return Err(walk.problem(last, "Nkey users do not take usernames or passwords"));
            }
        }
        users.push(user);
    }
    Ok(Some(users))
}

fn connection_types(walk: &mut Walk<'_>, node: &Node) -> Vec<String> {
    let Some(texts) = walk.strings("allowed connection types", node) else { return Vec::new() };
    let in_process = walk.version.has(&version::IN_PROCESS_TYPE);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for text in texts.iter().map(|t| t.to_uppercase()) {
        match text.as_str() {
            "STANDARD" | "WEBSOCKET" | "LEAFNODE" | "LEAFNODE_WS" | "MQTT" | "MQTT_WS" => known.push(text),
            "IN_PROCESS" if in_process => known.push(text),
            _ => unknown.push(q(&text)),
        }
    }
    if !unknown.is_empty() {
        walk.fail(node, format!("invalid connection types [{}]", unknown.join(" ")));
    }
    known.sort();
    known.dedup();
    known
}

/// `parseUserPermissions`; `None` after a failed type assertion.
pub(super) fn permissions(walk: &mut Walk<'_>, node: &Node) -> Read<Option<Permissions>> {
    let Some(map) = node.value.as_map() else {
        let text = format!("Expected permissions to be a map/struct, got {}", shown(&node.value));
        return Err(walk.problem(node, text));
    };
    let mut permissions = Permissions::default();
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match entry.key.to_lowercase().as_str() {
            "pub" | "publish" | "import" => {
                let read = direction(walk, node, false);
                permissions.publish = walk.keep(read).flatten();
            }
            "sub" | "subscribe" | "export" => {
                let read = direction(walk, node, true);
                permissions.subscribe = walk.keep(read).flatten();
            }
            "publish_allow_responses" | "allow_responses" => match node.value {
                Value::Bool(true) => permissions.responses = Some((1, 120_000_000_000)),
                Value::Bool(false) => {}
                _ => permissions.responses = responses(walk, node),
            },
            _ if !entry.node.used => {
                walk.fail(node, format!("Unknown field {} parsing permissions", q(&entry.key)))
            }
            _ => {}
        }
    }
    if permissions.responses.is_some() {
        // The blanket allow is turned off.
        let publish = permissions.publish.get_or_insert_default();
        publish.allow.get_or_insert_default();
    }
    Ok(Some(permissions))
}

fn direction(walk: &mut Walk<'_>, node: &Node, queues: bool) -> Read<Option<SubjectPermission>> {
    let Some(map) = node.value.as_map() else {
        // The server has lost the place of a list that stands there without `allow`; its members have theirs.
        let placed =
            matches!(&node.value, Value::Array(list) if list.iter().any(|m| m.value.as_str().is_none()));
        let unplaced = |problem: Problem| if placed { problem } else { Problem { place: None, ..problem } };
        let allow = subject_list(walk, node, queues).map_err(unplaced)?;
        return Ok(Some(SubjectPermission { allow: Some(allow), deny: None }));
    };
    if map.is_empty() {
        return Ok(None);
    }
    let mut permission = SubjectPermission::default();
    for entry in map.turned(walk.turn) {
        let key = entry.key.to_lowercase();
        match key.as_str() {
            "allow" | "deny" => {
                let read = subject_list(walk, &entry.node, queues);
                let Some(list) = walk.keep(read) else { continue };
                let list = (!list.is_empty()).then_some(list);
                if key == "allow" {
                    permission.allow = list;
                } else {
                    permission.deny = list;
                }
            }
            _ if !entry.node.used => {
                let key = q(&entry.key);
                let text = format!(
                    "Unknown field name {key} parsing subject permissions, only 'allow' or 'deny' are permitted"
                );
                walk.fail(&entry.node, text);
            }
            _ => {}
        }
    }
    Ok(Some(permission))
}

/// `parsePermSubjects`.
pub(super) fn subject_list(walk: &mut Walk<'_>, node: &Node, queues: bool) -> Read<Vec<String>> {
    let mut list = Vec::new();
    match &node.value {
        Value::Array(nodes) => {
            for member in nodes.iter() {
                let Some(text) = member.value.as_str() else {
                    return Err(walk.problem(member, "Subject in permissions array cannot be cast to string"));
                };
                list.push(text.into_owned());
            }
        }
        value => match value.as_str() {
            Some(text) => list.push(text.into_owned()),
            None => {
                let kind = value.go_type();
                let text =
                    format!("Expected subject permissions to be a subject, or array of subjects, got {kind}");
                return Err(walk.problem(node, text));
            }
        },
    }
    for subject in &list {
        if let Some(text) = bad_subject(subject, queues, walk.version) {
            return Err(walk.problem(node, text));
        }
    }
    Ok(list)
}

/// `checkPermSubjectArray` for one subject.
pub(super) fn bad_subject(subject: &str, queues: bool, version: Version) -> Option<String> {
    if subjects::is_valid(subject) {
        return None;
    }
    // Before, any list could have queues, and nobody looked at their names.
    let strict = version.has(&version::CERT_ONLY_USERS);
    let queues = queues || !strict;
    let invalid = |s: &str| Some(format!("subject {} is not a valid subject", q(s)));
    let words: Vec<_> = subject.split_whitespace().collect();
    match words.as_slice() {
        [first, second] if queues => {
            if !subjects::is_valid(first) {
                invalid(first)
            } else if strict && !subjects::is_valid(second) {
                Some(format!("queue {} is not a valid queue", q(second)))
            } else {
                None
            }
        }
        _ => invalid(subject),
    }
}

fn responses(walk: &mut Walk<'_>, node: &Node) -> Option<(i64, i64)> {
    let Some(map) = node.value.as_map() else {
        walk.fail(node, "error parsing response permissions, expected a boolean or a map");
        return None;
    };
    let (mut max, mut expires) = (1, 120_000_000_000);
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match entry.key.to_lowercase().as_str() {
            "max" | "max_msgs" | "max_messages" | "max_responses" => match walk.integer(node) {
                Ok(0) => {}
                Ok(n) => max = n,
                Err(problem) => {
                    walk.errors.push(problem);
                    return None;
                }
            },
            "expires" | "expiration" | "ttl" => {
                match node.value.as_str().map(|text| duration::parse(&text)) {
                    Some(Ok(0)) => {}
                    Some(Ok(nanos)) => expires = nanos,
                    Some(Err(e)) => {
                        walk.fail(node, format!("error parsing expires: {e}"));
                        return None;
                    }
                    None => {
                        walk.fail(node, "error parsing expires, not a duration string");
                        return None;
                    }
                }
            }
            _ if !entry.node.used => {
                walk.fail(node, format!("Unknown field {} parsing permissions", q(&entry.key)))
            }
            _ => {}
        }
    }
    Some((max, expires))
}

/// `parseAuthCallout` (CFG-83).
fn callout(walk: &mut Walk<'_>, node: &Node) -> Read<Option<Callout>> {
    let Some(map) = node.value.as_map() else {
        let text = format!("Expected authorization callout to be a map/struct, got {}", shown(&node.value));
        return Err(walk.problem(node, text));
    };
    let mut callout = Callout::default();
    let mut last = node;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        last = node;
        let key = entry.key.to_lowercase();
        let read: Read<()> = (|| {
            match key.as_str() {
                "issuer" => callout.issuer = walk.string(node)?,
                "account" | "acc" => callout.account = walk.string(node)?,
                "xkey" | "key" => callout.xkey = walk.string(node)?,
                _ => {}
            }
            Ok(())
        })();
        if let Err(problem) = read {
            walk.errors.push(problem);
            return Ok(None);
        }
        match key.as_str() {
            "issuer" if !outside::valid(Role::Account, &callout.issuer) => {
                let key = q(&callout.issuer);
                let text = format!("Expected callout user to be a valid public account nkey, got {key}");
                return Err(walk.problem(node, text));
            }
            "xkey" | "key" if !outside::valid(Role::Curve, &callout.xkey) => {
                let key = q(&callout.xkey);
                return Err(
                    walk.problem(node, format!("Expected callout xkey to be a valid public xkey, got {key}"))
                );
            }
            "issuer" | "account" | "acc" | "xkey" | "key" => {}
            "auth_users" | "users" | "allowed_accounts" => {
                let allowed = key == "allowed_accounts";
                if allowed && !walk.version.has(&version::CALLOUT_DELEGATION) {
                    walk.fail(node, format!("Unknown field {} parsing authorization callout", q(&entry.key)));
                    continue;
                }
                let Some(list) = node.value.as_array() else {
                    let what = if allowed { "allowed accounts" } else { "auth_users" };
                    // Go prints the type of the token here, not that of the value.
                    return Err(
                        walk.problem(node, format!("Expected {what} field to be an array, got *conf.token"))
                    );
                };
                for member in list {
                    match walk.string(member) {
                        Ok(text) if allowed => callout.allowed_accounts.push(text),
                        Ok(text) => callout.auth_users.push(text),
                        Err(problem) => {
                            walk.errors.push(problem);
                            return Ok(None);
                        }
                    }
                }
            }
            _ if !entry.node.used => {
                walk.fail(node, format!("Unknown field {} parsing authorization callout", q(&entry.key)));
            }
            _ => {}
        }
    }
    if callout.account.is_empty() {
        callout.account = "$G".into();
    }
    walk.chance |= callout.issuer.is_empty() || callout.auth_users.is_empty();
    if callout.issuer.is_empty() {
        return Err(walk.problem(last, "Authorization callouts require an issuer to be specified"));
    }
    if callout.auth_users.is_empty() {
        return Err(walk.problem(last, "Authorization callouts require authorized users to be specified"));
    }
    Ok(Some(callout))
}
