//! `accounts { … }` of a server without operators (CFG-80 to CFG-82).

use std::collections::{HashMap, HashSet};

use super::auth::{apply_defaults, name, permissions, users};
use super::outside::Role;
use super::walk::{Read, Walk, q, shown};
use super::{duration, outside};
use crate::file::config::{Map, Node, Value};
use crate::file::version::Version;
use crate::server::options::ConfigAccount;
use crate::server::subjects;

const TRACE: (u32, u32, u32) = (2, 11, 0);

fn has_trace(version: Version) -> bool {
    version.at_least(TRACE.0, TRACE.1, TRACE.2)
}

/// An export or import with what is checked once all accounts are known.
struct Shared {
    service: bool,
    import: bool,
    subject: String,
    /// Accounts that an export names, or the one that an import takes from.
    accounts: Vec<String>,
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
    let known: HashSet<String> = walk.options.accounts.iter().map(|a| a.name.clone()).collect();
    // The server adds exports first: stream exports, service exports, stream imports, service imports.
    for (import, service) in [(false, false), (false, true), (true, false), (true, true)] {
        for item in shared.iter().filter(|s| s.import == import && s.service == service) {
            let kind = if service { "service" } else { "stream" };
            let way = if import { "import" } else { "export" };
            let missing: Vec<_> = item.accounts.iter().filter(|a| !known.contains(*a)).collect();
            for account in &missing {
                walk.fail(node, format!("{} account not defined for {kind} {way}", q(account)));
            }
            if missing.is_empty() && !subjects::is_valid(&item.subject) && !import {
                walk.fail(node, format!("Error adding {kind} {way} {}: invalid subject", q(&item.subject)));
            }
        }
    }
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

fn blocks(walk: &mut Walk<'_>, map: &Map, shared: &mut Vec<Shared>) -> Read<()> {
    let mut seen: HashSet<String> = walk.options.users.iter().map(name).collect();
    for entry in map.entries() {
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
        for field in block.entries() {
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
                    let read = imports(walk, node, shared);
                    walk.keep(read);
                }
                "exports" => {
                    let read = exports(walk, node, shared);
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
                walk.fail(users_node, format!("Duplicate {what} {} detected", q(&name(user))));
                continue;
            }
            user.account = entry.key.clone();
        }
        // The list is kept as soon as some account has named users or nkeys.
        walk.options.users_given |= !list.is_empty();
        walk.options.users.extend(list);
    }
    Ok(())
}

/// `%q` of an integer is a quoted character.
fn quoted_rune(number: i64) -> String {
    match u32::try_from(number).ok().and_then(char::from_u32) {
        Some(c) => format!("'{c}'"),
        None => "'�'".into(),
    }
}

