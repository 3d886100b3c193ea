//! What a token claims, typed: the structures of Go's jwt library (v2), member by member.
//!
//! Members are named as in the JSON; members that Go embeds stand in place. Where Go tells a missing list from an
//! empty one the list is an `Option`. Times are Unix seconds and `0` is unset; durations are nanoseconds; a limit of
//! `-1` is unlimited and a limit that is missing is `0`: none.
//! Source of every structure: `nats-io/jwt/v2`, `*_claims.go`, `types.go`, `exports.go`, `imports.go`, `signingkeys.go`.

use std::collections::BTreeMap;

use super::json::Any;

/// No limit.
pub const UNLIMITED: i64 = -1;

/// A token's kind, as Go's `Decode` tells them apart by `type` (v1) or `nats.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An operator, whom servers trust.
    Operator,
    /// An account, signed by an operator.
    Account,
    /// A user, signed by an account.
    User,
    /// Permission to import, from the exporting account.
    Activation,
    /// A server asks an authorization service about a client.
    AuthorizationRequest,
    /// The service's answer.
    AuthorizationResponse,
    /// Anything else.
    Generic,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::Operator,
        Kind::Account,
        Kind::User,
        Kind::Activation,
        Kind::AuthorizationRequest,
        Kind::AuthorizationResponse,
        Kind::Generic,
    ];

    /// The word in `nats.type`.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Operator => "operator",
            Kind::Account => "account",
            Kind::User => "user",
            Kind::Activation => "activation",
            Kind::AuthorizationRequest => "authorization_request",
            Kind::AuthorizationResponse => "authorization_response",
            Kind::Generic => "generic",
        }
    }

    /// The kind that `nats.type` names; whatever has no name here is generic.
    pub fn of(word: &str) -> Kind {
        Kind::ALL.into_iter().find(|kind| kind.word() == word).unwrap_or(Kind::Generic)
    }
}

/// The registered claims: the top level of every token, in Go's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClaimsData {
    /// Whom it is for.
    pub aud: String,
    /// When it ends, Unix seconds; 0: never.
    pub exp: i64,
    /// Its identifier, a hash of the registered claims.
    pub jti: String,
    /// When it was signed, Unix seconds.
    pub iat: i64,
    /// The public key that signed it.
    pub iss: String,
    /// A name for people.
    pub name: String,
    /// When it begins, Unix seconds; 0: at once.
    pub nbf: i64,
    /// The public key that it is about.
    pub sub: String,
}

/// A decoded token.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// The registered claims.
    pub data: ClaimsData,
    /// `nats.type`; in a v1 token the top-level `type`. Empty where the token has none.
    pub claim_type: String,
    /// `nats.tags`; in a v1 token the top-level `tags`.
    pub tags: Vec<String>,
    /// `nats.version`: 1 or 2; 0 or less only in authorization requests and responses and in generic tokens.
    pub version: i64,
    /// What the kind adds.
    pub body: Body,
}

impl Claims {
    /// The token's kind.
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Operator(_) => Kind::Operator,
            Body::Account(_) => Kind::Account,
            Body::User(_) => Kind::User,
            Body::Activation(_) => Kind::Activation,
            Body::AuthorizationRequest(_) => Kind::AuthorizationRequest,
            Body::AuthorizationResponse(_) => Kind::AuthorizationResponse,
            Body::Generic(_) => Kind::Generic,
        }
    }

    /// The operator's claims, where it is one.
    pub fn operator(&self) -> Option<&Operator> {
        if let Body::Operator(operator) = &self.body { Some(operator) } else { None }
    }

    /// The account's claims, where it is one.
    pub fn account(&self) -> Option<&Account> {
        if let Body::Account(account) = &self.body { Some(account) } else { None }
    }

    /// The user's claims, where it is one.
    pub fn user(&self) -> Option<&User> {
        if let Body::User(user) = &self.body { Some(user) } else { None }
    }

    /// The activation's claims, where it is one.
    pub fn activation(&self) -> Option<&Activation> {
        if let Body::Activation(activation) = &self.body { Some(activation) } else { None }
    }

    /// `nats.issuer_account`, of the kinds that have it: the account that a signing key signed for.
    pub fn issuer_account(&self) -> &str {
        match &self.body {
            Body::User(user) => &user.issuer_account,
            Body::Activation(activation) => &activation.issuer_account,
            Body::AuthorizationResponse(response) => &response.issuer_account,
            _ => "",
        }
    }

    /// Whether issuer and subject are the same text (Go: `IsSelfSigned`).
    pub fn is_self_signed(&self) -> bool {
        self.data.iss == self.data.sub
    }
}

