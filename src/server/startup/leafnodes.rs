//! `leafnodes { … }` (CFG-51 to CFG-56).

use std::collections::HashSet;

use super::auth::{nil_pointer, subject_list, timeout};
use super::fields::{self, Type};
use super::outside::Role;
use super::walk::{Read, Walk, q, shown};
use super::{blocks, forward, outside, top, url};
use crate::file::config::{Node, Value};
use crate::server::options::{ConfigUser, Leafnodes};
use crate::server::version;

/// `parseLeafNodes`.
pub(super) fn leafnodes(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "Expected map to define a leafnode")?;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match top::simple(walk, fields::LEAFNODES, entry)? {
            None => walk.unknown_field(entry),
            Some(Type::Listen) => walk.settings.leaf_port = walk.listen(node).unwrap_or(0),
            Some(Type::Own) => match entry.key.to_lowercase().as_str() {
                "authorization" => {
                    let read = authorization(walk, node);
                    match walk.keep(read) {
                        Some(true) => {
                            if let Err(text) = check_users(&walk.options.leafnodes) {
                                walk.fail(node, text);
                            }
                        }
                        Some(false) => return Err(nil_pointer(walk, node)),
                        None => {}
                    }
                }
                "remotes" => {
                    let read = remotes(walk, node);
                    walk.keep(read);
                }
                "tls" => {
                    let read = blocks::tls(walk, node, true);
                    if let Some(Some(tls)) = walk.keep(read) {
                        walk.options.leafnodes.tls_map = tls.map;
                    }
                }
                _ => {}
            },
            Some(_) if entry.key.eq_ignore_ascii_case("port") => {
                walk.settings.leaf_port = walk.integer(node)?
            }
            Some(_) => {}
        }
    }
    walk.options.leafnodes.listen = walk.settings.leaf_port != 0;
    Ok(())
}

/// `validateLeafNodeAuthOptions` (CFG-55).
pub(super) fn check_users(leaf: &Leafnodes) -> Result<(), String> {
    if leaf.users.is_empty() {
        return Ok(());
    }
    if !leaf.user.is_empty() {
        return Err("can not have a single user/pass and a users array".into());
    }
    if !leaf.nkey.is_empty() {
        return Err("can not have a single nkey and a users array".into());
    }
    let mut seen = HashSet::new();
    match leaf.users.iter().find(|u| !seen.insert(u.user.as_str())) {
        Some(user) => Err(format!("duplicate user {} detected in leafnode authorization", q(&user.user))),
        None => Ok(()),
    }
}

/// `parseLeafAuthorization`; `Ok(false)` after a failed type assertion.
fn authorization(walk: &mut Walk<'_>, node: &Node) -> Read<bool> {
    let map = match walk.map(node) {
        Ok(map) => map,
        Err(problem) => {
            walk.errors.push(problem);
            return Ok(false);
        }
    };
    let mut leaf = std::mem::take(&mut walk.options.leafnodes);
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        let read: Read<()> = match key.as_str() {
            "user" | "username" => walk.string(node).map(|v| leaf.user = v),
            "pass" | "password" => walk.string(node).map(|v| leaf.password = v),
            "account" => walk.string(node).map(|v| leaf.account = v),
            "nkey" if walk.version.has(&version::NKEY_NO_AUTH_USER) => {
                walk.string(node).map(|v| leaf.nkey = v)
            }
            "proxy_required" if walk.version.has(&version::PROXIES) => {
                walk.bool(node).map(|v| leaf.proxy_required = v)
            }
            "timeout" => match timeout(walk, &entry.key, node, "leafnode authorization") {
                Ok(_) => Ok(()),
                Err(problem) => {
                    walk.options.leafnodes = leaf;
                    return Err(problem);
                }
            },
            "users" => {
                let read = users(walk, node);
                if let Some(list) = walk.keep(read) {
                    leaf.users = list;
                }
                Ok(())
            }
            _ => {
                walk.unknown_field(entry);
                Ok(())
            }
        };
        if let Err(problem) = read {
            walk.errors.push(problem);
            walk.options.leafnodes = leaf;
            return Ok(false);
        }
        if key == "nkey" && !leaf.nkey.is_empty() && !outside::valid(Role::User, &leaf.nkey) {
            walk.fail(node, "Not a valid public nkey for leafnode authorization");
        }
    }
    walk.options.leafnodes = leaf;
    Ok(true)
}

