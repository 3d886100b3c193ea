//! `accounts { … }` of a server without operators (CFG-80 to CFG-82).

use std::collections::HashSet;

use super::auth::{apply_defaults, name, permissions, users};
use super::mappings::mappings;
use super::outside::Role;
use super::shares::{self, Share};
use super::walk::{Read, Walk, q, shown};
use super::{Problem, outside, sharing};
use crate::file::config::{Entry, Map, Node, Value};
use crate::file::version::Version;
use crate::server::options::ConfigAccount;
use crate::server::subjects;
use crate::server::version;

const TRACE: (u32, u32, u32) = (2, 11, 0);

pub(super) fn has_trace(version: Version) -> bool {
    version.at_least(TRACE.0, TRACE.1, TRACE.2)
}

/// `parseAccounts`; failed type assertions end it with the error kept.
pub(super) fn accounts(walk: &mut Walk<'_>, node: &Node) {
    let mut shared = Vec::new();
    let read = match &node.value {
        Value::Array(list) => names(walk, list),
        Value::Map(map) => blocks(walk, map, &mut shared),
        _ => Ok(()),
    };
    if walk.keep(read).is_none() || !walk.errors.is_empty() {
        return;
    }
    sharing::settle(walk, node, &shared);
}

fn reserved(walk: &mut Walk<'_>, node: &Node, name: &str) -> bool {
    if name == "$G" {
        walk.fail(node, format!("{} is a Reserved Account", q(name)));
    }
    name == "$G"
}

fn names(walk: &mut Walk<'_>, list: &[Node]) -> Read<()> {
    let mut seen = HashSet::new();
    for member in list {
        let name = walk.string(member)?;
        if reserved(walk, member, &name) {
            continue;
        }
        if !seen.insert(name.clone()) {
            walk.fail(member, format!("Duplicate Account Entry: {name}"));
            continue;
        }
        walk.options.accounts.push(ConfigAccount::named(&name));
    }
    Ok(())
}

fn blocks(walk: &mut Walk<'_>, map: &Map, shared: &mut Vec<Share>) -> Read<()> {
    let mut seen: HashSet<String> = walk.options.users.iter().map(name).collect();
    for entry in map.turned(walk.turn) {
        if entry.node.used {
            continue;
        }
        let Some(block) = entry.node.value.as_map() else {
            walk.fail(&entry.node, "Expected map entries for accounts");
            continue;
        };
        if reserved(walk, &entry.node, &entry.key) {
            continue;
        }
        walk.options.accounts.push(ConfigAccount::named(&entry.key));
        let at = walk.options.accounts.len() - 1;
        let mut list = Vec::new();
        let mut users_node = &entry.node;
        let mut defaults = None;
        for field in block.turned(walk.turn) {
            let node = &field.node;
            match field.key.to_lowercase().as_str() {
                "nkey" => match node.value.as_str() {
                    Some(key) if outside::valid(Role::Account, &key) => {
                        if let Some(account) = walk.options.accounts.get_mut(at) {
                            account.nkey = key.into_owned();
                        }
                    }
                    value => {
                        let shown = value.map_or_else(
                            || match &node.value {
                                Value::Bool(b) => format!("%!q(bool={b})"),
                                Value::Integer(n) => quoted_rune(*n),
                                other => shown(other),
                            },
                            |key| q(&key),
                        );
                        walk.fail(node, format!("Not a valid public nkey for an account: {shown}"));
                    }
                },
                "imports" => {
                    let read = shares::imports(walk, node, &entry.key, shared);
                    walk.keep(read);
                }
                "exports" => {
                    let read = shares::exports(walk, node, &entry.key, shared);
                    walk.keep(read);
                }
                "users" => {
                    users_node = node;
                    let read = users(walk, node);
                    list = walk.keep(read).flatten().unwrap_or_default();
                }
                "default_permissions" => {
                    let read = permissions(walk, node);
                    defaults = walk.keep(read).flatten();
                }
                "mappings" | "maps" => mappings(walk, node, at),
                "limits" => {
                    let read = limits(walk, node, at);
                    walk.keep(read);
                }
                "msg_trace" | "trace_dest" if has_trace(walk.version) => {
                    let read = trace(walk, node, &field.key);
                    walk.keep(read);
                }
                "jetstream" => {
                    let read = jetstream(walk, node);
                    walk.keep(read);
                }
                _ => walk.unknown_field(field),
            }
        }
        if !list.is_empty() {
            let text = match (&walk.options.user, &walk.options.token) {
                (user, _) if !user.is_empty() => Some("Can not have a single user/pass and accounts"),
                (_, token) if !token.is_empty() => Some("Can not have a token and accounts"),
                _ => None,
            };
            if let Some(text) = text {
                walk.chance = true;
                walk.fail(users_node, text);
                continue;
            }
        }
        if let Some(defaults) = &defaults {
            apply_defaults(&mut list, defaults);
        }
        if let Some(account) = walk.options.accounts.get_mut(at) {
            account.default_permissions = defaults;
        }
        for user in &mut list {
            if !seen.insert(name(user)) {
                let what = if user.nkey.is_empty() { "user" } else { "nkey" };
                walk.chance = true;
                walk.fail(users_node, format!("Duplicate {what} {} detected", q(&name(user))));
                continue;
            }
            user.account = entry.key.clone();
        }
        walk.options.users.extend(list);
    }
    Ok(())
}

