//! Which members has which structure? Those of Go's jwt library, v2 and, for reading, v1.
//!
//! The texts are Go's names, which its errors show: of a structure, of its embedded structures, of a member's type.
//! Sources: `nats-io/jwt/v2`, `*_claims.go`, `types.go`, `exports.go`, `imports.go`, `signingkeys.go`, `decoder_*.go`.

use std::collections::BTreeMap;

use super::claims::*;
use super::json::{self, Any};
use super::quote::quote;
use super::reader::{Path, Reader, Shape, Stop};

type Read = Result<(), Stop>;

/// Members of a structure: `b"name" [embedded structures and name] => how its value is read`.
macro_rules! shape {
    ($type:ident, $name:literal, |$this:ident, $reader:ident| {
        $($member:literal $path:tt => $read:expr,)*
    }) => {
        impl Shape for $type {
            const NAME: &'static str = $name;
            const TYPE: &'static str = concat!("jwt.", $name);

            fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
                let $this = self;
                match name {
                    $($member => reader.within($name, &[], &$path, |$reader| $read),)*
                    _ => Ok(false),
                }
            }
        }
    };
}

fn text(reader: &mut Reader<'_>, into: &mut String) -> Read {
    reader.string(into, "string")
}

fn subject(reader: &mut Reader<'_>, into: &mut String) -> Read {
    reader.string(into, "jwt.Subject")
}

fn int64(reader: &mut Reader<'_>, into: &mut i64) -> Read {
    reader.integer(into, "int64")
}

fn int(reader: &mut Reader<'_>, into: &mut i64) -> Read {
    reader.integer(into, "int")
}

fn strings(reader: &mut Reader<'_>, into: &mut Vec<String>) -> Read {
    reader.list(into, "jwt.StringList", text)
}

fn nullable_strings(reader: &mut Reader<'_>, into: &mut Option<Vec<String>>) -> Read {
    reader.nullable_list(into, "jwt.StringList", text)
}

fn tags(reader: &mut Reader<'_>, into: &mut Vec<String>) -> Read {
    reader.list(into, "jwt.TagList", text)
}

fn revocations(reader: &mut Reader<'_>, into: &mut BTreeMap<String, i64>) -> Read {
    reader.map(into, "jwt.RevocationList", int64)
}

/// `nats.tags`, `nats.type` and `nats.version`, which every kind has.
#[derive(Default)]
pub(super) struct GenericFields {
    pub(super) tags: Vec<String>,
    pub(super) claim_type: String,
    pub(super) version: i64,
}

impl GenericFields {
    fn embedded(
        &mut self,
        name: &[u8],
        reader: &mut Reader<'_>,
        owner: &'static str,
        path: Path,
    ) -> Result<bool, Stop> {
        match name {
            b"tags" => reader.within(owner, path, &["tags"], |r| tags(r, &mut self.tags)),
            b"type" => {
                reader.within(owner, path, &["type"], |r| r.string(&mut self.claim_type, "jwt.ClaimType"))
            }
            b"version" => reader.within(owner, path, &["version"], |r| int(r, &mut self.version)),
            _ => Ok(false),
        }
    }
}

impl Shape for GenericFields {
    const NAME: &'static str = "GenericFields";
    const TYPE: &'static str = "jwt.GenericFields";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.embedded(name, reader, "GenericFields", &[])
    }
}

/// What Go looks at first, to know what to read: `decoder.go`.
#[derive(Default)]
pub(super) struct Identifier {
    pub(super) claim_type: String,
    pub(super) nats: GenericFields,
}

shape!(Identifier, "identifier", |this, r| {
    b"type" ["type"] => r.string(&mut this.claim_type, "jwt.ClaimType"),
    b"nats" ["nats"] => r.object(&mut this.nats),
});

/// `header.go`.
#[derive(Default)]
pub(super) struct Header {
    pub(super) typ: String,
    pub(super) alg: String,
}

shape!(Header, "Header", |this, r| {
    b"typ" ["typ"] => text(r, &mut this.typ),
    b"alg" ["alg"] => text(r, &mut this.alg),
});

impl ClaimsData {
    pub(super) fn embedded(
        &mut self,
        name: &[u8],
        reader: &mut Reader<'_>,
        owner: &'static str,
        path: Path,
    ) -> Result<bool, Stop> {
        match name {
            b"aud" => reader.within(owner, path, &["aud"], |r| text(r, &mut self.aud)),
            b"exp" => reader.within(owner, path, &["exp"], |r| int64(r, &mut self.exp)),
            b"jti" => reader.within(owner, path, &["jti"], |r| text(r, &mut self.jti)),
            b"iat" => reader.within(owner, path, &["iat"], |r| int64(r, &mut self.iat)),
            b"iss" => reader.within(owner, path, &["iss"], |r| text(r, &mut self.iss)),
            b"name" => reader.within(owner, path, &["name"], |r| text(r, &mut self.name)),
            b"nbf" => reader.within(owner, path, &["nbf"], |r| int64(r, &mut self.nbf)),
            b"sub" => reader.within(owner, path, &["sub"], |r| text(r, &mut self.sub)),
            _ => Ok(false),
        }
    }
}

