//! Which options does a release know, and of which type?

use crate::file::version::{Since, Version};
use crate::server::options::OPERATORS;

/// What the server does with the value of an option that decides nothing about trust: it asserts a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Bool,
    Integer,
    Duration(&'static str),
    Listen,
    /// A name that may not have blanks, with the error for one that has.
    Name(&'static str),
    /// `write_timeout`.
    TimeoutPolicy,
    /// A reader of its own, or nothing that is checked here.
    Own,
}

/// Names in lower case, type, and the first releases if not all have it.
pub(super) type Field = (&'static [&'static str], Type, Option<Since>);

macro_rules! since {
    ($($first:expr),+) => { Some(Since { id: "CFG-5", change: "the option is known", first: &[$($first),+] }) };
}

use Type::{Bool, Duration, Integer, Listen, Name, Own, Text};

/// The top level.
pub(super) const TOP: &[Field] = &[
    (&["listen", "http", "https"], Listen, None),
    (&["client_advertise", "host", "net", "http_base_path", "logfile", "log_file"], Text, None),
    (&["remote_syslog", "pidfile", "pid_file", "ports_file_dir"], Text, None),
    (&["port", "http_port", "monitor_port", "https_port", "prof_port"], Integer, None),
    (&["logfile_size_limit", "log_size_limit", "max_traced_msg_len", "ping_max"], Integer, None),
    (&["connect_error_reports", "reconnect_error_reports"], Integer, None),
    (&["logfile_max_num", "log_max_num"], Integer, since!((2, 10, 0))),
    (&["prof_block_rate"], Integer, since!((2, 10, 2))),
    (&["max_closed_clients"], Integer, since!((2, 10, 26), (2, 11, 0))),
    (
        &["debug", "trace", "trace_verbose", "logtime", "syslog", "allow_non_tls", "no_header_support"],
        Bool,
        None,
    ),
    (&["disable_sublist_cache", "no_sublist_cache"], Bool, None),
    (&["logtime_utc"], Bool, since!((2, 9, 21))),
    (&["trace_headers"], Bool, since!((2, 11, 2))),
    (&["no_fast_producer_stall"], Bool, since!((2, 10, 26), (2, 11, 0))),
    (&["proxy_protocol"], Bool, since!((2, 12, 2))),
    (&["ping_interval"], Duration("ping_interval"), None),
    (&["write_deadline"], Duration("write_deadline"), None),
    (&["write_timeout"], Type::TimeoutPolicy, since!((2, 11, 11), (2, 12, 2))),
    (&["default_sentinel"], Own, since!((2, 11, 2))),
    (&["proxies"], Own, since!((2, 12, 0))),
    (&["server_metadata"], Own, since!((2, 12, 0))),
    (&["feature_flags"], Own, since!((2, 14, 0))),
    (&["ocsp_cache"], Own, since!((2, 9, 21))),
    (
        &["server_name", "max_control_line", "max_payload", "max_pending", "max_connections", "max_conn"],
        Own,
        None,
    ),
    (&["max_subscriptions", "max_subs", "max_sub_tokens", "max_subscription_tokens"], Own, None),
    (
        &["accounts", "authorization", "mappings", "maps", "no_auth_user", "tls", "ocsp", "server_tags"],
        Own,
        None,
    ),
    (&["cluster", "gateway", "leaf", "leafnodes", "websocket", "ws", "mqtt", "jetstream"], Own, None),
    (
        &["store_dir", "storedir", "lame_duck_duration", "lame_duck_grace_period", "default_js_domain"],
        Own,
        None,
    ),
    (OPERATORS, Own, None),
    (&["resolver", "account_resolver", "accounts_resolver", "resolver_tls", "resolver_preload"], Own, None),
    (&["resolver_pinned_accounts", "trusted", "trusted_keys", "system_account", "system"], Own, None),
    (&["no_system_account", "no_system", "no_sys_acc"], Own, None),
];

