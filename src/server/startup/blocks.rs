//! The blocks that bear on authentication by their own small authorization, by TLS, or by standing there at all.

use super::auth::{self, nil_pointer};
use super::duration;
use super::fields::{self, Type};
use super::top;
use super::walk::{Read, Walk, q, shown};
use crate::file::config::{Node, ReadError, Value};
use crate::server::options::Listener;
use crate::server::version;

/// What matters of a `tls` block.
pub(super) struct Tls {
    pub(super) map: bool,
    pub(super) verify: bool,
    pub(super) timeout: Option<f64>,
}

/// `parseTLS` and `GenTLSConfig`; the files are only looked at, not loaded: their content decides in ways that are not known
/// here.
pub(super) fn tls(walk: &mut Walk<'_>, node: &Node, client: bool) -> Read<Option<Tls>> {
    let map = walk.map(node)?;
    let mut tls = Tls { map: false, verify: false, timeout: None };
    let mut files = [String::new(), String::new(), String::new()];
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        let expected = |walk: &Walk<'_>, what: &str| {
            walk.problem(node, format!("error parsing tls config, expected '{key}' to be {what}"))
        };
        match key.as_str() {
            "cert_file" | "key_file" | "ca_file" => match node.value.as_str() {
                Some(path) => {
                    let slot = ["cert_file", "key_file", "ca_file"].iter().position(|k| *k == key);
                    if let Some(file) = slot.and_then(|slot| files.get_mut(slot)) {
                        *file = path.into_owned();
                    }
                }
                None => return Err(expected(walk, "filename")),
            },
            "insecure" | "verify" | "verify_and_map" | "verify_cert_and_check_known_urls" => {
                let Value::Bool(on) = node.value else { return Err(expected(walk, "a boolean")) };
                match key.as_str() {
                    "verify_and_map" => {
                        tls.map = on;
                        tls.verify |= on;
                    }
                    "verify" => tls.verify = on,
                    "verify_cert_and_check_known_urls" if on && client => {
                        let text = "verify_cert_and_check_known_urls not supported in this context";
                        return Err(walk.problem(node, text));
                    }
                    _ => {}
                }
            }
            "timeout" => {
                tls.timeout = Some(match &node.value {
                    Value::Integer(n) => *n as f64,
                    Value::Float(n) => *n,
                    value => match value.as_str() {
                        Some(text) => {
                            let nanos = duration::parse(&text).map_err(|e| {
                                walk.problem(node, format!("error parsing tls config, 'timeout' {e}"))
                            })?;
                            nanos as f64 / 1e9
                        }
                        None => {
                            return Err(walk.problem(node, "error parsing tls config, 'timeout' wrong type"));
                        }
                    },
                });
            }
            "cipher_suites" | "curve_preferences" => {
                if walk.array(node)?.is_empty() {
                    let text = format!("error parsing tls config, '{key}' cannot be empty");
                    return Err(walk.problem(node, text));
                }
            }
            "connection_rate_limit" => {
                if !matches!(node.value, Value::Integer(_)) {
                    let text = "error parsing tls config, 'connection_rate_limit' wrong type";
                    return Err(walk.problem(node, text));
                }
            }
            "pinned_certs" => {
                let Some(list) = node.value.as_array() else {
                    return Err(expected(
                        walk,
                        "a list of hex-encoded sha256 of DER encoded SubjectPublicKeyInfo",
                    ));
                };
                for member in list {
                    let entry = walk.string(member)?.to_lowercase();
                    if entry.len() != 64 || !entry.bytes().all(|b| b.is_ascii_hexdigit()) {
                        let text = format!(
                            "error parsing tls config, 'pinned_certs' key {entry} does not look like hex-encoded \
                             sha256 of DER encoded SubjectPublicKeyInfo"
                        );
                        return Err(walk.problem(member, text));
                    }
                }
            }
            "cert_store" | "cert_match_by" | "cert_match" | "ocsp_peer"
                if walk.version.at_least(2, 9, 20) => {}
            "handshake_first" | "first" | "immediate" if walk.version.at_least(2, 10, 0) => {}
            "certs" | "certificates" if walk.version.at_least(2, 10, 8) => {
                walk.unknown.push("certificates of a tls block".into());
            }
            "min_version" if walk.version.at_least(2, 10, 21) => {}
            "ca_certs_match" | "cert_match_skip_invalid" if walk.version.at_least(2, 10, 23) => {}
            "allow_insecure_cipher_suites" if walk.version.at_least(2, 12, 0) => {}
            _ => {
                let mut field = q(&entry.key);
                if !walk.version.has(&version::TLS_FIELD_UNBRACKETED) {
                    field = format!("[{field}]");
                }
                return Err(walk.problem(node, format!("error parsing tls config, unknown field {field}")));
            }
        }
    }
    load(walk, node, &files)?;
    Ok(Some(tls))
}