/// A token of version 2, or an authorization request or response of any: the registered claims and `nats`.
pub(super) struct V2<N> {
    pub(super) data: ClaimsData,
    pub(super) nats: Nats<N>,
}

/// `nats`: what the kind adds, then the fields that every kind has.
pub(super) struct Nats<N> {
    pub(super) body: N,
    pub(super) generic: GenericFields,
}

/// What a kind adds to `nats`.
pub(super) trait Kinded: Shape {
    /// Go's name of the structure around it.
    const CLAIMS: &'static str;
    /// Go's name of that type.
    const CLAIMS_TYPE: &'static str;
}

impl<N: Kinded> V2<N> {
    pub(super) fn new(body: N) -> Self {
        V2 { data: ClaimsData::default(), nats: Nats { body, generic: GenericFields::default() } }
    }
}

impl<N: Kinded> Shape for V2<N> {
    const NAME: &'static str = N::CLAIMS;
    const TYPE: &'static str = N::CLAIMS_TYPE;

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        if name == b"nats" {
            return reader.within(N::CLAIMS, &[], &["nats"], |r| r.object(&mut self.nats));
        }
        self.data.embedded(name, reader, N::CLAIMS, &["ClaimsData"])
    }
}

impl<N: Kinded> Shape for Nats<N> {
    const NAME: &'static str = N::NAME;
    const TYPE: &'static str = N::TYPE;

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        Ok(self.body.member(name, reader)?
            || self.generic.embedded(name, reader, N::NAME, &["GenericFields"])?)
    }
}

macro_rules! kinds {
    ($($type:ident $claims:literal,)*) => {
        $(impl Kinded for $type {
            const CLAIMS: &'static str = $claims;
            const CLAIMS_TYPE: &'static str = concat!("jwt.", $claims);
        })*
    };
}

kinds! {
    Operator "OperatorClaims",
    Account "AccountClaims",
    User "UserClaims",
    Activation "ActivationClaims",
    AuthorizationRequest "AuthorizationRequestClaims",
    AuthorizationResponse "AuthorizationResponseClaims",
}

shape!(Operator, "Operator", |this, r| {
    b"signing_keys" ["signing_keys"] => strings(r, &mut this.signing_keys),
    b"account_server_url" ["account_server_url"] => text(r, &mut this.account_server_url),
    b"operator_service_urls" ["operator_service_urls"] => strings(r, &mut this.operator_service_urls),
    b"system_account" ["system_account"] => text(r, &mut this.system_account),
    b"assert_server_version" ["assert_server_version"] => text(r, &mut this.assert_server_version),
    b"strict_signing_key_usage" ["strict_signing_key_usage"] => r.boolean(&mut this.strict_signing_key_usage),
});

shape!(Account, "Account", |this, r| {
    b"imports" ["imports"] => imports(r, &mut this.imports),
    b"exports" ["exports"] => exports(r, &mut this.exports),
    b"limits" ["limits"] => r.object(&mut this.limits),
    b"signing_keys" ["signing_keys"] => signing_keys(r, &mut this.signing_keys),
    b"revocations" ["revocations"] => revocations(r, &mut this.revocations),
    b"default_permissions" ["default_permissions"] => r.object(&mut this.default_permissions),
    b"mappings" ["mappings"] => r.map(&mut this.mappings, "jwt.Mapping", |r, list| {
        r.nullable_list(list, "[]jwt.WeightedMapping", Reader::object)
    }),
    b"authorization" ["authorization"] => r.object(&mut this.authorization),
    b"trace" ["trace"] => r.pointer(&mut this.trace, Reader::object),
    b"cluster_traffic" ["cluster_traffic"] => r.string(&mut this.cluster_traffic, "jwt.ClusterTraffic"),
    b"description" ["Info", "description"] => text(r, &mut this.description),
    b"info_url" ["Info", "info_url"] => text(r, &mut this.info_url),
});

fn imports(reader: &mut Reader<'_>, into: &mut Vec<Option<Import>>) -> Read {
    reader.list(into, "jwt.Imports", |r, import| r.pointer(import, Reader::object))
}

fn exports(reader: &mut Reader<'_>, into: &mut Vec<Option<Export>>) -> Read {
    reader.list(into, "jwt.Exports", |r, export| r.pointer(export, Reader::object))
}

