//! `proxy { … }` of a leafnode remote: the HTTP proxy that it goes out through.

use super::blocks;
use super::walk::{Read, Walk, q};
use crate::file::config::Node;
use crate::server::version;
use crate::token::url;

/// A remote's proxy, and where its block stands.
pub(super) struct Forward<'n> {
    node: &'n Node,
    url: String,
    username: bool,
    password: bool,
    timeout: i64,
    tls: Option<f64>,
}

/// The fields of a `tls` block that a proxy takes.
const TLS: [&str; 14] = [
    "cert_file",
    "key_file",
    "ca_file",
    "insecure",
    "cipher_suites",
    "allow_insecure_cipher_suites",
    "curve_preferences",
    "min_version",
    "timeout",
    "cert_store",
    "cert_match_by",
    "cert_match",
    "cert_match_skip_invalid",
    "ca_certs_match",
];

/// The block; `None`: its error is kept.
pub(super) fn read<'n>(walk: &mut Walk<'_>, node: &'n Node) -> Read<Option<Forward<'n>>> {
    let Some(map) = node.value.as_map() else {
        walk.fail(node, format!("Expected proxy to be a map, got {}", node.value.go_type()));
        return Ok(None);
    };
    let mut proxy =
        Forward { node, url: String::new(), username: false, password: false, timeout: 0, tls: None };
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        match entry.key.to_lowercase().as_str() {
            "url" => proxy.url = walk.string(node)?,
            "username" => proxy.username = !walk.string(node)?.is_empty(),
            "password" => proxy.password = !walk.string(node)?.is_empty(),
            "timeout" => proxy.timeout = walk.duration("proxy timeout", node)?,
            "tls" if walk.version.has(&version::REMOTE_PROXY_TLS) => {
                let fields = node.value.as_map().into_iter().flat_map(|map| map.entries());
                let wrong: Vec<_> =
                    fields.filter(|f| !TLS.contains(&f.key.to_lowercase().as_str())).collect();
                for field in &wrong {
                    walk.fail(&field.node, format!("{} is not supported for proxy TLS", q(&field.key)));
                }
                if wrong.is_empty() {
                    let read = blocks::tls(walk, node, true);
                    proxy.tls = walk.keep(read).flatten().map(|tls| tls.timeout.unwrap_or(0.0));
                }
            }
            _ => walk.unknown_field(entry),
        }
    }
    Ok(Some(proxy))
}

impl Forward<'_> {
    /// `validateLeafNodeProxyOptions`: errors and warnings stand at the block.
    pub(super) fn check(&self, walk: &mut Walk<'_>, urls: &[String], tls: bool) -> bool {
        match self.refusal(walk, urls, tls) {
            Some(text) => {
                walk.fail(self.node, text);
                false
            }
            None => {
                self.warn(walk, urls);
                true
            }
        }
    }

    fn refusal(&self, walk: &Walk<'_>, urls: &[String], tls: bool) -> Option<String> {
        let newest = walk.version.has(&version::REMOTE_PROXY_TLS);
        if self.url.is_empty() {
            let other = self.username || self.password || self.timeout != 0 || self.tls.is_some();
            return (newest && other)
                .then(|| "proxy URL must be specified when other proxy options are set".to_owned());
        }
        let url = match url::parse(&self.url, walk.version.has(&version::STRICT_COLONS)) {
            Ok(url) => url,
            Err(why) => return Some(format!("invalid proxy URL: {why}")),
        };
        let scheme = url.scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Some(format!("proxy URL scheme must be http or https, got: {scheme}"));
        }
        if !url.host {
            return Some("proxy URL must specify a host".into());
        }
        if self.tls.is_some() && scheme != "https" {
            return Some(format!("proxy TLS configuration requires an https proxy URL, got: {scheme}"));
        }
        if self.timeout < 0 {
            return Some("proxy timeout must be >= 0".into());
        }
        if self.tls.is_some_and(|timeout| timeout < 0.0) {
            return Some("proxy TLS timeout must be >= 0".into());
        }
        if self.username != self.password {
            return Some("proxy username and password must both be specified or both be empty".into());
        }
        let secure = urls.iter().find(|url| url.starts_with("wss://") && !tls)?;
        Some(format!(
            "proxy is configured but remote URL {secure} requires TLS and no TLS configuration is provided. When using \
             proxy with TLS endpoints, ensure TLS is properly configured for the leafnode remote"
        ))
    }

    fn warn(&self, walk: &mut Walk<'_>, urls: &[String]) {
        if self.url.is_empty() || urls.is_empty() || walk.version.has(&version::REMOTE_PROXY_TLS) {
            return;
        }
        let websockets =
            urls.iter().filter(|url| url.starts_with("ws://") || url.starts_with("wss://")).count();
        if websockets == 0 {
            walk.warn(
                self.node,
                "proxy configuration will be ignored: proxy settings only apply to WebSocket connections (ws:// or \
                 wss://), but all configured URLs use TCP connections (nats://)",
            );
        } else if websockets < urls.len() {
            walk.warn(
                self.node,
                "proxy configuration will only be used for WebSocket URLs: proxy settings do not apply to TCP \
                 connections (nats://)",
            );
        }
    }
}