/// `%q` of an integer: a quoted character.
fn quoted_rune(number: i64) -> String {
    let shown = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
    match shown {
        '\'' => r"'\''".into(),
        '"' => "'\"'".into(),
        other => format!("'{}'", q(&other.to_string()).trim_matches('"')),
    }
}

fn limits(walk: &mut Walk<'_>, node: &Node, at: usize) -> Read<()> {
    let Some(map) = node.value.as_map() else {
        let text = format!("Expected account limits to be a map/struct, got {}", shown(&node.value));
        return Err(walk.problem(node, text));
    };
    for entry in map.turned(walk.turn) {
        let key = entry.key.to_lowercase();
        if !matches!(
            key.as_str(),
            "max_connections"
                | "max_conn"
                | "max_subscriptions"
                | "max_subs"
                | "max_payload"
                | "max_pay"
                | "max_leafnodes"
                | "max_leafs"
        ) {
            if !entry.node.used {
                walk.fail(&entry.node, format!("Unknown field {} parsing account limits", q(&entry.key)));
            }
            continue;
        }
        // Go narrows to int32.
        let value = i64::from(walk.integer(&entry.node)? as i32);
        let Some(account) = walk.options.accounts.get_mut(at) else { continue };
        match key.as_str() {
            "max_connections" | "max_conn" => account.max_connections = value,
            "max_subscriptions" | "max_subs" => account.max_subscriptions = value,
            "max_payload" | "max_pay" => account.max_payload = value,
            _ => account.max_leafnodes = value,
        }
    }
    Ok(())
}

/// `parseJetStreamForAccount`, which is given the value without its place.
fn jetstream(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    match &node.value {
        Value::Bool(_) => Ok(()),
        Value::Map(map) => {
            for entry in map.turned(walk.turn) {
                jetstream_limit(walk, entry)?;
            }
            Ok(())
        }
        value => match value.as_str() {
            Some(text) => match text.to_lowercase().as_str() {
                "enabled" | "enable" | "disabled" | "disable" => Ok(()),
                _ => Err(Problem::plain(format!(
                    "Expected 'enabled' or 'disabled' for string value, got '{text}'"
                ))),
            },
            None => {
                let kind = value.go_type();
                Err(Problem::plain(format!("Expected map, bool or string to define JetStream, got {kind}")))
            }
        },
    }
}