impl OperatorLimits {
    /// `NatsLimits` and `AccountLimits`, which v1 has too.
    fn basic(&mut self, name: &[u8], r: &mut Reader<'_>, owner: &'static str) -> Result<bool, Stop> {
        const NATS: Path = &["NatsLimits"];
        const ACCOUNT: Path = &["AccountLimits"];
        match name {
            b"subs" => r.within(owner, NATS, &["subs"], |r| int64(r, &mut self.subs)),
            b"data" => r.within(owner, NATS, &["data"], |r| int64(r, &mut self.data)),
            b"payload" => r.within(owner, NATS, &["payload"], |r| int64(r, &mut self.payload)),
            b"imports" => r.within(owner, ACCOUNT, &["imports"], |r| int64(r, &mut self.imports)),
            b"exports" => r.within(owner, ACCOUNT, &["exports"], |r| int64(r, &mut self.exports)),
            b"wildcards" => r.within(owner, ACCOUNT, &["wildcards"], |r| r.boolean(&mut self.wildcards)),
            b"disallow_bearer" => {
                r.within(owner, ACCOUNT, &["disallow_bearer"], |r| r.boolean(&mut self.disallow_bearer))
            }
            b"conn" => r.within(owner, ACCOUNT, &["conn"], |r| int64(r, &mut self.conn)),
            b"leaf" => r.within(owner, ACCOUNT, &["leaf"], |r| int64(r, &mut self.leaf)),
            _ => Ok(false),
        }
    }
}

impl Shape for OperatorLimits {
    const NAME: &'static str = "OperatorLimits";
    const TYPE: &'static str = "jwt.OperatorLimits";

    fn member(&mut self, name: &[u8], r: &mut Reader<'_>) -> Result<bool, Stop> {
        if name == b"tiered_limits" {
            return r.within(Self::NAME, &[], &["tiered_limits"], |r| {
                r.map(&mut self.tiered_limits, "jwt.JetStreamTieredLimits", Reader::object)
            });
        }
        Ok(self.basic(name, r, Self::NAME)?
            || self.jetstream.embedded(name, r, Self::NAME, &["JetStreamLimits"])?)
    }
}

impl JetStreamLimits {
    fn embedded(
        &mut self,
        name: &[u8],
        r: &mut Reader<'_>,
        owner: &'static str,
        path: Path,
    ) -> Result<bool, Stop> {
        match name {
            b"mem_storage" => r.within(owner, path, &["mem_storage"], |r| int64(r, &mut self.mem_storage)),
            b"disk_storage" => r.within(owner, path, &["disk_storage"], |r| int64(r, &mut self.disk_storage)),
            b"streams" => r.within(owner, path, &["streams"], |r| int64(r, &mut self.streams)),
            b"consumer" => r.within(owner, path, &["consumer"], |r| int64(r, &mut self.consumer)),
            b"max_ack_pending" => {
                r.within(owner, path, &["max_ack_pending"], |r| int64(r, &mut self.max_ack_pending))
            }
            b"mem_max_stream_bytes" => {
                r.within(owner, path, &["mem_max_stream_bytes"], |r| int64(r, &mut self.mem_max_stream_bytes))
            }
            b"disk_max_stream_bytes" => r.within(owner, path, &["disk_max_stream_bytes"], |r| {
                int64(r, &mut self.disk_max_stream_bytes)
            }),
            b"max_bytes_required" => {
                r.within(owner, path, &["max_bytes_required"], |r| r.boolean(&mut self.max_bytes_required))
            }
            _ => Ok(false),
        }
    }
}

impl Shape for JetStreamLimits {
    const NAME: &'static str = "JetStreamLimits";
    const TYPE: &'static str = "jwt.JetStreamLimits";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.embedded(name, reader, Self::NAME, &[])
    }
}

shape!(Export, "Export", |this, r| {
    b"name" ["name"] => text(r, &mut this.name),
    b"subject" ["subject"] => subject(r, &mut this.subject),
    b"type" ["type"] => export_type(r, &mut this.kind),
    b"token_req" ["token_req"] => r.boolean(&mut this.token_req),
    b"revocations" ["revocations"] => revocations(r, &mut this.revocations),
    b"response_type" ["response_type"] => r.string(&mut this.response_type, "jwt.ResponseType"),
    b"response_threshold" ["response_threshold"] => r.integer(&mut this.response_threshold, "time.Duration"),
    b"service_latency" ["service_latency"] => r.pointer(&mut this.service_latency, Reader::object),
    b"account_token_position" ["account_token_position"] => r.integer(&mut this.account_token_position, "uint"),
    b"advertise" ["advertise"] => r.boolean(&mut this.advertise),
    b"allow_trace" ["allow_trace"] => r.boolean(&mut this.allow_trace),
    b"description" ["Info", "description"] => text(r, &mut this.description),
    b"info_url" ["Info", "info_url"] => text(r, &mut this.info_url),
});

shape!(ServiceLatency, "ServiceLatency", |this, r| {
    b"sampling" ["sampling"] => sampling(r, &mut this.sampling),
    b"results" ["results"] => subject(r, &mut this.results),
});