/// `cluster { … }`.
pub(super) const CLUSTER: &[Field] = &[
    (&["name"], Name("cluster name cannot contain spaces or new lines"), None),
    (&["listen"], Listen, None),
    (&["port", "connect_retries"], Integer, None),
    (&["pool_size"], Integer, since!((2, 10, 0))),
    (&["ping_max"], Integer, since!((2, 10, 10))),
    (&["host", "net", "cluster_advertise", "advertise"], Text, None),
    (&["no_advertise"], Bool, None),
    (&["connect_backoff"], Bool, since!((2, 12, 0))),
    (&["ping_interval"], Duration("ping_interval"), since!((2, 10, 10))),
    (&["write_deadline"], Duration("write_deadline"), since!((2, 11, 11), (2, 12, 1))),
    (&["write_timeout"], Type::TimeoutPolicy, since!((2, 11, 11), (2, 12, 2))),
    (&["authorization", "routes", "tls", "permissions"], Own, None),
    (&["accounts", "compression"], Own, since!((2, 10, 0))),
];

/// `gateway { … }`.
pub(super) const GATEWAY: &[Field] = &[
    (&["name"], Name("gateway name cannot contain spaces"), None),
    (&["listen"], Listen, None),
    (&["port", "connect_retries"], Integer, None),
    (&["host", "net", "advertise"], Text, None),
    (&["reject_unknown", "reject_unknown_cluster"], Bool, None),
    (&["connect_backoff"], Bool, since!((2, 12, 0))),
    (&["write_deadline"], Duration("write_deadline"), since!((2, 11, 11), (2, 12, 1))),
    (&["write_timeout"], Type::TimeoutPolicy, since!((2, 11, 11), (2, 12, 2))),
    (&["authorization", "tls", "gateways"], Own, None),
];

/// `leafnodes { … }`.
pub(super) const LEAFNODES: &[Field] = &[
    (&["listen"], Listen, None),
    (&["port"], Integer, None),
    (&["host", "net", "leafnode_advertise", "advertise"], Text, None),
    (&["no_advertise"], Bool, None),
    (&["isolate_leafnode_interest", "isolate"], Bool, since!((2, 12, 0))),
    (&["reconnect", "reconnect_delay", "reconnect_interval"], Duration("reconnect"), None),
    (&["dial_timeout"], Duration("dial_timeout"), since!((2, 14, 5))),
    (&["write_deadline"], Duration("write_deadline"), since!((2, 11, 11), (2, 12, 1))),
    (&["write_timeout"], Type::TimeoutPolicy, since!((2, 11, 11), (2, 12, 2))),
    (&["min_version", "minimum_version"], Text, None),
    (&["authorization", "remotes", "tls"], Own, None),
    (&["compression"], Own, since!((2, 10, 0))),
];

/// `leafnodes { remotes: [ … ] }`.
pub(super) const REMOTE: &[Field] = &[
    (&["no_randomize", "dont_randomize", "hub"], Bool, None),
    (&["ws_compress", "ws_compression", "websocket_compress", "websocket_compression"], Bool, None),
    (&["ws_no_masking", "websocket_no_masking"], Bool, None),
    (&["isolate_leafnode_interest", "isolate", "request_isolation", "disabled"], Bool, since!((2, 12, 0))),
    (&["ignore_discovered_servers"], Bool, since!((2, 14, 0))),
    (&["first_info_timeout"], Duration("first_info_timeout"), since!((2, 10, 26), (2, 11, 0))),
    (&["dial_timeout"], Duration("dial_timeout"), since!((2, 14, 5))),
    (&["account", "local", "creds", "credentials", "url", "urls", "tls"], Own, None),
    (&["compression"], Own, since!((2, 10, 0))),
    (&["nkey", "seed"], Own, since!((2, 10, 8))),
    (&["deny_imports", "deny_import", "deny_exports", "deny_export"], Own, None),
    (&["jetstream_cluster_migrate", "js_cluster_migrate"], Own, None),
    (&["proxy"], Own, since!((2, 12, 1))),
];