fn limits(walk: &mut Walk<'_>, node: &Node, at: usize) -> Read<()> {
    let Some(map) = node.value.as_map() else {
        let text = format!("Expected account limits to be a map/struct, got {}", shown(&node.value));
        return Err(walk.problem(node, text));
    };
    for entry in map.entries() {
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

/// `parseAccountMappings`.
pub(super) fn mappings(walk: &mut Walk<'_>, node: &Node, at: usize) {
    let map = match walk.map(node) {
        Ok(map) => map,
        Err(problem) => {
            walk.errors.push(problem);
            return;
        }
    };
    for entry in map.entries() {
        if !subjects::is_valid(&entry.key) {
            walk.fail(node, format!("Subject {} is not a valid subject", q(&entry.key)));
            continue;
        }
        let mut destinations = Vec::new();
        let members: Vec<&Node> = match &entry.node.value {
            Value::Array(list) => list.iter().collect(),
            _ => vec![&entry.node],
        };
        let mut whole = true;
        for member in members {
            if let Some(text) = entry.node.value.as_str() {
                destinations.push((text.into_owned(), 100));
                continue;
            }
            match destination(walk, member) {
                Ok(Some(found)) => destinations.push(found),
                Ok(None) => whole = false,
                Err(problem) => {
                    walk.errors.push(problem);
                    return;
                }
            }
        }
        if whole && let Some(account) = walk.options.accounts.get_mut(at) {
            account.mappings.push((entry.key.clone(), destinations));
        }
    }
}

/// `parseAccountMapDest`.
fn destination(walk: &mut Walk<'_>, node: &Node) -> Read<Option<(String, i64)>> {
    let Some(map) = node.value.as_map() else {
        walk.fail(node, "Expected an entry for the mapping destination");
        return Ok(None);
    };
    let (mut subject, mut weight) = (String::new(), 0);
    for entry in map.entries() {
        let node = &entry.node;
        match entry.key.to_lowercase().as_str() {
            "dest" | "destination" => subject = walk.string(node)?,
            "weight" => {
                let number = match &node.value {
                    Value::Integer(n) => Some(*n),
                    value => value.as_str().and_then(|t| t.trim_end_matches('%').parse().ok()),
                };
                match number {
                    Some(n @ 0..=100) => weight = n,
                    Some(n) => {
                        let n = n as u8;
                        walk.fail(node, format!("Invalid weight {n} for mapping destination"));
                        return Ok(None);
                    }
                    None => {
                        let text = shown(&node.value);
                        walk.fail(node, format!("Invalid weight {} for mapping destination", q(&text)));
                        return Ok(None);
                    }
                }
            }
            "cluster" => {
                walk.string(node)?;
            }
            _ => {
                walk.fail(node, format!("Unknown field {} for mapping destination", q(&entry.key)));
                return Ok(None);
            }
        }
    }
    if subject.is_empty() {
        return Ok(None);
    }
    Ok(Some((subject, weight)))
}

fn jetstream(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    match &node.value {
        Value::Bool(_) | Value::Map(_) => Ok(()),
        value => match value.as_str() {
            Some(text) => match text.to_lowercase().as_str() {
                "enabled" | "enable" | "disabled" | "disable" => Ok(()),
                _ => {
                    let text = format!("Expected 'enabled' or 'disabled' for string value, got '{text}'");
                    Err(walk.problem(node, text))
                }
            },
            None => {
                let kind = value.go_type();
                Err(walk
                    .problem(node, format!("Expected map, bool or string to define JetStream, got {kind}")))
            }
        },
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
    for entry in map.entries() {
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

fn exports(walk: &mut Walk<'_>, node: &Node, shared: &mut Vec<Shared>) -> Read<()> {
    let Some(list) = node.value.as_array() else {
        return Err(walk.problem(node, format!("Exports should be an array, got {}", node.value.go_type())));
    };
    for item in list {
        let read = export(walk, item, shared);
        walk.keep(read);
    }
    Ok(())
}

fn export(walk: &mut Walk<'_>, item: &Node, shared: &mut Vec<Shared>) -> Read<()> {
    let Some(map) = item.value.as_map() else {
        let kind = item.value.go_type();
        return Err(walk.problem(item, format!("Export Items should be a map with type entry, got {kind}")));
    };
    let mut subject: Option<(bool, String)> = None;
    let mut accounts = Vec::new();
    // Directives that only services take: the place is that of the directive.
    let mut directives: HashMap<&str, &Node> = HashMap::new();
    for entry in map.entries() {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        match key.as_str() {
            "stream" | "service" => {
                let service = key == "service";
                if let Some((was, _)) = subject
                    && was != service
                {
                    let other = if was { "service" } else { "stream" };
                    let text = format!("Detected {key} {} but already saw a {other}", q(&shown(&node.value)));
                    walk.fail(node, text);
                    continue;
                }
                let Some(text) = node.value.as_str() else {
                    let kind = node.value.go_type();
                    walk.fail(node, format!("Expected {key} name to be string, got {kind}"));
                    continue;
                };
                if !service {
                    let seen = ["response", "latency", "allow_trace"]
                        .iter()
                        .find_map(|d| Some((d, directives.get(d)?)));
                    if let Some((directive, at)) = seen {
                        let text = format!("Detected {directive} directive on non-service");
                        walk.fail(at, text);
                        continue;
                    }
                }
                subject = Some((service, text.into_owned()));
            }
            "response" | "response_type" => {
                if directives.insert("response", node).is_some() {
                    walk.fail(node, "Duplicate response type definition");
                    continue;
                }
                let Some(text) = node.value.as_str() else {
                    let kind = node.value.go_type();
                    walk.fail(node, format!("Expected response type to be string, got {kind}"));
                    continue;
                };
                if !matches!(
                    text.to_lowercase().as_str(),
                    "single" | "singleton" | "stream" | "chunk" | "chunked"
                ) {
                    walk.fail(node, format!("Unknown response type: {}", q(&text)));
                    continue;
                }
                if matches!(subject, Some((false, _))) {
                    walk.fail(node, "Detected response directive on non-service");
                }
            }
            "threshold" | "response_threshold" | "response_max_time" | "response_time" => {
                let what = "Expected response threshold to be a parseable time duration, got";
                match node.value.as_str() {
                    None => walk.fail(node, format!("{what} {}", node.value.go_type())),
                    Some(text) if duration::parse(&text).is_err() => {
                        walk.fail(node, format!("{what} {}", q(&text)))
                    }
                    Some(_) if matches!(subject, Some((false, _))) => {
                        walk.fail(node, "Detected response directive on non-service");
                    }
                    Some(_) => {}
                }
            }
            "accounts" => {
                for member in walk.array(node)? {
                    accounts.push(walk.string(member)?);
                }
            }
            "latency" => {
                directives.insert("latency", node);
                if matches!(subject, Some((false, _))) {
                    walk.fail(node, "Detected latency directive on non-service");
                }
            }
            "account_token_position" => {
                walk.integer(node)?;
            }
            "allow_trace" if has_trace(walk.version) => {
                walk.bool(node)?;
                directives.insert("allow_trace", node);
                if matches!(subject, Some((false, _))) {
                    walk.fail(node, "Detected allow_trace directive on non-service");
                }
            }
            _ => walk.unknown_field(entry),
        }
    }
    if let Some((service, subject)) = subject {
        shared.push(Shared { service, import: false, subject, accounts });
    }
    Ok(())
}

fn imports(walk: &mut Walk<'_>, node: &Node, shared: &mut Vec<Shared>) -> Read<()> {
    let Some(list) = node.value.as_array() else {
        return Err(walk.problem(node, format!("Imports should be an array, got {}", node.value.go_type())));
    };
    let mut taken: Vec<(String, String, String)> = Vec::new();
    for item in list {
        let read = import(walk, item);
        let Some(Some(found)) = walk.keep(read) else { continue };
        if found.service {
            let before = taken.iter().find(|(to, account, _)| *to == found.to && *account == found.account);
            if let Some((to, account, subject)) = before {
                let text = format!(
                    "Duplicate service import subject {}, previously used in import for account {}, subject {}",
                    q(to),
                    q(account),
                    q(subject)
                );
                walk.fail(item, text);
                continue;
            }
            taken.push((found.to.clone(), found.account.clone(), found.subject.clone()));
        }
        shared.push(Shared {
            service: found.service,
            import: true,
            subject: found.subject,
            accounts: vec![found.account],
        });
    }
    Ok(())
}

struct Import {
    service: bool,
    account: String,
    subject: String,
    to: String,
}

fn import(walk: &mut Walk<'_>, item: &Node) -> Read<Option<Import>> {
    let Some(map) = item.value.as_map() else {
        let kind = item.value.go_type();
        return Err(walk.problem(item, format!("Import Items should be a map with type entry, got {kind}")));
    };
    let mut found: Option<Import> = None;
    let (mut to, mut prefix) = (String::new(), String::new());
    let mut traced: Option<&Node> = None;
    for entry in map.entries() {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        match key.as_str() {
            "stream" | "service" => {
                let service = key == "service";
                if let Some(before) = &found
                    && before.service != service
                {
                    let other = if before.service { "service" } else { "stream" };
                    walk.fail(node, format!("Detected {key} but already saw a {other}"));
                    continue;
                }
                if service && let Some(at) = traced {
                    walk.fail(at, "Detected allow_trace directive on a non-stream");
                    continue;
                }
                let Some(source) = node.value.as_map() else {
                    let what = if service { "Service" } else { "Stream" };
                    let kind = node.value.go_type();
                    walk.fail(node, format!("{what} entry should be an account map, got {kind}"));
                    continue;
                };
                let (account, subject) = source_of(walk, source);
                if account.is_empty() || subject.is_empty() {
                    walk.fail(node, "Expect an account name and a subject");
                    continue;
                }
                let target = if to.is_empty() { subject.clone() } else { to.clone() };
                found = Some(Import { service, account, subject, to: target });
            }
            "prefix" => prefix = walk.string(node)?,
            "to" => {
                to = walk.string(node)?;
                if let Some(found) = &mut found {
                    found.to = to.clone();
                    if !found.service && !prefix.is_empty() {
                        walk.fail(node, "Stream import can not have a 'prefix' and a 'to' property");
                    }
                }
            }
            "share" => {
                walk.bool(node)?;
            }
            "allow_trace" if has_trace(walk.version) => {
                if found.as_ref().is_some_and(|f| f.service) {
                    walk.fail(node, "Detected allow_trace directive on a non-stream");
                    continue;
                }
                walk.bool(node)?;
                traced = Some(node);
            }
            _ => walk.unknown_field(entry),
        }
    }
    Ok(found)
}

/// `parseAccount`: account and subject; empty after a failed type assertion.
fn source_of(walk: &mut Walk<'_>, map: &Map) -> (String, String) {
    let (mut account, mut subject) = (String::new(), String::new());
    for entry in map.entries() {
        let slot = match entry.key.to_lowercase().as_str() {
            "account" => &mut account,
            "subject" => &mut subject,
            _ => {
                walk.unknown_field(entry);
                continue;
            }
        };
        match walk.string(&entry.node) {
            Ok(text) => *slot = text,
            Err(problem) => {
                walk.errors.push(problem);
                return (String::new(), String::new());
            }
        }
    }
    (account, subject)
}
