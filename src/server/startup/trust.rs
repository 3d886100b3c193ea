//! Operators, resolver, preloads, pinned accounts, trusted keys (server.md 1.2 and 1.3).

use super::outside::Role;
use super::walk::{Read, Walk, q};
use super::{duration, outside};
use crate::file::config::{Metadata, Node, ReadError, Value};
use crate::server::options::{Directory, Resolver};
use crate::server::version;

const NO_RESOLVER: &str = "error parsing account resolver, should be MEM or  URL(\"url\") or a map containing dir and \
                           type state=[FULL|CACHE])";

/// `operator` and its synonyms (CFG-6 to CFG-13).
pub(super) fn operators(walk: &mut Walk<'_>, node: &Node) {
    let mut names = Vec::new();
    match &node.value {
        Value::Array(list) if walk.version.has(&version::OPERATORS_ARRAY) => {
            for member in list.iter() {
                match member.value.as_str() {
                    Some(name) => names.push(name.into_owned()),
                    None => {
                        let text =
                            "error parsing operators: unsupported type *conf.token where string is expected";
                        walk.fail(node, text);
                        break;
                    }
                }
            }
        }
        value => match value.as_str() {
            Some(name) => names.push(name.into_owned()),
            None => walk.fail(node, format!("error parsing operators: unsupported type {}", value.go_type())),
        },
    }
    let mut operators = Vec::new();
    for name in names {
        let claims = match content(walk, &name) {
            Ok(Some(token)) => outside::operator(&token, walk.version),
            Ok(None) => continue,
            Err(text) => Err(text),
        };
        match claims {
            Ok(claims) => operators.extend(super::running::operator(claims)),
            Err(text) => walk.fail(node, format!("error parsing operator JWT: {text}")),
        }
    }
    if let [only] = operators.as_slice() {
        // `resolver` and `system_account` have precedence, in whatever order they are read.
        if !walk.settings.explicit_resolver
            && walk.options.resolver.is_none()
            && let Some(url) = parse_url(&only.account_server_url)
        {
            walk.options.resolver = Some(Resolver::Url(format!("{url}/accounts/")));
        }
        if walk.options.system_account.is_empty() {
            walk.options.system_account = only.system_account.clone();
        }
    }
    walk.options.operators = operators;
}

/// `readOperatorJWT`: a file, or the token itself. `None`: the file is not at hand.
fn content(walk: &mut Walk<'_>, name: &str) -> Result<Option<Vec<u8>>, String> {
    let bytes = match walk.sources.file(name) {
        Ok(bytes) => bytes,
        Err(_) if name.starts_with("eyJ") => name.as_bytes().to_vec(),
        Err(ReadError::Unavailable) => {
            walk.unknown.push(format!("operator file {name}"));
            return Ok(None);
        }
        Err(e) => return Err(e.go_text(name)),
    };
    Ok(Some(outside::decorated(&bytes).to_vec()))
}

/// What a URL is after Go parsed and wrote it, as far as the account server needs; `None` where Go refuses it.
fn parse_url(url: &str) -> Option<String> {
    let url = url.trim();
    let refused = url.bytes().any(|b| b < 0x20 || b == 0x7f)
        || url.starts_with(':')
        || url.split_once("://").is_some_and(|(_, rest)| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            host.contains(' ')
                || host.rsplit_once(':').is_some_and(|(_, p)| {
                    !host.ends_with(']') && !p.is_empty() && !p.bytes().all(|b| b.is_ascii_digit())
                })
        })
        || url
            .split('%')
            .skip(1)
            .any(|rest| !rest.get(..2).is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit())));
    (!refused).then(|| url.to_owned())
}