fn users(walk: &mut Walk<'_>, node: &Node) -> Read<Vec<ConfigUser>> {
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
        for entry in map.turned(walk.turn) {
            let node = &entry.node;
            let read = match entry.key.to_lowercase().as_str() {
                "user" | "username" => walk.string(node).map(|v| user.user = v),
                "pass" | "password" => walk.string(node).map(|v| user.password = v),
                "account" => walk.string(node).map(|v| user.account = v),
                "proxy_required" if walk.version.has(&version::PROXIES) => {
                    walk.bool(node).map(|v| user.proxy_required = v)
                }
                _ => {
                    walk.unknown_field(entry);
                    Ok(())
                }
            };
            if let Err(problem) = read {
                // The reader recovers and gives no users at all.
                walk.errors.push(problem);
                return Ok(Vec::new());
            }
        }
        users.push(user);
    }
    Ok(users)
}

fn remotes(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let Some(list) = node.value.as_array() else {
        return Err(walk
            .problem(node, format!("Expected remotes field to be an array, got {}", node.value.go_type())));
    };
    let mut seen = HashSet::new();
    for member in list {
        let Some(map) = member.value.as_map() else {
            let text =
                format!("Expected remote leafnode entry to be a map/struct, got {}", shown(&member.value));
            walk.fail(member, text);
            continue;
        };
        let (mut account, mut creds, mut seed) = (String::new(), String::new(), String::new());
        let mut urls = Vec::new();
        let (mut proxy, mut tls) = (None, false);
        let mut last = member;
        for entry in map.turned(walk.turn) {
            let node = &entry.node;
            last = node;
            match top::simple(walk, fields::REMOTE, entry)? {
                None => {
                    walk.unknown_field(entry);
                    continue;
                }
                Some(Type::Own) => {}
                Some(_) => continue,
            }
            match entry.key.to_lowercase().as_str() {
                "account" | "local" => account = walk.string(node)?,
                "creds" | "credentials" => {
                    let path = walk.string(node)?;
                    if !seed.is_empty() {
                        walk.fail(node, "Remote leafnode can not have both creds and nkey defined");
                        continue;
                    }
                    creds = path;
                }
                "nkey" | "seed" => {
                    let text = walk.string(node)?;
                    if !outside::user_seed(&text) {
                        walk.fail(node, format!("Remote leafnode nkey is not a valid seed: {}", q(&text)));
                        continue;
                    }
                    if !creds.is_empty() {
                        walk.fail(node, "Remote leafnode can not have both creds and nkey defined");
                        continue;
                    }
                    seed = text;
                }
                "deny_imports" | "deny_import" | "deny_exports" | "deny_export" => {
                    let read = subject_list(walk, node, false);
                    walk.keep(read);
                }
                "tls" => {
                    let read = blocks::tls(walk, node, true);
                    tls = walk.keep(read).flatten().is_some();
                }
                "proxy" => proxy = forward::read(walk, node)?,
                "url" | "urls" => urls = remote_urls(walk, node)?,
                _ => {}
            }
        }
        if proxy.as_ref().is_some_and(|proxy| !proxy.check(walk, &urls, tls)) {
            continue;
        }
        if walk.version.has(&version::REMOTES_UNIQUE) {
            // `RemoteLeafOpts.name`.
            let of = if account.is_empty() { "$G" } else { &account };
            let name = (urls.clone(), of.to_owned(), creds.clone(), seed.clone());
            if !seen.insert(name) {
                let shown: Vec<String> = urls.iter().map(|url| q(&url::redacted(url))).collect();
                let mut text = format!("duplicate remote urls=[{}], account={}", shown.join(" "), q(of));
                if !creds.is_empty() {
                    text += &format!(", credentials={}", q(&creds));
                } else if !seed.is_empty() {
                    text += ", nkey=\"[REDACTED]\"";
                }
                // Told at the field that the server read last.
                walk.chance |= map.entries().nth(1).is_some();
                walk.fail(last, text);
                continue;
            }
        }
        walk.options.leafnodes.remote_accounts.push(account);
    }
    walk.settings.remotes = walk.options.leafnodes.remote_accounts.len();
    Ok(())
}

/// `parseURLs` and `parseURL`.
fn remote_urls(walk: &mut Walk<'_>, node: &Node) -> Read<Vec<String>> {
    let list: Vec<&Node> = match &node.value {
        Value::Array(list) => list.iter().collect(),
        value if value.as_str().is_some() => vec![node],
        value => {
            let text = format!("Expected remote leafnode url to be an array or string, got {}", shown(value));
            walk.fail(node, text);
            return Ok(Vec::new());
        }
    };
    let mut urls: Vec<String> = Vec::new();
    for member in list {
        let text = walk.string(member)?;
        if urls.contains(&text) {
            walk.misuse(member, &text, "Duplicate leafnode entry detected");
        } else if url::is_taken(&text) {
            urls.push(text);
        } else {
            walk.fail(member, format!("error parsing leafnode url [{}]", q(text.trim())));
        }
    }
    Ok(urls)
}