shape!(Import, "Import", |this, r| {
    b"name" ["name"] => text(r, &mut this.name),
    b"subject" ["subject"] => subject(r, &mut this.subject),
    b"account" ["account"] => text(r, &mut this.account),
    b"token" ["token"] => text(r, &mut this.token),
    b"to" ["to"] => subject(r, &mut this.to),
    b"local_subject" ["local_subject"] => r.string(&mut this.local_subject, "jwt.RenamingSubject"),
    b"type" ["type"] => export_type(r, &mut this.kind),
    b"share" ["share"] => r.boolean(&mut this.share),
    b"allow_trace" ["allow_trace"] => r.boolean(&mut this.allow_trace),
});

shape!(WeightedMapping, "WeightedMapping", |this, r| {
    b"subject" ["subject"] => subject(r, &mut this.subject),
    b"weight" ["weight"] => r.integer(&mut this.weight, "uint8"),
    b"cluster" ["cluster"] => text(r, &mut this.cluster),
});

shape!(ExternalAuthorization, "ExternalAuthorization", |this, r| {
    b"auth_users" ["auth_users"] => strings(r, &mut this.auth_users),
    b"allowed_accounts" ["allowed_accounts"] => strings(r, &mut this.allowed_accounts),
    b"xkey" ["xkey"] => text(r, &mut this.xkey),
});

shape!(MsgTrace, "MsgTrace", |this, r| {
    b"dest" ["dest"] => subject(r, &mut this.dest),
    b"sampling" ["sampling"] => int(r, &mut this.sampling),
});

shape!(Permission, "Permission", |this, r| {
    b"allow" ["allow"] => nullable_strings(r, &mut this.allow),
    b"deny" ["deny"] => nullable_strings(r, &mut this.deny),
});

shape!(ResponsePermission, "ResponsePermission", |this, r| {
    b"max" ["max"] => int(r, &mut this.max),
    b"ttl" ["ttl"] => r.integer(&mut this.ttl, "time.Duration"),
});

impl Permissions {
    fn embedded(
        &mut self,
        name: &[u8],
        r: &mut Reader<'_>,
        owner: &'static str,
        path: Path,
    ) -> Result<bool, Stop> {
        match name {
            b"pub" => r.within(owner, path, &["pub"], |r| r.object(&mut self.publish)),
            b"sub" => r.within(owner, path, &["sub"], |r| r.object(&mut self.subscribe)),
            b"resp" => r.within(owner, path, &["resp"], |r| r.pointer(&mut self.resp, Reader::object)),
            _ => Ok(false),
        }
    }
}

impl Shape for Permissions {
    const NAME: &'static str = "Permissions";
    const TYPE: &'static str = "jwt.Permissions";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.embedded(name, reader, Self::NAME, &[])
    }
}

shape!(TimeRange, "TimeRange", |this, r| {
    b"start" ["start"] => text(r, &mut this.start),
    b"end" ["end"] => text(r, &mut this.end),
});

/// Where the embedded structures of a `UserPermissionLimits` stand.
struct At {
    permissions: Path,
    user_limits: Path,
    nats_limits: Path,
    own: Path,
}

impl UserPermissionLimits {
    /// Permissions and limits, which v1 has too, and `bearer_token`.
    fn basic(&mut self, name: &[u8], r: &mut Reader<'_>, owner: &'static str, at: &At) -> Result<bool, Stop> {
        match name {
            b"src" => r.within(owner, at.user_limits, &["src"], |r| networks(r, &mut self.src)),
            b"times" => r.within(owner, at.user_limits, &["times"], |r| {
                r.nullable_list(&mut self.times, "[]jwt.TimeRange", Reader::object)
            }),
            b"times_location" => {
                r.within(owner, at.user_limits, &["times_location"], |r| text(r, &mut self.times_location))
            }
            b"subs" => r.within(owner, at.nats_limits, &["subs"], |r| int64(r, &mut self.subs)),
            b"data" => r.within(owner, at.nats_limits, &["data"], |r| int64(r, &mut self.data)),
            b"payload" => r.within(owner, at.nats_limits, &["payload"], |r| int64(r, &mut self.payload)),
            b"bearer_token" => {
                r.within(owner, at.own, &["bearer_token"], |r| r.boolean(&mut self.bearer_token))
            }
            _ => self.permissions.embedded(name, r, owner, at.permissions),
        }
    }

    fn all(&mut self, name: &[u8], r: &mut Reader<'_>, owner: &'static str, at: &At) -> Result<bool, Stop> {
        match name {
            b"proxy_required" => {
                r.within(owner, at.own, &["proxy_required"], |r| r.boolean(&mut self.proxy_required))
            }
            b"allowed_connection_types" => r.within(owner, at.own, &["allowed_connection_types"], |r| {
                nullable_strings(r, &mut self.allowed_connection_types)
            }),
            _ => self.basic(name, r, owner, at),
        }
    }
}