/// `GenTLSConfig`, as far as the files' names and whether they can be read go.
fn load(walk: &mut Walk<'_>, node: &Node, files: &[String; 3]) -> Read<()> {
    let [certificate, key, authorities] = files;
    match (certificate.is_empty(), key.is_empty()) {
        (false, true) => return Err(walk.problem(node, "missing 'key_file' in TLS configuration")),
        (true, false) => return Err(walk.problem(node, "missing 'cert_file' in TLS configuration")),
        _ => {}
    }
    let pair = "error parsing X509 certificate/key pair: ";
    for (path, before) in [(certificate, pair), (key, pair), (authorities, "")] {
        if path.is_empty() {
            continue;
        }
        match walk.sources.file(path) {
            Ok(_) => {}
            Err(ReadError::Unavailable) => walk.unknown.push(format!("TLS file {path}")),
            Err(e) => return Err(walk.problem(node, format!("{before}{}", e.go_text(path)))),
        }
    }
    Ok(())
}

/// `cluster { … }`.
pub(super) fn cluster(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "Expected map to define cluster")?;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match top::simple(walk, fields::CLUSTER, entry)? {
            None => walk.unknown_field(entry),
            Some(Type::Listen) => walk.settings.cluster_port = walk.listen(node).unwrap_or(0),
            Some(Type::Name(_)) => walk.settings.cluster_name = walk.string(node)?,
            Some(Type::Own) => match entry.key.to_lowercase().as_str() {
                "authorization" => peers(walk, node, &entry.key, "Cluster")?,
                "routes" => {
                    walk.array(node)?;
                }
                "tls" => {
                    let read = tls(walk, node, false);
                    walk.keep(read);
                }
                "permissions" => {
                    let read = auth::permissions(walk, node);
                    if let Some(Some(permissions)) = walk.keep(read)
                        && permissions.responses.is_some()
                    {
                        walk.fail(node, "Cluster permissions do not support dynamic responses");
                    }
                }
                "accounts" => {
                    walk.strings("accounts", node);
                }
                _ => {}
            },
            Some(_) if entry.key.eq_ignore_ascii_case("port") => {
                walk.settings.cluster_port = walk.integer(node)?
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn peers(walk: &mut Walk<'_>, node: &Node, key: &str, what: &str) -> Read<()> {
    let read = auth::authorization(walk, node);
    let Some(auth) = walk.keep(read) else { return Ok(()) };
    let Some(auth) = auth else { return Err(nil_pointer(walk, node)) };
    if auth.users.is_some() {
        walk.fail(node, format!("{what} authorization does not allow multiple users"));
    } else if !auth.token.is_empty() {
        walk.fail(node, format!("{what} authorization does not support tokens"));
    } else if auth.callout.is_some() {
        walk.fail(node, format!("{what} authorization does not support callouts"));
    } else if auth.permissions.is_some() && what == "Cluster" {
        walk.misuse(node, key, "setting \"permissions\" within cluster authorization block is deprecated");
    }
    Ok(())
}

/// `gateway { … }`.
pub(super) fn gateway(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "Expected gateway to be a map")?;
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match top::simple(walk, fields::GATEWAY, entry)? {
            None => walk.unknown_field(entry),
            Some(Type::Listen) => walk.settings.gateway_port = walk.listen(node).unwrap_or(0),
            Some(Type::Name(_)) => walk.settings.gateway_name = walk.string(node)?,
            Some(Type::Own) => match entry.key.to_lowercase().as_str() {
                "authorization" => peers(walk, node, &entry.key, "Gateway")?,
                "tls" => {
                    let read = tls(walk, node, false);
                    walk.keep(read);
                }
                _ => {}
            },
            Some(_) if entry.key.eq_ignore_ascii_case("port") => {
                walk.settings.gateway_port = walk.integer(node)?
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// `parseSimpleAuth`: user, password and token; `false` after a failed type assertion.
fn simple_auth(walk: &mut Walk<'_>, node: &Node, listener: &mut Listener) -> bool {
    let read: Read<()> = (|| {
        for entry in walk.map(node)?.turned(walk.turn) {
            match entry.key.to_lowercase().as_str() {
                "user" | "username" => listener.user = walk.string(&entry.node)?,
                "pass" | "password" => listener.password = walk.string(&entry.node)?,
                "token" => listener.token = walk.string(&entry.node)?,
                "timeout" => {}
                _ => walk.unknown_field(entry),
            }
        }
        Ok(())
    })();
    walk.keep(read).is_some()
}

/// `websocket { … }` (CFG-61).
pub(super) fn websocket(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "Expected websocket to be a map")?;
    let mut listener = Listener::default();
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        match top::simple(walk, fields::WEBSOCKET, entry)? {
            None => walk.unknown_field(entry),
            Some(Type::Listen) => listener.listen = walk.listen(node).unwrap_or(0) != 0,
            Some(Type::Integer) => listener.listen = walk.integer(node)? != 0,
            Some(Type::Text) if key == "jwt_cookie" => listener.jwt_cookie = walk.string(node)?,
            Some(Type::Text) if key == "no_auth_user" => listener.no_auth_user = walk.string(node)?,
            Some(Type::Bool) if key == "no_tls" => walk.settings.websocket_no_tls = walk.bool(node)?,
            Some(Type::Own) => match key.as_str() {
                "tls" => {
                    let read = tls(walk, node, true);
                    if let Some(Some(tls)) = walk.keep(read) {
                        listener.tls_map = tls.map;
                        listener.tls_asks_certificate = tls.verify;
                        walk.settings.websocket_tls = true;
                    }
                }
                "authorization" | "authentication" => {
                    if !simple_auth(walk, node, &mut listener) {
                        walk.options.websocket = listener;
                        return Err(nil_pointer(walk, node));
                    }
                }
                "handshake_timeout" => match &node.value {
                    Value::Integer(_) => {}
                    value => match value.as_str().map(|t| duration::parse(&t)) {
                        Some(Ok(_)) => {}
                        Some(Err(e)) => walk.fail(node, e),
                        None => {
                            let kind = value.go_type();
                            walk.fail(
                                node,
                                format!("error parsing handshake timeout: unsupported type {kind}"),
                            );
                        }
                    },
                },
                "headers" => match &node.value {
                    Value::Map(map) => {
                        for header in map.entries().filter(|h| h.node.value.as_str().is_none()) {
                            let (key, kind) = (&header.key, header.node.value.go_type());
                            let text = format!("error parsing header key {key}: unsupported type {kind}");
                            walk.fail(&header.node, text);
                        }
                    }
                    other => {
                        walk.fail(
                            node,
                            format!("error parsing headers: unsupported type {}", other.go_type()),
                        );
                    }
                },
                _ => walk.settings.origins = walk.strings("allowed origins", node).unwrap_or_default(),
            },
            Some(_) => {}
        }
    }
    walk.options.websocket = listener;
    Ok(())
}

/// `mqtt { … }` (CFG-62).
pub(super) fn mqtt(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = walk.block(node, "Expected mqtt to be a map")?;
    let mut listener = Listener::default();
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        let key = entry.key.to_lowercase();
        match top::simple(walk, fields::MQTT, entry)? {
            None => walk.unknown_field(entry),
            Some(Type::Listen) => listener.listen = walk.listen(node).unwrap_or(0) != 0,
            Some(Type::Integer) if key == "port" => listener.listen = walk.integer(node)? != 0,
            Some(Type::Text) if key == "no_auth_user" => listener.no_auth_user = walk.string(node)?,
            Some(Type::Own) => match key.as_str() {
                "tls" => {
                    let read = tls(walk, node, true);
                    if let Some(Some(tls)) = walk.keep(read) {
                        listener.tls_map = tls.map;
                        listener.tls_asks_certificate = tls.verify;
                    }
                }
                "authorization" | "authentication" => {
                    if !simple_auth(walk, node, &mut listener) {
                        walk.options.mqtt = listener;
                        return Err(nil_pointer(walk, node));
                    }
                }
                "consumer_replicas" => {
                    walk.misuse(node, &entry.key, "consumer replicas setting ignored in this server version");
                }
                _ => {
                    let count = walk.integer(node)?;
                    if !(0..=0xffff).contains(&count) {
                        walk.fail(node, format!("invalid value {count}, should in [0..65535] range"));
                    }
                }
            },
            Some(_) => {}
        }
    }
    walk.options.mqtt = listener;
    Ok(())
}

/// `jetstream`. The server has no recovery here: a failed type assertion is told at the block.
pub(super) fn jetstream(walk: &mut Walk<'_>, node: &Node) -> Read<()> {
    let map = match &node.value {
        Value::Bool(on) => {
            walk.options.jetstream = *on;
            return Ok(());
        }
        Value::Map(map) => map,
        value => match value.as_str() {
            Some(text) => {
                match text.to_lowercase().as_str() {
                    "enabled" | "enable" => walk.options.jetstream = true,
                    "disabled" | "disable" => walk.options.jetstream = false,
                    _ => {
                        let text = format!("Expected 'enabled' or 'disabled' for string value, got '{text}'");
                        return Err(walk.problem(node, text));
                    }
                }
                return Ok(());
            }
            None => {
                let text =
                    format!("Expected map, bool or string to define JetStream, got {}", value.go_type());
                return Err(walk.problem(node, text));
            }
        },
    };
    let mut enable = true;
    for entry in map.turned(walk.turn) {
        let read = top::simple(walk, fields::JETSTREAM, entry);
        match read.map_err(|p| walk.problem(node, p.text))? {
            None => walk.unknown_field(entry),
            Some(Type::Bool) if entry.key.to_lowercase().starts_with("enable") => {
                enable = walk.bool(&entry.node)?;
            }
            Some(Type::Text) if entry.key.eq_ignore_ascii_case("domain") => {
                walk.settings.jetstream_domain = walk.string(&entry.node)?;
            }
            Some(Type::Own) if entry.key.eq_ignore_ascii_case("strict") => {
                if !matches!(entry.node.value, Value::Bool(_)) {
                    let text = format!(
                        "Expected 'true' or 'false' for bool value, got '{}'",
                        shown(&entry.node.value)
                    );
                    return Err(walk.problem(&entry.node, text));
                }
            }
            Some(_) => {}
        }
    }
    walk.options.jetstream = enable;
    Ok(())
}
