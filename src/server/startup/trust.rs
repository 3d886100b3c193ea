//! Operators, resolver, preloads, pinned accounts, trusted keys (server.md 1.2 and 1.3).

use super::Problem;
use super::outside::Role;
use super::walk::{Read, Walk, q};
use super::{duration, outside, url};
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
            && url::is_taken(&only.account_server_url)
        {
            let url = only.account_server_url.trim();
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
        // What is no name at all is refused before anybody looks for it.
        Err(ReadError::NotFound) if too_long(name) => return Err(format!("open {name}: file name too long")),
        Err(e) => return Err(e.go_text(name)),
    };
    Ok(Some(outside::decorated(&bytes).to_vec()))
}

/// Whether Linux takes a text for no path.
fn too_long(path: &str) -> bool {
    path.len() >= 4096 || path.split('/').any(|part| part.len() > 255)
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
        Value::Map(_) => match directory(walk, node) {
            Ok(()) => {}
            Err(None) => return Ok(()),
            Err(Some(problem)) => return Err(problem),
        },
        value => {
            let Some(text) = value.as_str() else {
                let text = format!("error parsing operator resolver, wrong type {}", value.go_type());
                return Err(walk.problem(node, text));
            };
            if text.to_ascii_lowercase().contains("mem") {
                walk.options.resolver = Some(Resolver::Memory);
            } else if let Some(named) = url_form(&text) {
                if !url::is_taken(&named) {
                    let text = format!("error parsing account resolver url [{}]", q(named.trim()));
                    return Err(walk.problem(node, text));
                }
                let slash = if named.ends_with('/') { "" } else { "/" };
                walk.options.resolver = Some(Resolver::Url(format!("{named}{slash}")));
            }
        }
    }
    if walk.options.resolver.is_none() {
        walk.fail(node, NO_RESOLVER);
    }
    Ok(())
}

/// The map form. `Err(None)`: its errors are kept.
fn directory(walk: &mut Walk<'_>, node: &Node) -> Result<(), Option<Problem>> {
    let map = walk.map(node)?;
    let (mut dir, mut kind) = (String::new(), String::new());
    // The server reads them in this order.
    let read = ["dir", "type", "allow_delete", "hard_delete", "limit", "ttl", "interval", "timeout"];
    let last = read.iter().rev().find_map(|key| map.get(key)).unwrap_or(node);
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
    let directory = cache || kind == "FULL";
    // Until 2.9.21 the first thing wrong ended it, and the directory was looked at before the type.
    let one_by_one = !walk.version.has(&version::RESOLVER_MAP_MEM);
    let checked = if directory || one_by_one { check_directory(walk, &dir) } else { Ok(()) };
    if let Err(text) = checked {
        walk.fail(node, text);
        if one_by_one {
            return Err(None);
        }
    }
    if !directory {
        if !one_by_one && matches!(kind.as_str(), "MEM" | "MEMORY") {
            walk.options.resolver = Some(Resolver::Memory);
        }
        return Ok(());
    }
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
    open_directory(walk, node, last, &dir)?;
    if has_timeout && timeout <= 0 {
        let text = format!("Fetch timeout {} is too smal", duration::show(timeout));
        return Err(Some(walk.problem(node, text)));
    }
    walk.options.resolver = Some(Resolver::Directory(Directory {
        cache,
        link: walk.sources.metadata(&dir).is_ok_and(|found| found.link),
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

/// `checkDir`.
fn check_directory(walk: &Walk<'_>, dir: &str) -> Result<(), &'static str> {
    if dir.is_empty() {
        return Err("dir has no value and needs to point to a directory");
    }
    match walk.sources.metadata(dir) {
        Ok(Metadata { directory, mode, .. }) if !directory || mode & 0o200 == 0 => {
            Err("dir needs to point to an accessible directory")
        }
        _ => Ok(()),
    }
}

/// `newDir`: a directory that is not there is made, with those above it.
fn open_directory(walk: &Walk<'_>, node: &Node, last: &Node, dir: &str) -> Result<(), Option<Problem>> {
    if dir.is_empty() {
        return Err(Some(walk.problem(node, "mkdir : no such file or directory")));
    }
    let above = dir.match_indices('/').filter_map(|(end, _)| dir.get(..end)).filter(|path| !path.is_empty());
    let is_file = |path: &&str| walk.sources.metadata(path).is_ok_and(|found| !found.directory);
    if let Some(file) = above.into_iter().find(is_file) {
        // Before, the server looked into what it had not got, and told of it where it had read last.
        if !walk.version.has(&version::PATHS_STATTED) {
            let text = "runtime error: invalid memory address or nil pointer dereference";
            return Err(Some(walk.problem(last, text)));
        }
        return Err(Some(walk.problem(node, format!("mkdir {file}: not a directory"))));
    }
    match is_file(&dir) {
        true => Err(Some(walk.problem(node, format!("mkdir {dir}: not a directory")))),
        false => Ok(()),
    }
}

/// `resolver_preload` (CFG-28).
pub(super) fn preload(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let Some(map) = node.value.as_map() else {
        return Err(walk.problem(node, "preload should be a map of account_public_key:account_jwt"));
    };
    walk.options.preloads.clear();
    walk.settings.blocked_preloads.clear();
    let texts: Vec<_> = map.turned(walk.turn).map(|entry| entry.node.value.as_str()).collect();
    let tokens: Vec<&[u8]> = texts.iter().flatten().map(|text| text.as_bytes()).collect();
    let mut decoded = outside::accounts(&tokens, walk.now, walk.version).into_iter();
    for (entry, text) in map.turned(walk.turn).zip(texts) {
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
    // Told where the server read last.
    let last = node.value.as_array().and_then(<[Node]>::last).unwrap_or(node);
    for key in keys.iter().filter(|k| !outside::valid(Role::Operator, k)) {
        walk.fail(last, format!("trust key {} required to be a valid public operator nkey", q(key)));
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
