//! What do the accounts of a configuration offer and take? `exports` and `imports`, read one by one.
//!
//! Whether the imports are allowed is asked in `sharing.rs`, once all accounts are known.

use std::collections::HashMap;

use super::accounts::has_trace;
use super::duration;
use super::walk::{Read, Walk, q, shown};
use crate::file::config::{Map, Node, Value};
use crate::server::version;

/// One export or import.
#[derive(Debug, Default, Clone)]
pub(super) struct Share {
    /// The account that has it.
    pub(super) owner: String,
    pub(super) service: bool,
    /// The exporter's subject.
    pub(super) subject: String,
    pub(super) way: Way,
}

#[derive(Debug, Clone)]
pub(super) enum Way {
    Export(Export),
    Import(Import),
}

impl Default for Way {
    fn default() -> Self {
        Self::Export(Export::default())
    }
}

#[derive(Debug, Default, Clone)]
pub(super) struct Export {
    /// The accounts that may import it; empty: all.
    pub(super) accounts: Vec<String>,
    /// The token of the subject that is the importer's name, from 1; 0: none.
    pub(super) position: u64,
    /// The service answers once.
    pub(super) single: bool,
    /// Where its latency is told.
    pub(super) latency: Option<String>,
    pub(super) threshold: bool,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Import {
    /// The exporter.
    pub(super) account: String,
    pub(super) prefix: String,
    /// The subject in the importing account; empty: the exporter's.
    pub(super) to: String,
}

/// `parseAccountExports`.
pub(super) fn exports(walk: &mut Walk<'_>, node: &Node, owner: &str, shares: &mut Vec<Share>) -> Read<()> {
    let Some(list) = node.value.as_array() else {
        return Err(walk.problem(node, format!("Exports should be an array, got {}", node.value.go_type())));
    };
    for item in list {
        let read = export(walk, item);
        if let Some(Some(share)) = walk.keep(read) {
            shares.push(Share { owner: owner.to_owned(), ..share });
        }
    }
    Ok(())
}

/// `parseExportStreamOrService`.
fn export(walk: &mut Walk<'_>, item: &Node) -> Read<Option<Share>> {
    let Some(map) = item.value.as_map() else {
        let kind = item.value.go_type();
        return Err(walk.problem(item, format!("Export Items should be a map with type entry, got {kind}")));
    };
    let mut subject: Option<(bool, String)> = None;
    let mut export = Export { single: true, ..Export::default() };
    // Directives that only services take: the place is that of the directive.
    let mut directives: HashMap<&str, &Node> = HashMap::new();
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        let of_stream = matches!(subject, Some((false, _)));
        let misplaced = |walk: &mut Walk<'_>, node: &Node, directive: &str| {
            walk.chance = true;
            walk.fail(node, format!("Detected {directive} directive on non-service"));
        };
        match key.as_str() {
            "stream" | "service" => {
                let service = key == "service";
                if let Some((was, _)) = subject
                    && was != service
                {
                    let other = if was { "service" } else { "stream" };
                    let text = format!("Detected {key} {} but already saw a {other}", q(&shown(&node.value)));
                    walk.chance = true;
                    walk.fail(node, text);
                    continue;
                }
                if !service {
                    let seen = ["response", "latency", "allow_trace"]
                        .iter()
                        .find_map(|d| Some((d, directives.get(d)?)));
                    if let Some((directive, at)) = seen {
                        misplaced(walk, at, directive);
                        continue;
                    }
                }
                let Some(text) = node.value.as_str() else {
                    let kind = node.value.go_type();
                    walk.fail(node, format!("Expected {key} name to be string, got {kind}"));
                    continue;
                };
                // A threshold is only told of when it comes behind the stream.
                walk.chance |= !service && export.threshold;
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
                match text.to_lowercase().as_str() {
                    "single" | "singleton" => {}
                    "stream" | "chunk" | "chunked" => export.single = false,
                    _ => {
                        walk.fail(node, format!("Unknown response type: {}", q(&text)));
                        continue;
                    }
                }
                if of_stream {
                    misplaced(walk, node, "response");
                }
            }
            "threshold" | "response_threshold" | "response_max_time" | "response_time" => {
                if std::mem::replace(&mut export.threshold, true) {
                    walk.chance = true;
                    walk.fail(node, "Duplicate response threshold detected");
                    continue;
                }
                let what = "Expected response threshold to be a parseable time duration, got";
                match node.value.as_str() {
                    None => walk.fail(node, format!("{what} {}", node.value.go_type())),
                    Some(text) if duration::parse(&text).is_err() => {
                        walk.fail(node, format!("{what} {}", q(&text)))
                    }
                    Some(_) if of_stream => misplaced(walk, node, "response"),
                    Some(_) => {}
                }
            }
            "accounts" => {
                for member in walk.array(node)? {
                    export.accounts.push(walk.string(member)?);
                }
            }
            "latency" => {
                directives.insert("latency", node);
                let read = latency(walk, node);
                let Some(results) = walk.keep(read) else { continue };
                if of_stream {
                    misplaced(walk, node, "latency");
                    continue;
                }
                export.latency = Some(results);
            }
            // Go narrows to uint.
            "account_token_position" => export.position = walk.integer(node)? as u64,
            "allow_trace" if has_trace(walk.version) => {
                walk.bool(node)?;
                directives.insert("allow_trace", node);
                if of_stream {
                    misplaced(walk, node, "allow_trace");
                }
            }
            _ => walk.unknown_field(entry),
        }
    }
    Ok(subject.map(|(service, subject)| Share {
        service,
        subject,
        way: Way::Export(export),
        ..Share::default()
    }))
}