/// What a token's kind adds to the registered claims: its `nats` object.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// An operator.
    Operator(Operator),
    /// An account.
    Account(Box<Account>),
    /// A user.
    User(Box<User>),
    /// Permission to import.
    Activation(Activation),
    /// A question about a client.
    AuthorizationRequest(Box<AuthorizationRequest>),
    /// Its answer.
    AuthorizationResponse(AuthorizationResponse),
    /// Anything else: the `nats` object, none where there is none.
    Generic(Option<BTreeMap<String, Any>>),
}

/// `nats` of an operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operator {
    /// Other operator keys that may sign accounts.
    pub signing_keys: Vec<String>,
    /// Where account tokens are served, a URL.
    pub account_server_url: String,
    /// Where clients connect, URLs.
    pub operator_service_urls: Vec<String>,
    /// Key of the system account.
    pub system_account: String,
    /// The least server version, `major.minor.update`.
    pub assert_server_version: String,
    /// Identity keys sign nothing but their own token.
    pub strict_signing_key_usage: bool,
}

/// `nats` of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// What it takes from others; `None` is a JSON null.
    pub imports: Vec<Option<Import>>,
    /// What it offers; `None` is a JSON null.
    pub exports: Vec<Option<Export>>,
    /// What the operator allows it.
    pub limits: OperatorLimits,
    /// Other account keys that may sign users, some with a scope.
    pub signing_keys: BTreeMap<String, Option<Box<UserScope>>>,
    /// Users whose tokens signed until then are void, by key; `*` is everyone. Unix seconds.
    pub revocations: BTreeMap<String, i64>,
    /// Rights of users that have none of their own.
    pub default_permissions: Permissions,
    /// Subjects that are mapped to others; `None` is a JSON null.
    pub mappings: BTreeMap<String, Option<Vec<WeightedMapping>>>,
    /// Clients are asked of an authorization service.
    pub authorization: ExternalAuthorization,
    /// Where message traces go.
    pub trace: Option<MsgTrace>,
    /// Which account carries the cluster's traffic: empty, `system` or `owner`.
    pub cluster_traffic: String,
    /// For people.
    pub description: String,
    /// For people.
    pub info_url: String,
}

/// What an operator allows an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperatorLimits {
    /// Subscriptions of a connection.
    pub subs: i64,
    /// Bytes; enforced by no server.
    pub data: i64,
    /// Bytes of a message.
    pub payload: i64,
    /// Imports.
    pub imports: i64,
    /// Exports.
    pub exports: i64,
    /// Exports may have wildcards.
    pub wildcards: bool,
    /// Bearer tokens are refused.
    pub disallow_bearer: bool,
    /// Connections at the same time.
    pub conn: i64,
    /// Leafnode connections at the same time.
    pub leaf: i64,
    /// JetStream, where there are no tiers.
    pub jetstream: JetStreamLimits,
    /// JetStream by tier: `R1`, `R3`, …
    pub tiered_limits: BTreeMap<String, JetStreamLimits>,
}

impl OperatorLimits {
    /// Those of a new account of nsc: no limit on anything, and no JetStream.
    pub fn unlimited() -> OperatorLimits {
        OperatorLimits {
            subs: UNLIMITED,
            data: UNLIMITED,
            payload: UNLIMITED,
            imports: UNLIMITED,
            exports: UNLIMITED,
            wildcards: true,
            conn: UNLIMITED,
            leaf: UNLIMITED,
            ..OperatorLimits::default()
        }
    }
}

/// What an operator allows an account in JetStream. Memory and disk both 0: JetStream is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JetStreamLimits {
    /// Bytes in memory.
    pub mem_storage: i64,
    /// Bytes on disk.
    pub disk_storage: i64,
    /// Streams.
    pub streams: i64,
    /// Consumers.
    pub consumer: i64,
    /// Acknowledgements pending for a stream.
    pub max_ack_pending: i64,
    /// Bytes of one stream in memory; 0: no limit of its own.
    pub mem_max_stream_bytes: i64,
    /// Bytes of one stream on disk; 0: no limit of its own.
    pub disk_max_stream_bytes: i64,
    /// A stream must state its size.
    pub max_bytes_required: bool,
}