/// `websocket { … }`.
pub(super) const WEBSOCKET: &[Field] = &[
    (&["listen"], Listen, None),
    (&["port"], Integer, None),
    (&["host", "net", "advertise", "jwt_cookie", "no_auth_user"], Text, None),
    (&["user_cookie", "pass_cookie", "token_cookie"], Text, since!((2, 11, 0))),
    (&["no_tls", "same_origin", "compress", "compression"], Bool, None),
    (&["ping_interval"], Duration("ping_interval"), since!((2, 11, 12), (2, 12, 3))),
    (&["tls", "handshake_timeout", "authorization", "authentication"], Own, None),
    (&["allowed_origins", "allowed_origin", "allow_origins", "allow_origin", "origins", "origin"], Own, None),
    (&["headers"], Own, since!((2, 11, 0))),
];

/// `mqtt { … }`.
pub(super) const MQTT: &[Field] = &[
    (&["listen"], Listen, None),
    (&["port"], Integer, None),
    (&["stream_replicas"], Integer, None),
    (&["host", "net", "no_auth_user", "js_domain"], Text, None),
    (&["consumer_memory_storage"], Bool, None),
    (&["reject_qos2_publish", "downgrade_qos2_subscribe"], Bool, since!((2, 10, 4))),
    (&["ack_wait", "ackwait"], Duration("ack_wait"), None),
    (&["js_api_timeout", "api_timeout"], Duration("js_api_timeout"), since!((2, 11, 3))),
    (
        &["consumer_inactive_threshold", "consumer_auto_cleanup"],
        Duration("consumer_inactive_threshold"),
        None,
    ),
    (&["tls", "authorization", "authentication"], Own, None),
    (&["max_ack_pending", "max_pending", "max_inflight", "consumer_replicas"], Own, None),
];

/// `jetstream { … }`.
pub(super) const JETSTREAM: &[Field] = &[
    (&["store", "store_dir", "storedir", "domain", "key", "ek", "encryption_key"], Text, None),
    (&["prev_key", "prev_ek", "prev_encryption_key"], Text, since!((2, 10, 0))),
    (&["extension_hint", "unique_tag"], Text, None),
    (&["enable", "enabled"], Bool, None),
    (&["max_memory_store", "max_mem_store", "max_mem", "max_file_store", "max_file", "cipher"], Own, None),
    (&["limits", "max_outstanding_catchup"], Own, None),
    (&["sync", "sync_interval"], Own, since!((2, 10, 0))),
    (&["tpm", "strict", "max_buffered_size", "max_buffered_msgs"], Own, since!((2, 11, 0))),
    (&["request_queue_limit"], Own, since!((2, 10, 21))),
    (&["info_queue_limit"], Own, since!((2, 14, 0))),
    (&["meta_compact", "meta_compact_size"], Own, since!((2, 11, 11), (2, 12, 2))),
    (&["meta_compact_sync"], Bool, since!((2, 12, 5))),
    (&["max_concurrent_io"], Own, since!((2, 12, 14), (2, 14, 4))),
];

/// The type of a field, if the release knows it.
pub(super) fn find(table: &'static [Field], key: &str, version: Version) -> Option<Type> {
    let key = key.to_lowercase();
    table
        .iter()
        .find(|(names, _, since)| names.contains(&key.as_str()) && since.is_none_or(|s| version.has(&s)))
        .map(|(_, kind, _)| *kind)
}

/// Every top-level option that a release knows, in lower case, sorted.
pub fn known_fields(version: Version) -> Vec<&'static str> {
    let known = TOP.iter().filter(|(_, _, since)| since.is_none_or(|s| version.has(&s)));
    let mut names: Vec<_> = known.flat_map(|(names, _, _)| names.iter().copied()).collect();
    names.sort_unstable();
    names
}
