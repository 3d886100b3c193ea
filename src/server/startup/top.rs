//! The top level of the configuration (`processConfigFileLine`).

use super::fields::{self, Field, Type};
use super::walk::{Read, Walk, q};
use super::{accounts, auth, blocks, duration, leafnodes, mappings, trust};
use crate::file::config::{Entry, Map, Node, Value};
use crate::server::version;

/// Walks the whole configuration. The server walks in random order; here it is the order of the text.
pub(super) fn walk(walk: &mut Walk<'_>) {
    let config = walk.config;
    if config.root.is_empty() && walk.version.at_least(2, 10, 0) {
        let path = config.files.first().map_or("", |f| f.path.as_str());
        walk.warnings.push(super::Problem::plain(format!("{path}: config has no values or is empty")));
    }
    system_account(walk, &config.root);
    for entry in config.root.turned(walk.turn) {
        let result = option(walk, entry);
        walk.keep(result);
    }
    // A failed type assertion ends the walk through its map: what else is wrong there is told or not.
    let asserted = |problem: &super::Problem| problem.text.starts_with("interface conversion: ");
    walk.chance |= walk.errors.len() > 1 && walk.errors.iter().any(asserted);
    // Auth callout names accounts, which may stand anywhere.
    if let Some(callout) = &walk.options.callout {
        let names: Vec<_> = walk.options.accounts.iter().map(|a| a.name.as_str()).collect();
        let missing = callout.allowed_accounts.iter().filter(|a| !names.contains(&a.as_str()));
        let texts: Vec<_> = missing
            .map(|a| format!("auth_callout allowed account {} not found in configured accounts", q(a)))
            .collect();
        walk.errors.extend(texts.into_iter().map(super::Problem::plain));
    }
}

/// CFG-3: the pre-pass knows two spellings, in lower case.
fn system_account(walk: &mut Walk<'_>, root: &Map) {
    let Some(node) = root.get("system_account").or_else(|| root.get("system")) else { return };
    match node.value.as_str() {
        Some(name) => walk.options.system_account = name.into_owned(),
        None => walk.fail(node, "system account name must be a string"),
    }
}

/// Reads a field that only has a type. `false`: it is not known.
pub(super) fn simple(walk: &mut Walk<'_>, table: &'static [Field], entry: &Entry) -> Read<Option<Type>> {
    let node = &entry.node;
    let Some(kind) = fields::find(table, &entry.key, walk.version) else { return Ok(None) };
    match kind {
        Type::Text => {
            walk.string(node)?;
        }
        Type::Bool => {
            walk.bool(node)?;
        }
        Type::Integer => {
            walk.integer(node)?;
        }
        Type::Duration(field) => {
            walk.duration(field, node)?;
        }
        Type::Listen => {
            if let Err(problem) = walk.listen(node) {
                walk.errors.push(problem);
            }
        }
        Type::Name(text) => {
            if walk.string(node)?.contains(' ') {
                walk.fail(node, text);
            }
        }
        Type::TimeoutPolicy => {
            if !matches!(walk.string(node)?.as_str(), "default" | "close" | "retry") {
                walk.fail(node, "write_timeout must be 'default', 'close' or 'retry'");
            }
        }
        Type::Own => {}
    }
    Ok(Some(kind))
}