/// Where they stand in a structure that embeds them itself.
const EMBEDDED: At = At {
    permissions: &["Permissions"],
    user_limits: &["Limits", "UserLimits"],
    nats_limits: &["Limits", "NatsLimits"],
    own: &[],
};

impl Shape for UserPermissionLimits {
    const NAME: &'static str = "UserPermissionLimits";
    const TYPE: &'static str = "jwt.UserPermissionLimits";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.all(name, reader, Self::NAME, &EMBEDDED)
    }
}

impl Shape for User {
    const NAME: &'static str = "User";
    const TYPE: &'static str = "jwt.User";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        const AT: At = At {
            permissions: &["UserPermissionLimits", "Permissions"],
            user_limits: &["UserPermissionLimits", "Limits", "UserLimits"],
            nats_limits: &["UserPermissionLimits", "Limits", "NatsLimits"],
            own: &["UserPermissionLimits"],
        };
        if name == b"issuer_account" {
            return reader
                .within(Self::NAME, &[], &["issuer_account"], |r| text(r, &mut self.issuer_account));
        }
        self.permissions.all(name, reader, Self::NAME, &AT)
    }
}

/// A scope while it is read, with its `kind`.
#[derive(Default)]
struct Scope {
    kind: bool,
    scope: UserScope,
}

impl Scope {
    /// `NewUserScope`: what is missing is unlimited.
    fn new() -> Scope {
        let mut scope = Scope::default();
        let template = &mut scope.scope.template;
        (template.subs, template.data, template.payload) = (UNLIMITED, UNLIMITED, UNLIMITED);
        scope
    }
}

shape!(Scope, "UserScope", |this, r| {
    b"kind" ["kind"] => scope_type(r, &mut this.kind),
    b"key" ["key"] => text(r, &mut this.scope.key),
    b"role" ["role"] => text(r, &mut this.scope.role),
    b"template" ["template"] => r.object(&mut this.scope.template),
    b"description" ["description"] => text(r, &mut this.scope.description),
});

shape!(Activation, "Activation", |this, r| {
    b"subject" ["subject"] => subject(r, &mut this.subject),
    b"kind" ["kind"] => export_type(r, &mut this.kind),
    b"issuer_account" ["issuer_account"] => text(r, &mut this.issuer_account),
});

shape!(AuthorizationRequest, "AuthorizationRequest", |this, r| {
    b"server_id" ["server_id"] => r.object(&mut this.server_id),
    b"user_nkey" ["user_nkey"] => text(r, &mut this.user_nkey),
    b"client_info" ["client_info"] => r.object(&mut this.client_info),
    b"connect_opts" ["connect_opts"] => r.object(&mut this.connect_opts),
    b"client_tls" ["client_tls"] => r.pointer(&mut this.client_tls, Reader::object),
    b"request_nonce" ["request_nonce"] => text(r, &mut this.request_nonce),
});

shape!(ServerId, "ServerID", |this, r| {
    b"name" ["name"] => text(r, &mut this.name),
    b"host" ["host"] => text(r, &mut this.host),
    b"id" ["id"] => text(r, &mut this.id),
    b"version" ["version"] => text(r, &mut this.version),
    b"cluster" ["cluster"] => text(r, &mut this.cluster),
    b"tags" ["tags"] => tags(r, &mut this.tags),
    b"xkey" ["xkey"] => text(r, &mut this.xkey),
});

shape!(ClientInformation, "ClientInformation", |this, r| {
    b"host" ["host"] => text(r, &mut this.host),
    b"id" ["id"] => r.integer(&mut this.id, "uint64"),
    b"user" ["user"] => text(r, &mut this.user),
    b"name" ["name"] => text(r, &mut this.name),
    b"tags" ["tags"] => tags(r, &mut this.tags),
    b"name_tag" ["name_tag"] => text(r, &mut this.name_tag),
    b"kind" ["kind"] => text(r, &mut this.kind),
    b"type" ["type"] => text(r, &mut this.client_type),
    b"mqtt_id" ["mqtt_id"] => text(r, &mut this.mqtt_id),
    b"nonce" ["nonce"] => text(r, &mut this.nonce),
});

shape!(ConnectOptions, "ConnectOptions", |this, r| {
    b"jwt" ["jwt"] => text(r, &mut this.jwt),
    b"nkey" ["nkey"] => text(r, &mut this.nkey),
    b"sig" ["sig"] => text(r, &mut this.sig),
    b"auth_token" ["auth_token"] => text(r, &mut this.auth_token),
    b"user" ["user"] => text(r, &mut this.user),
    b"pass" ["pass"] => text(r, &mut this.pass),
    b"name" ["name"] => text(r, &mut this.name),
    b"lang" ["lang"] => text(r, &mut this.lang),
    b"version" ["version"] => text(r, &mut this.version),
    b"protocol" ["protocol"] => int(r, &mut this.protocol),
});

