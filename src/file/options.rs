//! Does this text look like a configuration of nats-server?
//!
//! By the names of its options (`processConfigFileLine` of `server/opts.go`). Which of them a release knows is for
//! `server::startup`.

/// Names that hardly anything else has.
const TELLING: &[&str] = &[
    "account_resolver",
    "accounts",
    "accounts_resolver",
    "authorization",
    "default_sentinel",
    "gateway",
    "jetstream",
    "leaf",
    "leafnodes",
    "mqtt",
    "no_auth_user",
    "no_system_account",
    "operator",
    "operators",
    "resolver",
    "resolver_pinned_accounts",
    "resolver_preload",
    "resolver_tls",
    "roots",
    "system_account",
    "trusted_keys",
    "websocket",
];

/// Names that others have as well.
const OTHERS: &[&str] = &[
    "addr",
    "allow_non_tls",
    "client_advertise",
    "cluster",
    "connect_error_reports",
    "debug",
    "default_js_domain",
    "disable_sublist_cache",
    "feature_flags",
    "host",
    "http",
    "http_base_path",
    "http_port",
    "https",
    "https_port",
    "include",
    "jet_stream",
    "js_cluster_migrate",
    "lame_duck_duration",
    "lame_duck_grace_period",
    "listen",
    "log_file",
    "log_max_num",
    "log_size_limit",
    "logfile",
    "logfile_max_num",
    "logfile_size_limit",
    "logtime",
    "logtime_utc",
    "mappings",
    "maps",
    "max_closed_clients",
    "max_conn",
    "max_connections",
    "max_control_line",
    "max_payload",
    "max_pending",
    "max_sub_tokens",
    "max_subs",
    "max_subscriptions",
    "max_traced_msg_len",
    "metadata",
    "monitor_port",
    "net",
    "no_header_support",
    "no_fast_producer_stall",
    "no_sys_acc",
    "no_system",
    "ocsp",
    "ocsp_cache",
    "pid_file",
    "pidfile",
    "ping_interval",
    "ping_max",
    "port",
    "ports_file_dir",
    "prof_block_rate",
    "prof_port",
    "profile_port",
    "proxies",
    "proxy_protocol",
    "reconnect_error_reports",
    "remote_syslog",
    "root",
    "root_operator",
    "root_operators",
    "server_metadata",
    "server_name",
    "server_tags",
    "store_dir",
    "storedir",
    "strict",
    "syslog",
    "system",
    "tags",
    "tls",
    "trace",
    "trace_headers",
    "trace_verbose",
    "trusted",
    "write_deadline",
    "write_timeout",
    "ws",
];

/// How much of a text is looked at for names.
const ENOUGH: usize = 256 << 10;

/// Whether a name is an option's.
pub(super) fn is_option(name: &str) -> bool {
    is_telling(name) || OTHERS.iter().any(|option| option.eq_ignore_ascii_case(name))
}

/// Whether a name is that of an option that hardly anything else has.
pub(super) fn is_telling(name: &str) -> bool {
    TELLING.iter().any(|option| option.eq_ignore_ascii_case(name))
}

/// Options that stand at the beginning of lines, and how many of them are telling.
pub(super) fn count(text: &[u8]) -> (usize, usize) {
    let start = text.get(..text.len().min(ENOUGH)).unwrap_or_default();
    let (mut all, mut telling) = (0, 0);
    for line in start.split(|&byte| matches!(byte, b'\n' | b'{' | b',' | b';')) {
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line);
        let length = line.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
        let (name, rest) = line.split_at(length);
        let (Ok(name), 1..=32) = (std::str::from_utf8(name), length) else { continue };
        let quoted = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        // The piece ends where a brace begins.
        let value = quoted.trim_ascii_start();
        let takes = matches!(value.first(), Some(b':' | b'=' | b'"' | b'\'' | b'[' | b'/') | None);
        // `port 4222`, but not prose that begins with such a word.
        let word = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'`';
        let apart = value.len() < quoted.len() && value.trim_ascii_end().iter().all(word);
        if takes || apart {
            all += usize::from(is_option(name));
            telling += usize::from(is_telling(name));
        }
    }
    (all, telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_counted() {
        for (text, counts) in [
            ("port: 4222\noperator = eyJ\nresolver_preload {\n  AB: eyJ\n}\n", (3, 2)),
            ("{\"port\": 4222, \"jetstream\": {\"store_dir\": \"/x\"}}", (3, 1)),
            ("'leafnodes' { remotes [] }", (1, 1)),
            ("jetstream\n", (1, 1)),
            ("# operator: x\nfoo: 1", (0, 0)),
            ("The operator of accounts\n2026 [INF] port: 4222", (0, 0)),
            ("-----BEGIN NATS USER JWT-----\neyJ\n", (0, 0)),
            ("", (0, 0)),
        ] {
            assert_eq!(count(text.as_bytes()), counts, "{text}");
        }
    }

    #[test]
    fn names_are_in_order_and_stand_once() {
        for list in [TELLING, OTHERS] {
            assert!(list.is_sorted() || list.windows(2).all(|pair| pair[0] != pair[1]));
        }
        assert!(TELLING.iter().all(|name| !OTHERS.contains(name)));
    }
}