/// The capture of `(?i)(?:URL){1}(?:\({1}\s*"?([^\s"]*)"?\s*\){1})?\s*`, which is not anchored.
fn url_form(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("url")?;
    let rest = text.get(at + 3..)?;
    let Some(rest) = rest.strip_prefix('(') else { return Some(String::new()) };
    let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
    let rest = rest.trim_start_matches(space);
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let end = rest.find(|c| space(c) || c == '"').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let closed = |s: &str| {
        let s = s.strip_prefix('"').unwrap_or(s);
        s.trim_start_matches(space).starts_with(')')
    };
    if closed(after) {
        return Some(word.to_owned());
    }
    // The capture is greedy and gives back until a closing parenthesis follows.
    Some(word.rfind(')').and_then(|i| word.get(..i)).unwrap_or_default().to_owned())
}

/// `resolver` and its synonyms (CFG-14 to CFG-26).
pub(super) fn resolver(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    walk.settings.explicit_resolver = true;
    walk.options.resolver = None;
    match &node.value {
        Value::Map(_) => directory(walk, node)?,
        value => {
            let Some(text) = value.as_str() else {
                let text = format!("error parsing operator resolver, wrong type {}", value.go_type());
                return Err(walk.problem(node, text));
            };
            if text.to_ascii_lowercase().contains("mem") {
                walk.options.resolver = Some(Resolver::Memory);
            } else if let Some(url) = url_form(&text) {
                if parse_url(&url).is_none() {
                    let text = format!("error parsing account resolver url [{}]", q(url.trim()));
                    return Err(walk.problem(node, text));
                }
                let slash = if url.ends_with('/') { "" } else { "/" };
                walk.options.resolver = Some(Resolver::Url(format!("{url}{slash}")));
            }
        }
    }
    if walk.options.resolver.is_none() {
        walk.fail(node, NO_RESOLVER);
    }
    Ok(())
}

fn directory(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.map(node)?;
    let (mut dir, mut kind) = (String::new(), String::new());
    if let Some(v) = map.get("dir") {
        dir = walk.string(v)?;
    }
    if let Some(v) = map.get("type") {
        kind = walk.string(v)?;
    }
    let allow_delete = map.get("allow_delete").map(|v| walk.bool(v)).transpose()?.unwrap_or(false);
    let hard = if walk.version.has(&version::HARD_DELETE) { map.get("hard_delete") } else { None };
    let hard_delete = hard.map(|v| walk.bool(v)).transpose()?;
    let limit = map.get("limit").map(|v| walk.integer(v)).transpose()?.unwrap_or(0);
    let mut times = [0i64; 3];
    let mut has_timeout = false;
    for (slot, name) in times.iter_mut().zip(["ttl", "interval", "timeout"]) {
        if let Some(v) = map.get(name) {
            let text = walk.string(v)?;
            *slot = duration::parse(&text).map_err(|e| walk.problem(node, e))?;
            has_timeout |= name == "timeout";
        }
    }
    let [ttl, interval, timeout] = times;
    let kind = kind.to_uppercase();
    let cache = kind == "CACHE";
    if !cache && kind != "FULL" {
        if !walk.version.has(&version::RESOLVER_MAP_MEM) {
            // These releases look at the directory before the type.
            let _ = check_directory(walk, node, &dir);
        } else if matches!(kind.as_str(), "MEM" | "MEMORY") {
            walk.options.resolver = Some(Resolver::Memory);
        }
        return Ok(());
    }
    let usable = check_directory(walk, node, &dir);
    if cache {
        if interval != 0 {
            walk.fail(node, "CACHE does not accept sync");
        }
        if allow_delete {
            walk.fail(node, "CACHE does not accept allow_delete");
        }
        if hard_delete.is_some() {
            walk.fail(node, "CACHE does not accept hard_delete");
        }
    } else {
        if ttl != 0 {
            walk.fail(node, "FULL does not accept ttl");
        }
        if hard_delete.is_some() && !allow_delete {
            walk.fail(node, "hard_delete has no effect without delete");
        }
    }
    usable.map_err(|text| walk.problem(node, text))?;
    if has_timeout && timeout <= 0 {
        return Err(walk.problem(node, format!("Fetch timeout {} is too smal", duration::show(timeout))));
    }
    walk.options.resolver = Some(Resolver::Directory(Directory {
        cache,
        dir,
        allow_delete,
        hard_delete: hard_delete.unwrap_or(false),
        limit: match (cache, limit) {
            (true, n) if n <= 0 => 1000,
            (false, n) if n <= 0 => i64::MAX,
            (_, n) => n,
        },
        ttl: if cache { ttl } else { 0 },
        interval: if interval <= 0 { 60_000_000_000 } else { interval },
        timeout: if has_timeout { timeout } else { 1_900_000_000 },
    }));
    Ok(())
}