shape!(ClientTls, "ClientTLS", |this, r| {
    b"version" ["version"] => text(r, &mut this.version),
    b"cipher" ["cipher"] => text(r, &mut this.cipher),
    b"certs" ["certs"] => strings(r, &mut this.certs),
    b"verified_chains" ["verified_chains"] =>
        r.list(&mut this.verified_chains, "[]jwt.StringList", nullable_strings),
});

shape!(AuthorizationResponse, "AuthorizationResponse", |this, r| {
    b"jwt" ["jwt"] => text(r, &mut this.jwt),
    b"error" ["error"] => text(r, &mut this.error),
    b"issuer_account" ["issuer_account"] => text(r, &mut this.issuer_account),
});

/// A token of no kind that the library knows: `GenericClaims`.
#[derive(Default)]
pub(super) struct GenericClaims {
    pub(super) data: ClaimsData,
    pub(super) nats: Option<BTreeMap<String, Any>>,
}

impl GenericClaims {
    fn embedded(
        &mut self,
        name: &[u8],
        r: &mut Reader<'_>,
        owner: &'static str,
        at: [Path; 2],
    ) -> Result<bool, Stop> {
        match name {
            b"nats" => r.within(owner, at[0], &["nats"], |r| r.any_map(&mut self.nats)),
            _ => self.data.embedded(name, r, owner, at[1]),
        }
    }
}

impl Shape for GenericClaims {
    const NAME: &'static str = "GenericClaims";
    const TYPE: &'static str = "jwt.GenericClaims";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.embedded(name, reader, Self::NAME, [&[], &["ClaimsData"]])
    }
}

/// The structure without a name that `DecodeGeneric` reads.
#[derive(Default)]
pub(super) struct AnyGeneric {
    pub(super) claims: GenericClaims,
    pub(super) fields: GenericFields,
}

impl Shape for AnyGeneric {
    const NAME: &'static str = "";
    const TYPE: &'static str = "struct { jwt.GenericClaims; jwt.GenericFields }";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        const AT: [Path; 2] = [&["GenericClaims"], &["GenericClaims", "ClaimsData"]];
        Ok(self.claims.embedded(name, reader, Self::NAME, AT)?
            || self.fields.embedded(name, reader, Self::NAME, &["GenericFields"])?)
    }
}

/// A token of version 1: the registered claims with the members that v2 moved, and `nats` in the shape of v1.
#[derive(Default)]
pub(super) struct V1<N> {
    pub(super) data: ClaimsData,
    pub(super) tags: Vec<String>,
    pub(super) claim_type: String,
    pub(super) issuer_account: String,
    pub(super) nats: N,
}

/// What a kind has in v1.
pub(super) trait KindedV1: Shape {
    /// Go's name of the structure around it.
    const CLAIMS: &'static str;
    /// Go's name of that type.
    const CLAIMS_TYPE: &'static str;
    /// Where `tags` and `type` stand.
    const MOVED: Path = &["v1ClaimsDataDeletedFields"];
    /// Where `issuer_account` stands.
    const ISSUER_ACCOUNT: Path = &["v1ClaimsDataDeletedFields"];
}

impl<N: KindedV1> Shape for V1<N> {
    const NAME: &'static str = N::CLAIMS;
    const TYPE: &'static str = N::CLAIMS_TYPE;

    fn member(&mut self, name: &[u8], r: &mut Reader<'_>) -> Result<bool, Stop> {
        match name {
            b"nats" => r.within(N::CLAIMS, &[], &["nats"], |r| r.object(&mut self.nats)),
            b"tags" => r.within(N::CLAIMS, N::MOVED, &["tags"], |r| tags(r, &mut self.tags)),
            b"type" => {
                r.within(N::CLAIMS, N::MOVED, &["type"], |r| r.string(&mut self.claim_type, "jwt.ClaimType"))
            }
            b"issuer_account" => r.within(N::CLAIMS, N::ISSUER_ACCOUNT, &["issuer_account"], |r| {
                text(r, &mut self.issuer_account)
            }),
            _ => self.data.embedded(name, r, N::CLAIMS, &["ClaimsData"]),
        }
    }
}

/// `v1NatsOperator`.
#[derive(Default)]
pub(super) struct V1Operator(pub(super) Operator);

shape!(V1Operator, "v1NatsOperator", |this, r| {
    b"signing_keys" ["signing_keys"] => strings(r, &mut this.0.signing_keys),
    b"account_server_url" ["account_server_url"] => text(r, &mut this.0.account_server_url),
    b"operator_service_urls" ["operator_service_urls"] => strings(r, &mut this.0.operator_service_urls),
    b"system_account" ["system_account"] => text(r, &mut this.0.system_account),
});

impl KindedV1 for V1Operator {
    const CLAIMS: &'static str = "v1OperatorClaims";
    const CLAIMS_TYPE: &'static str = "jwt.v1OperatorClaims";
}

