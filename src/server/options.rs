//! What was the server told at start?
//!
//! The part of nats-server's `Options` that decides about trust, as plain data: what start-up makes of a
//! configuration, and what the connect gates read. Nothing here is checked; the checks are the gates.

/// The names of the option that says whom the server trusts.
pub(crate) const OPERATORS: &[&str] =
    &["operator", "operators", "roots", "root", "root_operators", "root_operator"];

/// One trusted operator, as its JWT says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operator {
    /// The operator's key, `sub`.
    pub subject: String,
    /// When it was signed, Unix seconds.
    pub issued: i64,
    /// Who signed it; no server cares.
    pub issuer: String,
    /// Its name.
    pub name: String,
    /// Its signing keys.
    pub signing_keys: Vec<String>,
    /// Its identity key signs no accounts.
    pub strict_signing_key_usage: bool,
    /// The system account that it names; empty: none.
    pub system_account: String,
    /// Its account server; empty: none.
    pub account_server_url: String,
    /// The least server version that it asks for; empty: any.
    pub assert_server_version: String,
}

/// Where the server finds the JWTs of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolver {
    /// `MEM`: the preloads alone.
    Memory,
    /// `URL(…)`: an HTTP server; the base exactly as configured.
    Url(String),
    /// A directory of this server.
    Directory(Directory),
}

/// A directory resolver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// `FULL` keeps every account, `CACHE` the ones that were asked for.
    pub cache: bool,
    /// The directory, as configured.
    pub dir: String,
    /// It is a symbolic link: the server does not walk it when it starts, and so removes no file whose time is over.
    pub link: bool,
    /// `allow_delete`.
    pub allow_delete: bool,
    /// `hard_delete`.
    pub hard_delete: bool,
    /// Files at most; `i64::MAX` without limit.
    pub limit: i64,
    /// How long a cached file lives, in nanoseconds; `0` for `FULL`.
    pub ttl: i64,
    /// How often `FULL` synchronises, in nanoseconds.
    pub interval: i64,
    /// How long a lookup in the cluster may take, in nanoseconds.
    pub timeout: i64,
}

/// Permissions of a user in a configuration; `None` is a member that is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Permissions {
    /// Publishing.
    pub publish: Option<SubjectPermission>,
    /// Subscribing.
    pub subscribe: Option<SubjectPermission>,
    /// Replies: `(max, nanoseconds)`, as configured.
    pub responses: Option<(i64, i64)>,
}

pub use crate::token::Permission as SubjectPermission;

/// A user or nkey of a configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigUser {
    /// Its name; empty for an nkey.
    pub user: String,
    /// Its password, plain or bcrypt.
    pub password: String,
    /// Its nkey; empty for a named user.
    pub nkey: String,
    /// Its account; empty: the global account.
    pub account: String,
    /// Its permissions, default permissions already put in.
    pub permissions: Option<Permissions>,
    /// Its connection types, upper-cased; empty: all.
    pub connection_types: Vec<String>,
    /// It has to come through a trusted proxy.
    pub proxy_required: bool,
}

/// An account of a configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigAccount {
    /// Its name.
    pub name: String,
    /// Its nkey; empty: none.
    pub nkey: String,
    /// Its permissions for users without any.
    pub default_permissions: Option<Permissions>,
    /// Limits, `-1` unlimited: connections, subscriptions, payload, leafnodes.
    pub max_connections: i64,
    /// Subscriptions per connection.
    pub max_subscriptions: i64,
    /// Bytes per message.
    pub max_payload: i64,
    /// Leafnode connections.
    pub max_leafnodes: i64,
    /// Subject mappings: source and destinations with their weight.
    pub mappings: Vec<(String, Vec<(String, i64)>)>,
    /// What it offers.
    pub exports: Vec<ConfigExport>,
    /// What it takes; the server ends for an import that is not allowed.
    pub imports: Vec<ConfigImport>,
}

/// What an account of a configuration offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigExport {
    /// A service, else a stream.
    pub service: bool,
    /// Its subject.
    pub subject: String,
    /// The accounts that may import it; empty: all.
    pub accounts: Vec<String>,
    /// The token of the subject that has to be the importer's name, from 1; 0: none.
    pub position: u64,
}

/// What an account of a configuration takes from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigImport {
    /// A service, else a stream.
    pub service: bool,
    /// The exporter.
    pub account: String,
    /// The exporter's subject.
    pub subject: String,
    /// The subject in the importing account.
    pub local: String,
    /// The same as it is written: `$1` for a wildcard that stands elsewhere here.
    pub written: String,
}

/// Whether one of these exports lets an account import a subject (`checkAuth` of accounts without claims).
pub(crate) fn approves(exports: &[ConfigExport], service: bool, subject: &str, importer: &str) -> bool {
    let mut of_kind = exports.iter().filter(|e| e.service == service);
    let allows = |export: &ConfigExport, tokens: Option<Vec<&str>>| {
        if export.position > 0 {
            let at = usize::try_from(export.position - 1).unwrap_or(usize::MAX);
            return tokens.is_some_and(|tokens| tokens.get(at) == Some(&importer));
        }
        export.accounts.is_empty() || export.accounts.iter().any(|a| a == importer)
    };
    if let Some(export) = of_kind.clone().find(|e| e.subject == subject) {
        return allows(export, None);
    }
    // The server takes any that holds the subject, in no order.
    of_kind
        .find(|e| crate::server::subjects::is_subset(subject, &e.subject))
        .is_some_and(|export| allows(export, Some(subject.split('.').collect())))
}

impl ConfigAccount {
    /// An account without limits.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            max_connections: -1,
            max_subscriptions: -1,
            max_payload: -1,
            max_leafnodes: -1,
            ..Self::default()
        }
    }
}