impl JetStreamLimits {
    /// What its numbers are called in a token.
    pub(crate) const NUMBERS: [&str; 7] = [
        "mem_storage",
        "disk_storage",
        "streams",
        "consumer",
        "max_ack_pending",
        "mem_max_stream_bytes",
        "disk_max_stream_bytes",
    ];
}

/// The direction of an export, import or activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportType {
    /// The member is missing; no server takes it.
    #[default]
    Unknown,
    /// Messages flow from the exporter.
    Stream,
    /// Requests flow to the exporter.
    Service,
}

impl ExportType {
    /// Go's word: `stream`, `service`, `unknown`.
    pub const fn word(self) -> &'static str {
        match self {
            ExportType::Unknown => "unknown",
            ExportType::Stream => "stream",
            ExportType::Service => "service",
        }
    }
}

/// What an account offers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// For people.
    pub name: String,
    /// The subject, wildcards allowed.
    pub subject: String,
    /// `type`.
    pub kind: ExportType,
    /// An import needs an activation token.
    pub token_req: bool,
    /// Accounts whose activations signed until then are void, by key; `*` is everyone. Unix seconds.
    pub revocations: BTreeMap<String, i64>,
    /// How a service answers: empty, `Singleton`, `Stream`, `Chunked`.
    pub response_type: String,
    /// How long a service may take, nanoseconds.
    pub response_threshold: i64,
    /// Latency of a service is measured.
    pub service_latency: Option<ServiceLatency>,
    /// The token of the subject, from 1, that must be the importer's key; 0: none.
    pub account_token_position: u64,
    /// The export is shown to others.
    pub advertise: bool,
    /// Traces may follow messages into the exporter.
    pub allow_trace: bool,
    /// For people.
    pub description: String,
    /// For people.
    pub info_url: String,
}

/// How latency of a service is measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceLatency {
    /// Percent of requests; 0: those that carry headers.
    pub sampling: i64,
    /// Where results go, a subject.
    pub results: String,
}

/// What an account takes from another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// For people.
    pub name: String,
    /// The exporter's subject.
    pub subject: String,
    /// Key of the exporter.
    pub account: String,
    /// An activation token.
    pub token: String,
    /// Deprecated: prefix of a stream, own subject of a service.
    pub to: String,
    /// The own subject.
    pub local_subject: String,
    /// `type`.
    pub kind: ExportType,
    /// A service learns who asks.
    pub share: bool,
    /// Traces may follow messages of a stream.
    pub allow_trace: bool,
}

/// One target of a subject mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightedMapping {
    /// The target subject.
    pub subject: String,
    /// Percent; 0: 100.
    pub weight: u8,
    /// Only in this cluster; empty: everywhere.
    pub cluster: String,
}

/// Clients are asked of an authorization service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExternalAuthorization {
    /// Users that are not asked about: the service's own.
    pub auth_users: Vec<String>,
    /// Accounts that the service may place clients in; `*` is every one.
    pub allowed_accounts: Vec<String>,
    /// Key that requests are sealed for.
    pub xkey: String,
}

/// Where message traces go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MsgTrace {
    /// A subject.
    pub dest: String,
    /// Percent; 0: 100.
    pub sampling: i64,
}

/// Subjects that may and may not be used in one direction. A missing allow list allows everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permission {
    /// Allowed subjects.
    pub allow: Option<Vec<String>>,
    /// Denied subjects: deny wins.
    pub deny: Option<Vec<String>>,
}

impl Permission {
    /// The allowed subjects, none where the list is missing.
    pub fn allowed(&self) -> &[String] {
        self.allow.as_deref().unwrap_or_default()
    }

    /// The denied subjects, none where the list is missing.
    pub fn denied(&self) -> &[String] {
        self.deny.as_deref().unwrap_or_default()
    }
}

/// The right to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResponsePermission {
    /// Answers to a request; 0: 1; negative: unlimited.
    pub max: i64,
    /// How long after the request, nanoseconds; 0: 2 minutes; negative: for ever.
    pub ttl: i64,
}

/// What a user may publish and subscribe to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    /// `pub`.
    pub publish: Permission,
    /// `sub`; an entry may be a subject and a queue name.
    pub subscribe: Permission,
    /// `resp`.
    pub resp: Option<ResponsePermission>,
}

/// A stretch of the day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeRange {
    /// `HH:MM:SS`.
    pub start: String,
    /// `HH:MM:SS`; before `start` where the range crosses midnight.
    pub end: String,
}