/// `v1NatsAccount`.
#[derive(Default)]
pub(super) struct V1Account {
    pub(super) account: Account,
    pub(super) limits: V1Limits,
    pub(super) signing_keys: Vec<String>,
}

/// Limits of an account in v1: the structure has no name.
#[derive(Default)]
pub(super) struct V1Limits(pub(super) OperatorLimits);

impl Shape for V1Limits {
    const NAME: &'static str = "";
    const TYPE: &'static str = "struct { jwt.NatsLimits; jwt.AccountLimits }";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.0.basic(name, reader, Self::NAME)
    }
}

shape!(V1Account, "v1NatsAccount", |this, r| {
    b"imports" ["imports"] => imports(r, &mut this.account.imports),
    b"exports" ["exports"] => exports(r, &mut this.account.exports),
    b"limits" ["limits"] => r.object(&mut this.limits),
    b"signing_keys" ["signing_keys"] => strings(r, &mut this.signing_keys),
    b"revocations" ["revocations"] => revocations(r, &mut this.account.revocations),
});

impl KindedV1 for V1Account {
    const CLAIMS: &'static str = "v1AccountClaims";
    const CLAIMS_TYPE: &'static str = "jwt.v1AccountClaims";
}

/// `v1User`.
#[derive(Default)]
pub(super) struct V1User {
    pub(super) permissions: UserPermissionLimits,
    max: i64,
}

impl Shape for V1User {
    const NAME: &'static str = "v1User";
    const TYPE: &'static str = "jwt.v1User";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        if name == b"max" {
            return reader.within(Self::NAME, &[], &["max"], |r| int64(r, &mut self.max));
        }
        self.permissions.basic(name, reader, Self::NAME, &EMBEDDED)
    }
}

impl KindedV1 for V1User {
    const CLAIMS: &'static str = "v1UserClaims";
    const CLAIMS_TYPE: &'static str = "jwt.v1UserClaims";
    const MOVED: Path = &["v1UserClaimsDataDeletedFields", "v1ClaimsDataDeletedFields"];
    const ISSUER_ACCOUNT: Path = &["v1UserClaimsDataDeletedFields"];
}

/// `v1NatsActivation`.
#[derive(Default)]
pub(super) struct V1Activation {
    pub(super) activation: Activation,
    max: i64,
    payload: i64,
    src: String,
    times: Vec<TimeRange>,
}

shape!(V1Activation, "v1NatsActivation", |this, r| {
    b"subject" ["subject"] => subject(r, &mut this.activation.subject),
    b"type" ["type"] => export_type(r, &mut this.activation.kind),
    b"max" ["max"] => int64(r, &mut this.max),
    b"payload" ["payload"] => int64(r, &mut this.payload),
    b"src" ["src"] => text(r, &mut this.src),
    b"times" ["times"] => r.list(&mut this.times, "[]jwt.TimeRange", Reader::object),
});

impl KindedV1 for V1Activation {
    const CLAIMS: &'static str = "v1ActivationClaims";
    const CLAIMS_TYPE: &'static str = "jwt.v1ActivationClaims";
}

/// `ExportType.UnmarshalJSON`.
fn export_type(reader: &mut Reader<'_>, into: &mut ExportType) -> Read {
    let word = if reader.first() == Some(b'"') {
        reader.text()?
    } else {
        let mut word = String::new();
        reader.on_its_own(|r| text(r, &mut word))?;
        word.into()
    };
    *into = match &*word {
        "stream" => ExportType::Stream,
        "service" => ExportType::Service,
        _ => return Err(Stop::words(format!("unknown export type {}", quote(word.as_bytes())))),
    };
    Ok(())
}

/// `ScopeType.UnmarshalJSON`. Go's text ends in the address of the value, which differs from run to run.
fn scope_type(reader: &mut Reader<'_>, into: &mut bool) -> Read {
    *into = if reader.first() == Some(b'"') {
        reader.text()? == "user_scope"
    } else {
        let mut word = String::new();
        reader.on_its_own(|r| text(r, &mut word))?;
        word == "user_scope"
    };
    if *into { Ok(()) } else { Err(Stop::words("unknown scope type %!q(*jwt.ScopeType=…)")) }
}

/// `SamplingRate.UnmarshalJSON`: the raw text `"headers"` in any case is 0.
fn sampling(reader: &mut Reader<'_>, into: &mut i64) -> Read {
    *into = 0;
    if reader.raw()?.eq_ignore_ascii_case(b"\"headers\"") {
        let mut word = String::new();
        return text(reader, &mut word);
    }
    reader.on_its_own(|r| int(r, into))
}