fn option(walk: &mut Walk<'_>, entry: &Entry) -> Read<()> {
    let node = &entry.node;
    match simple(walk, fields::TOP, entry)? {
        None => {
            walk.unknown_field(entry);
            return Ok(());
        }
        Some(Type::Own) => {}
        Some(_) => return Ok(()),
    }
    let key = entry.key.to_lowercase();
    let seconds = |walk: &Walk<'_>, node: &Node| -> Read<i64> {
        let text = walk.string(node)?;
        duration::parse(&text).map_err(|e| walk.problem(node, format!("error parsing {key}: {e}")))
    };
    match key.as_str() {
        "operator" | "operators" | "roots" | "root" | "root_operators" | "root_operator" => {
            trust::operators(walk, node)
        }
        "resolver" | "account_resolver" | "accounts_resolver" => trust::resolver(walk, node)?,
        "resolver_tls" => {
            blocks::tls(walk, node, true)?;
        }
        "resolver_preload" => trust::preload(walk, node)?,
        "resolver_pinned_accounts" => trust::pinned(walk, node),
        "trusted" | "trusted_keys" => trust::trusted_keys(walk, node),
        "default_sentinel" => walk.options.default_sentinel = walk.string(node)?,
        "no_auth_user" => walk.options.no_auth_user = walk.string(node)?,
        "no_system_account" | "no_system" | "no_sys_acc" => {
            walk.settings.no_system_account = walk.bool(node)?
        }
        "authorization" => auth::top(walk, node)?,
        "accounts" => accounts::accounts(walk, node),
        "mappings" | "maps" => {
            walk.options.accounts.push(crate::server::options::ConfigAccount::named("$G"));
            let at = walk.options.accounts.len() - 1;
            mappings::mappings(walk, node, at);
        }
        "server_name" => {
            let name = walk.string(node)?;
            if walk.version.has(&version::NAME_WITHOUT_BLANKS) && name.contains(' ') {
                return Err(walk.problem(node, "server name cannot contain spaces"));
            }
            walk.settings.server_name = name;
        }
        "max_payload" | "max_control_line" => {
            let size = walk.integer(node)?;
            if size > i64::from(i32::MAX) {
                return Err(walk.problem(node, format!("{} value is too big", entry.key)));
            }
            if key == "max_payload" {
                // Go narrows to int32.
                walk.options.max_payload = i64::from(size as i32);
            }
        }
        "max_pending" => walk.settings.max_pending = Some(walk.integer(node)?),
        "max_connections" | "max_conn" => {
            let count = walk.integer(node)?;
            walk.options.max_connections = if count == 0 { -1 } else { count };
        }
        "max_subscriptions" | "max_subs" => walk.options.max_subs = walk.integer(node)?,
        "max_sub_tokens" | "max_subscription_tokens" => match walk.integer(node)? {
            n if n > 255 => return Err(walk.problem(node, format!("{} value is too big", entry.key))),
            n if n <= 0 => return Err(walk.problem(node, format!("{} value can not be negative", entry.key))),
            _ => {}
        },
        "lame_duck_duration" => {
            let nanos = seconds(walk, node)?;
            if nanos < 30_000_000_000 {
                let text =
                    format!("invalid lame_duck_duration of {}, minimum is 30 seconds", duration::show(nanos));
                return Err(walk.problem(node, text));
            }
            walk.settings.lame_duck = Some(nanos);
        }
        "lame_duck_grace_period" => {
            let nanos = seconds(walk, node)?;
            if nanos < 0 {
                return Err(walk.problem(node, "invalid lame_duck_grace_period, needs to be positive"));
            }
            walk.settings.lame_duck_grace = Some(nanos);
        }
        "tls" => {
            if let Some(tls) = blocks::tls(walk, node, true)? {
                walk.options.tls_map = tls.map;
                walk.settings.tls = true;
                walk.settings.tls_timeout = tls.timeout;
            }
        }
        "cluster" => blocks::cluster(walk, node)?,
        "gateway" => blocks::gateway(walk, node)?,
        "leaf" | "leafnodes" => leafnodes::leafnodes(walk, node)?,
        "websocket" | "ws" => blocks::websocket(walk, node)?,
        "mqtt" => blocks::mqtt(walk, node)?,
        "jetstream" => blocks::jetstream(walk, node)?,
        "store_dir" | "storedir" => {
            walk.string(node)?;
        }
        "proxies" => proxies(walk, node)?,
        "server_tags" => tags(walk, node)?,
        "server_metadata" => match &node.value {
            Value::Map(map) => {
                for entry in map.turned(walk.turn) {
                    walk.string(&entry.node)?;
                }
            }
            other => {
                let text = format!("error parsing metadata: unsupported type {}", other.go_type());
                return Err(walk.problem(node, text));
            }
        },
        "feature_flags" => match &node.value {
            Value::Map(map) => {
                for entry in map.turned(walk.turn) {
                    if !matches!(entry.node.value, Value::Bool(_)) {
                        let kind = entry.node.value.go_type();
                        let text = format!(
                            "error parsing feature flag {}: expected bool, got {kind}",
                            q(&entry.key)
                        );
                        return Err(walk.problem(&entry.node, text));
                    }
                }
            }
            other => {
                let text = format!("error parsing feature flags: unsupported type {}", other.go_type());
                return Err(walk.problem(node, text));
            }
        },
        "default_js_domain" => match &node.value {
            Value::Map(map) => {
                for entry in map.turned(walk.turn) {
                    walk.string(&entry.node)?;
                }
            }
            other => {
                let text = format!("error default_js_domain config: unsupported type {}", other.go_type());
                return Err(walk.problem(node, text));
            }
        },
        "ocsp" if !matches!(node.value, Value::Bool(_) | Value::Map(_)) => {
            let text = format!("error parsing ocsp config: unsupported type {}", node.value.go_type());
            return Err(walk.problem(node, text));
        }
        // `ocsp_cache` shadows its error, so that no wrong type is ever told; the system account was read before.
        _ => {}
    }
    Ok(())
}

fn tags(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    match &node.value {
        Value::Array(nodes) => match nodes.iter().all(|n| n.value.as_str().is_some()) {
            true => Ok(()),
            false => Err(walk
                .problem(node, "error parsing tags: unsupported type *conf.token where string is expected")),
        },
        value if value.as_str().is_some() => Ok(()),
        other => Err(walk.problem(node, format!("error parsing tags: unsupported type {}", other.go_type()))),
    }
}

fn proxies(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "expected proxies to be a map/struct")?;
    for entry in map.turned(walk.turn) {
        if entry.key.to_lowercase() != "trusted" {
            walk.unknown_field(entry);
            continue;
        }
        let Some(list) = entry.node.value.as_array() else {
            let kind = entry.node.value.go_type();
            walk.fail(&entry.node, format!("expected proxies' trusted field to be an array, got {kind}"));
            continue;
        };
        for proxy in list {
            let Some(map) = proxy.value.as_map() else {
                let kind = proxy.value.go_type();
                walk.fail(proxy, format!("expected proxies' trusted entry to be a map/struct, got {kind}"));
                continue;
            };
            let mut trusted = String::new();
            for field in map.turned(walk.turn) {
                if !matches!(field.key.to_lowercase().as_str(), "key" | "public_key") {
                    walk.unknown_field(field);
                    continue;
                }
                trusted = walk.string(&field.node)?;
                if !super::outside::any_key(&trusted) {
                    walk.fail(&field.node, format!("invalid proxy key {}", q(&trusted)));
                }
            }
            walk.options.proxies.push(trusted);
        }
    }
    Ok(())
}