/// What a user may do: of the user itself, or a scope's template for its users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserPermissionLimits {
    /// `pub`, `sub`, `resp`.
    pub permissions: Permissions,
    /// Networks that it may come from, CIDR.
    pub src: Option<Vec<String>>,
    /// When it may be connected.
    pub times: Option<Vec<TimeRange>>,
    /// Time zone of `times`, an IANA name; empty: the server's.
    pub times_location: String,
    /// Subscriptions.
    pub subs: i64,
    /// Bytes; enforced by no server.
    pub data: i64,
    /// Bytes of a message.
    pub payload: i64,
    /// No proof of the seed is asked for.
    pub bearer_token: bool,
    /// It must come through a trusted proxy.
    pub proxy_required: bool,
    /// How it may connect: `STANDARD`, `WEBSOCKET`, …; empty: in every way.
    pub allowed_connection_types: Option<Vec<String>>,
}

/// `nats` of a user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// What it may do.
    pub permissions: UserPermissionLimits,
    /// The account, where a signing key signed.
    pub issuer_account: String,
}

/// A signing key's scope: every user that it signs gets the template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserScope {
    /// The signing key.
    pub key: String,
    /// A name for people.
    pub role: String,
    /// What its users may do.
    pub template: UserPermissionLimits,
    /// For people.
    pub description: String,
    /// Where it is written.
    pub place: ScopePlace,
}

/// Where a scope stands in the list of signing keys of the token that it was read from. It is no part of what the scope
/// says: all places are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScopePlace(pub(super) Option<usize>);

impl PartialEq for ScopePlace {
    fn eq(&self, _: &ScopePlace) -> bool {
        true
    }
}

impl UserScope {
    /// Its JSON pointer in the token that it was read from; that of the list where it was read from none.
    pub fn pointer(&self) -> String {
        match self.place.0 {
            Some(index) => format!("/nats/signing_keys/{index}"),
            None => "/nats/signing_keys".to_owned(),
        }
    }
}

/// `nats` of an activation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activation {
    /// The exporter's subject that may be imported.
    pub subject: String,
    /// `kind`; in a v1 token `nats.type`.
    pub kind: ExportType,
    /// The exporter, where a signing key signed.
    pub issuer_account: String,
}

/// `nats` of an authorization request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub server_id: ServerId,
    /// The key that the answer must be about.
    pub user_nkey: String,
    /// Who connects.
    pub client_info: ClientInformation,
    /// What the client sent.
    pub connect_opts: ConnectOptions,
    /// The client's TLS, where it has one.
    pub client_tls: Option<ClientTls>,
    /// A nonce.
    pub request_nonce: String,
}

/// The server that asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServerId {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Its key.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its cluster.
    pub cluster: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Key to seal the answer for.
    pub xkey: String,
}

/// The client that connects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientInformation {
    /// Where it comes from.
    pub host: String,
    /// The server's number of the connection.
    pub id: u64,
    /// Its user.
    pub user: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its name tag.
    pub name_tag: String,
    /// `Client`, `Leafnode`, …
    pub kind: String,
    /// `nats`, `websocket`, `mqtt`.
    #[doc(alias = "type")]
    pub client_type: String,
    /// Its MQTT identifier.
    pub mqtt_id: String,
    /// The nonce that the server gave it.
    pub nonce: String,
}

/// What the client sent in CONNECT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectOptions {
    /// A user token.
    pub jwt: String,
    /// A user key.
    pub nkey: String,
    /// The signed nonce.
    pub sig: String,
    /// A token.
    pub auth_token: String,
    /// A user name.
    pub user: String,
    /// A password.
    pub pass: String,
    /// The client's name.
    pub name: String,
    /// Its language.
    pub lang: String,
    /// Its version.
    pub version: String,
    /// Its protocol's level.
    pub protocol: i64,
}

/// The client's TLS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientTls {
    /// Its version.
    pub version: String,
    /// Its cipher.
    pub cipher: String,
    /// Certificates that were not verified, PEM.
    pub certs: Vec<String>,
    /// Certificates that were verified, PEM; `None` is a JSON null.
    pub verified_chains: Vec<Option<Vec<String>>>,
}

/// `nats` of an authorization response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthorizationResponse {
    /// The user token that the client gets.
    pub jwt: String,
    /// Why it gets none.
    pub error: String,
    /// The account, where a signing key signed.
    pub issuer_account: String,
}