fn jetstream_limit(walk: &mut Walk<'_>, entry: &Entry) -> Read<()> {
    let node = &entry.node;
    let key = entry.key.to_lowercase();
    let wrong = |walk: &Walk<'_>, what: &str| {
        let text = format!("{what} for {}, got {}", q(&entry.key), shown(&node.value));
        Err(walk.problem(node, text))
    };
    match key.as_str() {
        "max_memory"
        | "max_mem"
        | "mem"
        | "memory"
        | "max_store"
        | "max_file"
        | "max_disk"
        | "store"
        | "disk"
        | "max_streams"
        | "streams"
        | "max_consumers"
        | "consumers"
        | "mem_max_stream_bytes"
        | "memory_max_stream_bytes"
        | "disk_max_stream_bytes"
        | "store_max_stream_bytes"
        | "max_ack_pending" => match node.value {
            Value::Integer(_) => Ok(()),
            _ => wrong(walk, "Expected a parseable size"),
        },
        "max_bytes_required" | "max_stream_bytes" | "max_bytes" => match node.value {
            Value::Bool(_) => Ok(()),
            _ => wrong(walk, "Expected a parseable bool"),
        },
        "cluster_traffic" if has_trace(walk.version) => match node.value.as_str().as_deref() {
            Some("system" | "owner" | "") => Ok(()),
            Some(_) => wrong(walk, "Expected 'system' or 'owner' string value"),
            None if walk.version.has(&version::TRAFFIC_OWNER_TOLD) => {
                wrong(walk, "Expected either 'system' or 'owner' string value")
            }
            None => wrong(walk, "Expected either 'system' or 'account' string value"),
        },
        _ => {
            walk.unknown_field(entry);
            Ok(())
        }
    }
}

fn trace(walk: &mut Walk<'_>, node: &Node, key: &str) -> Read<()> {
    let destination = |walk: &Walk<'_>, node: &Node, key: &str| -> Read<()> {
        let Some(text) = node.value.as_str() else {
            let kind = node.value.go_type();
            return Err(walk.problem(node, format!("Field {} should be a string, got {kind}", q(key))));
        };
        if !subjects::is_valid(&text) || subjects::has_wildcard(&text) {
            return Err(walk.problem(node, format!("Trace destination {} is not valid", q(&text))));
        }
        Ok(())
    };
    let Some(map) = node.value.as_map() else {
        if node.value.as_str().is_some() {
            return destination(walk, node, key);
        }
        let (key, kind) = (q(key), node.value.go_type());
        let text = format!("Expected account message trace {key} to be a string or a map/struct, got {kind}");
        return Err(walk.problem(node, text));
    };
    let mut has_destination = false;
    let mut sampled = false;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match entry.key.to_lowercase().as_str() {
            "dest" => {
                destination(walk, node, &entry.key)?;
                has_destination = true;
            }
            "sampling" => {
                let number = match &node.value {
                    Value::Integer(n) => *n,
                    value => match value.as_str() {
                        Some(text) => text.strip_suffix('%').unwrap_or(&text).parse().map_err(|_| {
                            walk.problem(
                                node,
                                format!("Invalid trace destination sampling value {}", q(&text)),
                            )
                        })?,
                        None => {
                            let (key, kind) = (q(&entry.key), value.go_type());
                            let text = format!(
                                "Trace destination sampling field {key} should be an integer or a percentage, got {kind}"
                            );
                            return Err(walk.problem(node, text));
                        }
                    },
                };
                if !(1..=100).contains(&number) {
                    let text = format!(
                        "Ttrace destination sampling value {number} is invalid, needs to be [1..100]"
                    );
                    return Err(walk.problem(node, text));
                }
                sampled = true;
            }
            _ if !node.used => {
                let (field, key) = (q(&entry.key), q(key));
                let text = format!("Unknown field {field} parsing account message trace map/struct {key}");
                return Err(walk.problem(node, text));
            }
            _ => {}
        }
    }
    if sampled && !has_destination {
        walk.warn(node, "Trace destination sampling ignored since no destination was set");
    }
    Ok(())
}