/// `checkDir`, and whether the store can be opened: it makes a directory that does not exist.
fn check_directory(walk: &mut Walk<'_>, node: &Node, dir: &str) -> Result<(), String> {
    if dir.is_empty() {
        walk.fail(node, "dir has no value and needs to point to a directory");
        return Err("mkdir : no such file or directory".into());
    }
    match walk.sources.metadata(dir) {
        Ok(Metadata { directory, mode }) if !directory || mode & 0o200 == 0 => {
            walk.fail(node, "dir needs to point to an accessible directory");
            if directory { Ok(()) } else { Err(format!("mkdir {dir}: not a directory")) }
        }
        _ => Ok(()),
    }
}

/// `resolver_preload` (CFG-28).
pub(super) fn preload(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let Some(map) = node.value.as_map() else {
        return Err(walk.problem(node, "preload should be a map of account_public_key:account_jwt"));
    };
    walk.options.preloads.clear();
    walk.settings.blocked_preloads.clear();
    let texts: Vec<_> = map.entries().map(|entry| entry.node.value.as_str()).collect();
    let tokens: Vec<&[u8]> = texts.iter().flatten().map(|text| text.as_bytes()).collect();
    let mut decoded = outside::accounts(&tokens, walk.now, walk.version).into_iter();
    for (entry, text) in map.entries().zip(texts) {
        let Some(text) = text else {
            walk.fail(&entry.node, "preload map value should be a string JWT");
            continue;
        };
        let Some(blocked) = decoded.next().flatten() else {
            walk.fail(&entry.node, "invalid account JWT");
            continue;
        };
        if blocked {
            walk.settings.blocked_preloads.push(entry.key.clone());
        }
        walk.options.preloads.push((entry.key.clone(), text.into_owned()));
    }
    Ok(())
}

/// `resolver_pinned_accounts` (CFG-32).
pub(super) fn pinned(walk: &mut Walk<'_>, node: &Node) {
    walk.options.pinned_accounts = keys(walk, node, "resolver_pinned_accounts");
}

/// `trusted_keys` (CFG-34).
pub(super) fn trusted_keys(walk: &mut Walk<'_>, node: &Node) {
    let keys = keys(walk, node, "trusted").unwrap_or_default();
    for key in keys.iter().filter(|k| !outside::valid(Role::Operator, k)) {
        walk.fail(node, format!("trust key {} required to be a valid public operator nkey", q(key)));
    }
    walk.options.trusted_keys = keys;
}

fn keys(walk: &mut Walk<'_>, node: &Node, what: &str) -> Option<Vec<String>> {
    match &node.value {
        Value::Array(list) => {
            let mut keys = Vec::new();
            for member in list.iter() {
                match member.value.as_str() {
                    Some(key) => keys.push(key.into_owned()),
                    None => walk.fail(
                        member,
                        format!("error parsing {what}: unsupported type in array {}", member.value.go_type()),
                    ),
                }
            }
            Some(keys)
        }
        value => match value.as_str() {
            Some(key) => Some(vec![key.into_owned()]),
            None => {
                walk.fail(node, format!("error parsing {what}: unsupported type {}", value.go_type()));
                None
            }
        },
    }
}