/// `CIDRList.UnmarshalJSON`: a list as it stands, or a text with commas, lower-cased, without repetitions.
fn networks(reader: &mut Reader<'_>, into: &mut Option<Vec<String>>) -> Read {
    let raw = reader.raw()?;
    if raw.first() == Some(&b'"') {
        let mut all = String::new();
        text(reader, &mut all)?;
        let mut list: Vec<String> = Vec::new();
        for network in all.split(',') {
            // Go lower-cases rune by rune.
            let network: String = network.trim().chars().filter_map(|c| c.to_lowercase().next()).collect();
            if !network.is_empty() && !list.contains(&network) {
                list.push(network);
            }
        }
        *into = Some(list);
        return Ok(());
    }
    let mut list = None;
    if matches!(raw.first(), Some(b'[' | b'n'))
        && reader.nested(raw, |r| r.nullable_list(&mut list, "[]string", text)).is_ok()
    {
        *into = list;
        return reader.on_its_own(|_| Ok(()));
    }
    reader.on_its_own(|r| text(r, &mut String::new()))
}

/// The largest integer up to which every one is a `float64`.
const EXACT: u64 = 1 << 53;

/// `SigningKeys.UnmarshalJSON`: by way of `any`, so that numbers become floats and members are sorted. Where neither can
/// make a difference the scopes are read as they stand.
fn signing_keys(reader: &mut Reader<'_>, into: &mut BTreeMap<String, Option<Box<UserScope>>>) -> Read {
    if reader.first() != Some(b'[') {
        return signing_keys_through_any(reader, into);
    }
    let mut found: Vec<(String, Option<Box<UserScope>>)> = Vec::new();
    let fast = |reader: &mut Reader<'_>| {
        reader.each(|r| match r.first() {
            Some(b'"') => {
                let mut key = String::new();
                text(r, &mut key)?;
                found.push((key, None));
                Ok(true)
            }
            Some(b'{') => {
                let mut scope = Scope::new();
                r.object(&mut scope)?;
                let Scope { kind, scope } = scope;
                let template = &scope.template;
                let (max, ttl) = template.permissions.resp.map_or((0, 0), |resp| (resp.max, resp.ttl));
                let exact = [template.subs, template.data, template.payload, max, ttl]
                    .iter()
                    .all(|number| number.unsigned_abs() <= EXACT);
                let scope = UserScope { place: ScopePlace(Some(found.len())), ..scope };
                found.push((scope.key.clone(), Some(Box::new(scope))));
                Ok(kind && exact)
            }
            _ => Ok(false),
        })
    };
    let mut slow = BTreeMap::new();
    let mut was_slow = false;
    reader.attempt(fast, |reader| {
        was_slow = true;
        signing_keys_through_any(reader, &mut slow)
    })?;
    if was_slow {
        into.append(&mut slow);
    } else {
        into.extend(found);
    }
    Ok(())
}

fn signing_keys_through_any(
    reader: &mut Reader<'_>,
    into: &mut BTreeMap<String, Option<Box<UserScope>>>,
) -> Read {
    let mut list = Vec::new();
    reader.on_its_own(|r| {
        r.list(&mut list, "[]interface {}", |r, element| {
            *element = r.any(1)?;
            Ok(())
        })
    })?;
    for (index, element) in list.into_iter().enumerate() {
        match element {
            Any::String(key) => _ = into.insert(key, None),
            Any::Object(members) => {
                if members.get("kind").and_then(Any::as_str) != Some("user_scope") {
                    let kind = members.get("type").unwrap_or(&Any::Null);
                    return Err(Stop::words(format!("unknown signing key scope {}", quoted_any(kind))));
                }
                let mut json = Vec::new();
                json::write_object(&members, &mut json);
                let mut scope = Scope::new();
                reader.nested(&json, |r| r.object(&mut scope))?;
                let scope = UserScope { place: ScopePlace(Some(index)), ..scope.scope };
                into.insert(scope.key.clone(), Some(Box::new(scope)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Go's `%q` of an `any`.
fn quoted_any(value: &Any) -> String {
    if *value == Any::Null { "%!q(<nil>)".into() } else { quoted_value(value) }
}

/// Go's `%q` of what stands in a list or a map.
fn quoted_value(value: &Any) -> String {
    match value {
        Any::Null => "<nil>".into(),
        Any::Bool(value) => format!("%!q(bool={value})"),
        Any::Number(number) => format!("%!q(float64={})", general(*number)),
        Any::String(text) => quote(text.as_bytes()),
        Any::Array(elements) => {
            format!("[{}]", elements.iter().map(quoted_value).collect::<Vec<_>>().join(" "))
        }
        Any::Object(members) => {
            let member = |(name, value): (&String, &Any)| {
                format!("{}:{}", quote(name.as_bytes()), quoted_value(value))
            };
            format!("map[{}]", members.iter().map(member).collect::<Vec<_>>().join(" "))
        }
        Any::Deep(json) => json.clone(),
    }
}

/// Go's `%v` of a float: the shortest digits, with an exponent of two digits at least below 1e-4 and from 1e21 on.
fn general(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}