/// `parseServiceLatency`: the subject of the results.
fn latency(walk: &Walk<'_>, node: &Node) -> Read<String> {
    if let Some(subject) = node.value.as_str() {
        return Ok(subject.into_owned());
    }
    let Some(map) = node.value.as_map() else {
        let kind = node.value.go_type();
        let text = format!("Expected latency entry to be a map/struct or string, got {kind}");
        return Err(walk.problem(node, text));
    };
    if let Some(sampling) = map.get("sampling") {
        let percent = match &sampling.value {
            Value::Integer(n) => Some(*n),
            value => {
                let Some(text) = value.as_str() else {
                    let kind = value.go_type();
                    let text = format!("Expected latency sample to be a string or map/struct, got {kind}");
                    return Err(walk.problem(sampling, text));
                };
                match text.trim().eq_ignore_ascii_case("headers") {
                    true => None,
                    false => {
                        let digits = text.strip_suffix('%').unwrap_or(&text);
                        Some(digits.parse().map_err(|_| {
                            let text = format!(
                                "Failed to parse latency sample: strconv.Atoi: parsing {}: invalid syntax",
                                q(digits)
                            );
                            walk.problem(sampling, text)
                        })?)
                    }
                }
            }
        };
        if percent.is_some_and(|n| !(1..=100).contains(&n)) {
            return Err(walk.problem(sampling, "bad sampling percentage, should be 1-100"));
        }
    }
    let Some(subject) = map.get("subject") else {
        return Err(walk.problem(node, "Latency subject required, but missing"));
    };
    match subject.value.as_str() {
        Some(text) => Ok(text.into_owned()),
        // Go prints the type that it wanted.
        None => Err(walk.problem(subject, "Expected latency subject to be a string, got string")),
    }
}

/// `parseAccountImports`.
pub(super) fn imports(walk: &mut Walk<'_>, node: &Node, owner: &str, shares: &mut Vec<Share>) -> Read<()> {
    let Some(list) = node.value.as_array() else {
        return Err(walk.problem(node, format!("Imports should be an array, got {}", node.value.go_type())));
    };
    let per_exporter = walk.version.has(&version::IMPORTS_PER_EXPORTER);
    let mut taken: Vec<(String, String, String)> = Vec::new();
    for item in list {
        let read = import(walk, item);
        let Some(Some(share)) = walk.keep(read) else { continue };
        if share.service
            && let Way::Import(import) = &share.way
        {
            let to = if import.to.is_empty() { &share.subject } else { &import.to };
            let before = taken
                .iter()
                .find(|(before, account, _)| before == to && (!per_exporter || *account == import.account));
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
            taken.push((to.clone(), import.account.clone(), share.subject.clone()));
        }
        shares.push(Share { owner: owner.to_owned(), ..share });
    }
    Ok(())
}

/// `parseImportStreamOrService`.
fn import(walk: &mut Walk<'_>, item: &Node) -> Read<Option<Share>> {
    let Some(map) = item.value.as_map() else {
        let kind = item.value.go_type();
        return Err(walk.problem(item, format!("Import Items should be a map with type entry, got {kind}")));
    };
    let mut found: Option<(bool, String, String)> = None;
    let (mut to, mut prefix) = (String::new(), String::new());
    let mut traced: Option<&Node> = None;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        match key.as_str() {
            "stream" | "service" => {
                let service = key == "service";
                if let Some((before, ..)) = found
                    && before != service
                {
                    let other = if before { "service" } else { "stream" };
                    walk.chance = true;
                    walk.fail(node, format!("Detected {key} but already saw a {other}"));
                    continue;
                }
                if service && let Some(at) = traced {
                    walk.chance = true;
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
                // The two together are only told of when `to` comes last.
                walk.chance |= !service && !to.is_empty() && !prefix.is_empty();
                found = Some((service, account, subject));
            }
            "prefix" => {
                prefix = walk.string(node)?;
                walk.chance |= !to.is_empty();
            }
            "to" => {
                to = walk.string(node)?;
                if matches!(found, Some((false, ..))) && !prefix.is_empty() {
                    walk.chance = true;
                    walk.fail(node, "Stream import can not have a 'prefix' and a 'to' property");
                }
            }
            "share" => {
                walk.bool(node)?;
            }
            "allow_trace" if has_trace(walk.version) => {
                if matches!(found, Some((true, ..))) {
                    walk.chance = true;
                    walk.fail(node, "Detected allow_trace directive on a non-stream");
                    continue;
                }
                walk.bool(node)?;
                traced = Some(node);
            }
            _ => walk.unknown_field(entry),
        }
    }
    Ok(found.map(|(service, account, subject)| Share {
        service,
        subject,
        way: Way::Import(Import { account, prefix, to }),
        ..Share::default()
    }))
}

/// `parseAccount`: account and subject; empty after a failed type assertion.
fn source_of(walk: &mut Walk<'_>, map: &Map) -> (String, String) {
    let (mut account, mut subject) = (String::new(), String::new());
    for entry in map.turned(walk.turn) {
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