/// `authorization { auth_callout { … } }`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callout {
    /// The account key that signs the answers.
    pub issuer: String,
    /// The account of the service; empty: the global account.
    pub account: String,
    /// Users that are not sent to the service.
    pub auth_users: Vec<String>,
    /// The service's curve key; empty: not encrypted.
    pub xkey: String,
    /// Accounts that the service decides for; empty: all.
    pub allowed_accounts: Vec<String>,
}

/// `leafnodes { … }`, the accepting side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leafnodes {
    /// Whether leafnodes are accepted at all: a port is set.
    pub listen: bool,
    /// The single user; empty: none.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The single nkey; empty: none.
    pub nkey: String,
    /// The account of the single user, nkey, and of anonymous leafnodes; empty: the global account.
    pub account: String,
    /// The users.
    pub users: Vec<ConfigUser>,
    /// Whether users are taken from certificates.
    pub tls_map: bool,
    /// Leafnodes have to come through a trusted proxy.
    pub proxy_required: bool,
    /// Accounts of the remotes.
    pub remote_accounts: Vec<String>,
}

/// `websocket { … }` or `mqtt { … }`: what their own authorization says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listener {
    /// Whether a port is set.
    pub listen: bool,
    /// The user of its own block.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Its token.
    pub token: String,
    /// Its no_auth_user.
    pub no_auth_user: String,
    /// Whether users are taken from certificates.
    pub tls_map: bool,
    /// Whether TLS asks clients for a certificate.
    pub tls_asks_certificate: bool,
    /// The cookie that carries a JWT; empty: none.
    pub jwt_cookie: String,
}

impl Listener {
    /// Whether the block overrides the simple authorization of the server (wsConfigAuth, mqttConfigAuth).
    pub fn overrides(&self) -> bool {
        !self.user.is_empty() || !self.token.is_empty() || !self.no_auth_user.is_empty()
    }
}

/// What the server was told.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerOptions {
    /// The trusted operators, in the configuration's order.
    pub operators: Vec<Operator>,
    /// `trusted_keys`.
    pub trusted_keys: Vec<String>,
    /// The system account, of the configuration or adopted from the operator; empty: none.
    pub system_account: String,
    /// Where accounts come from.
    pub resolver: Option<Resolver>,
    /// `resolver_preload`: map key and JWT.
    pub preloads: Vec<(String, String)>,
    /// `resolver_pinned_accounts`.
    pub pinned_accounts: Option<Vec<String>>,
    /// `default_sentinel`; empty: none.
    pub default_sentinel: String,
    /// `accounts`.
    pub accounts: Vec<ConfigAccount>,
    /// Users of `authorization` and of `accounts`.
    pub users: Vec<ConfigUser>,
    /// Whether there is an `authorization` block at all.
    pub authorization_block: bool,
    /// The single user; empty: none.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The single token; empty: none.
    pub token: String,
    /// `no_auth_user`; empty: none.
    pub no_auth_user: String,
    /// `auth_callout`.
    pub callout: Option<Callout>,
    /// The time for CONNECT, in nanoseconds.
    pub auth_timeout: i64,
    /// `tls { verify_and_map }`.
    pub tls_map: bool,
    /// `proxies { trusted }`.
    pub proxies: Vec<String>,
    /// `authorization { proxy_required }`.
    pub proxy_required: bool,
    /// `max_payload` in bytes; `0`: none.
    pub max_payload: i64,
    /// `max_subs`; `0`: none.
    pub max_subs: i64,
    /// `max_connections`; `0`: none at all is `-1`.
    pub max_connections: i64,
    /// `jetstream`.
    pub jetstream: bool,
    /// Other servers can be asked for accounts: there is a cluster, a gateway, or a leafnode remote of the system
    /// account.
    pub meshed: bool,
    /// Leafnodes.
    pub leafnodes: Leafnodes,
    /// Websocket.
    pub websocket: Listener,
    /// MQTT.
    pub mqtt: Listener,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            operators: Vec::new(),
            trusted_keys: Vec::new(),
            system_account: String::new(),
            resolver: None,
            preloads: Vec::new(),
            pinned_accounts: None,
            default_sentinel: String::new(),
            accounts: Vec::new(),
            users: Vec::new(),
            authorization_block: false,
            user: String::new(),
            password: String::new(),
            token: String::new(),
            no_auth_user: String::new(),
            callout: None,
            auth_timeout: 2_000_000_000,
            tls_map: false,
            proxies: Vec::new(),
            proxy_required: false,
            max_payload: 1024 * 1024,
            max_subs: 0,
            max_connections: 64 * 1024,
            jetstream: false,
            meshed: false,
            leafnodes: Leafnodes::default(),
            websocket: Listener::default(),
            mqtt: Listener::default(),
        }
    }
}

impl ServerOptions {
    /// Whether clients need a JWT: some operator or trusted key is configured. Go tests the list for nil, so a strict
    /// operator without signing keys trusts nothing and leaves the server without any trust.
    pub fn operator_mode(&self) -> bool {
        self.trust().next().is_some()
    }

    /// Every key that may sign accounts (CFG-49), in the server's order.
    pub fn trust(&self) -> impl Iterator<Item = &str> {
        let of_operators = self.operators.iter().flat_map(|o| {
            let own = (!o.strict_signing_key_usage).then_some(o.subject.as_str());
            own.into_iter().chain(o.signing_keys.iter().map(String::as_str))
        });
        self.trusted_keys.iter().map(String::as_str).chain(of_operators)
    }

    /// Whether accounts signed by this key are strict (CFG-76): a signing key of a strict operator.
    pub fn strict(&self, issuer: &str) -> bool {
        self.operators
            .iter()
            .any(|o| o.strict_signing_key_usage && o.signing_keys.iter().any(|k| k == issuer))
    }
}
