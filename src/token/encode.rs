//! How does Go's library write a token? To the byte: order of members, what is left out, escapes, JTI, signature.
//!
//! Source: `nats-io/jwt/v2`, `claims.go: encode`, and the `json` tags of its structures.

use sha2::{Digest, Sha512_256};

use super::base64;
use super::claims::*;
use super::decode::{Signed, issuers};
use super::json::{write_integer, write_object, write_string};
use crate::nkey::{PublicKey, Role};

/// Why a token is not written. Displays as Go's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// `sub` is empty.
    #[error("subject is not set")]
    NoSubject,
    /// `sub` is not a key of the kind's role.
    #[error("{0}")]
    Subject(&'static str),
    /// The signer's role may not sign this kind.
    #[error("unable to validate expected prefixes - [{}]", .0.iter().map(|role| role.word()).collect::<Vec<_>>().join(" "))]
    Prefixes(&'static [Role]),
    /// A sampling rate that is neither 0 nor a percentage.
    #[error("json: error calling MarshalJSON for type jwt.SamplingRate: unknown sampling rate")]
    Sampling,
    /// The signer gave no signature: its reason.
    #[error("{0}")]
    Signer(String),
}

/// Signs bytes with the key whose public part is given; an error is the reason in words.
pub type Sign<'a> = &'a dyn Fn(&PublicKey, &[u8]) -> Result<Vec<u8>, String>;

/// Go's `Encode` at the Unix second `now`: sets `iss`, `iat`, `jti`, the type and version 2, sorts exports and imports,
/// and signs. `claims` are left as Go leaves them.
///
/// # Errors
/// Go's: a subject or a signer of a wrong role, or what has no JSON.
pub fn encode(
    claims: &mut Claims,
    signer: &PublicKey,
    now: i64,
    sign: Sign<'_>,
) -> Result<String, EncodeError> {
    check(claims, signer)?;
    if let Body::Account(account) = &mut claims.body {
        // Go's sort is not stable beyond twelve; equal subjects may come out in another order there.
        account.exports.sort_by(|a, b| subject(a, |e| &e.subject).cmp(subject(b, |e| &e.subject)));
        account.imports.sort_by(|a, b| subject(a, |i| &i.subject).cmp(subject(b, |i| &i.subject)));
    }
    if claims.kind() != Kind::Generic {
        claims.claim_type = claims.kind().word().to_owned();
        claims.version = 2;
    } else if let Body::Generic(Some(nats)) = &mut claims.body {
        nats.insert("version".into(), super::json::Any::Number(2.0));
    }
    claims.data.iss = signer.to_string();
    claims.data.iat = now;
    claims.data.jti = jti(&claims.data);
    let payload = payload(claims)?;
    assemble(HEADER, &payload, Signed::HeaderAndPayload, signer, sign)
}

/// The header of a token of version 2.
pub const HEADER: &str = r#"{"typ":"JWT","alg":"ed25519-nkey"}"#;

/// Puts a token together from its JSON, and signs it.
///
/// # Errors
/// The signer's.
pub fn assemble(
    header: &str,
    payload: &[u8],
    signed: Signed,
    signer: &PublicKey,
    sign: Sign<'_>,
) -> Result<String, EncodeError> {
    let header = base64::encode(header.as_bytes());
    let mut token = format!("{header}.{}", base64::encode(payload));
    let message = match signed {
        Signed::Payload => &token[header.len() + 1..],
        Signed::HeaderAndPayload => &token[..],
    };
    let signature = sign(signer, message.as_bytes()).map_err(EncodeError::Signer)?;
    token.push('.');
    token.push_str(&base64::encode(&signature));
    Ok(token)
}

fn subject<'a, T>(of: &'a Option<T>, subject: impl Fn(&'a T) -> &'a String) -> &'a str {
    of.as_ref().map_or("", |of| subject(of))
}

fn check(claims: &Claims, signer: &PublicKey) -> Result<(), EncodeError> {
    let sub = claims.data.sub.as_str();
    let wanted = match claims.kind() {
        Kind::Operator => Some((Role::Operator, "expected subject to be an operator public key")),
        Kind::Account => Some((Role::Account, "expected subject to be account public key")),
        Kind::User => Some((Role::User, "expected subject to be user public key")),
        Kind::Activation => Some((Role::Account, "expected subject to be an account")),
        _ => None,
    };
    if let Some((role, text)) = wanted
        && !crate::nkey::go::is_public(role, sub)
    {
        return Err(EncodeError::Subject(text));
    }
    if sub.is_empty() {
        return Err(EncodeError::NoSubject);
    }
    let roles = issuers(claims.kind());
    if !roles.is_empty() && !roles.contains(&signer.role()) {
        return Err(EncodeError::Prefixes(roles));
    }
    Ok(())
}

/// The token's identifier: a hash of the registered claims without `jti`, in base32 (`ClaimsData.hash`).
pub fn jti(data: &ClaimsData) -> String {
    let mut json = Object::new(Vec::with_capacity(256));
    registered(data, "", &mut json);
    hash(&json.end())
}

/// SHA-512/256 in base32.
pub(super) fn hash(json: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(&Sha512_256::digest(json))
}

/// The payload's JSON as the claims stand: nothing is set, nothing is sorted.
///
/// # Errors
/// A sampling rate that Go does not write.
pub fn payload(claims: &Claims) -> Result<Vec<u8>, EncodeError> {
    let mut object = Object::new(Vec::with_capacity(1024));
    registered(&claims.data, &claims.data.jti, &mut object);
    match &claims.body {
        Body::Generic(nats) => {
            if let Some(nats) = nats.as_ref().filter(|nats| !nats.is_empty()) {
                object.member("nats", |out| write_object(nats, out));
            }
        }
        _ => object.try_object("nats", |nats| {
            match &claims.body {
                Body::Operator(body) => operator(body, nats),
                Body::Account(body) => account(body, nats)?,
                Body::User(body) => {
                    user_limits(&body.permissions, nats);
                    nats.text("issuer_account", &body.issuer_account);
                }
                Body::Activation(body) => {
                    nats.text("subject", &body.subject);
                    export_type("kind", body.kind, nats);
                    nats.text("issuer_account", &body.issuer_account);
                }
                Body::AuthorizationRequest(body) => authorization_request(body, nats),
                Body::AuthorizationResponse(body) => {
                    nats.text("jwt", &body.jwt);
                    nats.text("error", &body.error);
                    nats.text("issuer_account", &body.issuer_account);
                }
                Body::Generic(_) => {}
            }
            nats.texts("tags", &claims.tags);
            nats.text("type", &claims.claim_type);
            nats.number("version", claims.version);
            Ok(())
        })?,
    }
    Ok(object.end())
}

/// An object in the making. `text`, `number`, … leave out what is empty, as `omitempty` does.
struct Object {
    out: Vec<u8>,
    empty: bool,
}

impl Object {
    fn new(mut out: Vec<u8>) -> Object {
        out.push(b'{');
        Object { out, empty: true }
    }

    fn end(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        write_string(name, &mut self.out);
        self.out.push(b':');
    }

    fn member(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.name(name);
        write(&mut self.out);
    }

    fn try_object(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Object) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.name(name);
        nested(&mut self.out, write)
    }

    fn object(&mut self, name: &str, write: impl FnOnce(&mut Object)) {
        let written = self.try_object(name, |object| {
            write(object);
            Ok(())
        });
        debug_assert!(written.is_ok(), "what cannot fail has failed");
    }

    fn always(&mut self, name: &str, text: &str) {
        self.member(name, |out| write_string(text, out));
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.always(name, text);
        }
    }

    fn number(&mut self, name: &str, number: i64) {
        if number != 0 {
            self.member(name, |out| write_integer(number, out));
        }
    }

    fn unsigned(&mut self, name: &str, number: u64) {
        if number != 0 {
            self.member(name, |out| out.extend(number.to_string().bytes()));
        }
    }

    fn truth(&mut self, name: &str, truth: bool) {
        if truth {
            self.member(name, |out| out.extend(b"true"));
        }
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.member(name, |out| list(texts, out, |text, out| write_string(text, out)));
        }
    }

    fn seconds(&mut self, name: &str, map: &std::collections::BTreeMap<String, i64>) {
        if !map.is_empty() {
            self.object(name, |object| {
                map.iter().for_each(|(key, second)| object.member(key, |out| write_integer(*second, out)));
            });
        }
    }
}

fn nested(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Object) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let mut object = Object::new(std::mem::take(out));
    let written = write(&mut object);
    *out = object.end();
    written
}

fn list<T>(elements: &[T], out: &mut Vec<u8>, mut write: impl FnMut(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(element, out);
    }
    out.push(b']');
}

fn registered(data: &ClaimsData, jti: &str, object: &mut Object) {
    object.text("aud", &data.aud);
    object.number("exp", data.exp);
    object.text("jti", jti);
    object.number("iat", data.iat);
    object.text("iss", &data.iss);
    object.text("name", &data.name);
    object.number("nbf", data.nbf);
    object.text("sub", &data.sub);
}

fn operator(operator: &Operator, nats: &mut Object) {
    nats.texts("signing_keys", &operator.signing_keys);
    nats.text("account_server_url", &operator.account_server_url);
    nats.texts("operator_service_urls", &operator.operator_service_urls);
    nats.text("system_account", &operator.system_account);
    nats.text("assert_server_version", &operator.assert_server_version);
    nats.truth("strict_signing_key_usage", operator.strict_signing_key_usage);
}

fn account(account: &Account, nats: &mut Object) -> Result<(), EncodeError> {
    let mut failed = Ok(());
    let mut elements = |out: &mut Vec<u8>, write: &dyn Fn(&mut Object) -> Result<(), EncodeError>| {
        let written = nested(out, write);
        if failed.is_ok() {
            failed = written;
        }
    };
    if !account.imports.is_empty() {
        nats.member("imports", |out| {
            list(&account.imports, out, |element, out| match element {
                Some(element) => elements(out, &|object| {
                    import(element, object);
                    Ok(())
                }),
                None => out.extend(b"null"),
            });
        });
    }
    if !account.exports.is_empty() {
        nats.member("exports", |out| {
            list(&account.exports, out, |element, out| match element {
                Some(element) => elements(out, &|object| export(element, object)),
                None => out.extend(b"null"),
            });
        });
    }
    failed?;
    nats.object("limits", |limits| operator_limits(&account.limits, limits));
    if !account.signing_keys.is_empty() {
        let keys: Vec<_> = account.signing_keys.iter().collect();
        nats.member("signing_keys", |out| {
            list(&keys, out, |(key, scope), out| match scope {
                Some(scope) => {
                    let mut object = Object::new(std::mem::take(out));
                    user_scope(scope, &mut object);
                    *out = object.end();
                }
                None => write_string(key, out),
            });
        });
    }
    nats.seconds("revocations", &account.revocations);
    nats.object("default_permissions", |object| permissions(&account.default_permissions, object));
    if !account.mappings.is_empty() {
        nats.object("mappings", |mappings| {
            for (source, targets) in &account.mappings {
                mappings.member(source, |out| match targets {
                    Some(targets) => list(targets, out, |target, out| {
                        let mut object = Object::new(std::mem::take(out));
                        object.always("subject", &target.subject);
                        object.number("weight", target.weight.into());
                        object.text("cluster", &target.cluster);
                        *out = object.end();
                    }),
                    None => out.extend(b"null"),
                });
            }
        });
    }
    nats.object("authorization", |object| {
        object.texts("auth_users", &account.authorization.auth_users);
        object.texts("allowed_accounts", &account.authorization.allowed_accounts);
        object.text("xkey", &account.authorization.xkey);
    });
    if let Some(trace) = &account.trace {
        nats.object("trace", |object| {
            object.text("dest", &trace.dest);
            object.number("sampling", trace.sampling);
        });
    }
    nats.text("cluster_traffic", &account.cluster_traffic);
    nats.text("description", &account.description);
    nats.text("info_url", &account.info_url);
    Ok(())
}

fn operator_limits(limits: &OperatorLimits, object: &mut Object) {
    object.number("subs", limits.subs);
    object.number("data", limits.data);
    object.number("payload", limits.payload);
    object.number("imports", limits.imports);
    object.number("exports", limits.exports);
    object.truth("wildcards", limits.wildcards);
    object.truth("disallow_bearer", limits.disallow_bearer);
    object.number("conn", limits.conn);
    object.number("leaf", limits.leaf);
    jetstream(&limits.jetstream, object);
    if !limits.tiered_limits.is_empty() {
        object.object("tiered_limits", |tiers| {
            for (tier, limits) in &limits.tiered_limits {
                tiers.object(tier, |object| jetstream(limits, object));
            }
        });
    }
}

fn jetstream(limits: &JetStreamLimits, object: &mut Object) {
    object.number("mem_storage", limits.mem_storage);
    object.number("disk_storage", limits.disk_storage);
    object.number("streams", limits.streams);
    object.number("consumer", limits.consumer);
    object.number("max_ack_pending", limits.max_ack_pending);
    object.number("mem_max_stream_bytes", limits.mem_max_stream_bytes);
    object.number("disk_max_stream_bytes", limits.disk_max_stream_bytes);
    object.truth("max_bytes_required", limits.max_bytes_required);
}

fn export_type(name: &str, kind: ExportType, object: &mut Object) {
    if kind != ExportType::Unknown {
        object.always(name, kind.word());
    }
}

fn export(export: &Export, object: &mut Object) -> Result<(), EncodeError> {
    object.text("name", &export.name);
    object.text("subject", &export.subject);
    export_type("type", export.kind, object);
    object.truth("token_req", export.token_req);
    object.seconds("revocations", &export.revocations);
    object.text("response_type", &export.response_type);
    object.number("response_threshold", export.response_threshold);
    if let Some(latency) = &export.service_latency {
        if !(0..=100).contains(&latency.sampling) {
            return Err(EncodeError::Sampling);
        }
        object.object("service_latency", |object| {
            object.member("sampling", |out| match latency.sampling {
                0 => out.extend(b"\"headers\""),
                percent => write_integer(percent, out),
            });
            object.always("results", &latency.results);
        });
    }
    object.unsigned("account_token_position", export.account_token_position);
    object.truth("advertise", export.advertise);
    object.truth("allow_trace", export.allow_trace);
    object.text("description", &export.description);
    object.text("info_url", &export.info_url);
    Ok(())
}

fn import(import: &Import, object: &mut Object) {
    object.text("name", &import.name);
    object.text("subject", &import.subject);
    object.text("account", &import.account);
    object.text("token", &import.token);
    object.text("to", &import.to);
    object.text("local_subject", &import.local_subject);
    export_type("type", import.kind, object);
    object.truth("share", import.share);
    object.truth("allow_trace", import.allow_trace);
}

fn permissions(permissions: &Permissions, object: &mut Object) {
    for (name, permission) in [("pub", &permissions.publish), ("sub", &permissions.subscribe)] {
        object.object(name, |object| {
            object.texts("allow", permission.allowed());
            object.texts("deny", permission.denied());
        });
    }
    if let Some(resp) = permissions.resp {
        object.object("resp", |object| {
            object.member("max", |out| write_integer(resp.max, out));
            object.member("ttl", |out| write_integer(resp.ttl, out));
        });
    }
}

fn user_limits(limits: &UserPermissionLimits, object: &mut Object) {
    permissions(&limits.permissions, object);
    object.texts("src", limits.src.as_deref().unwrap_or_default());
    if let Some(times) = limits.times.as_deref().filter(|times| !times.is_empty()) {
        object.member("times", |out| {
            list(times, out, |range, out| {
                let mut object = Object::new(std::mem::take(out));
                object.text("start", &range.start);
                object.text("end", &range.end);
                *out = object.end();
            });
        });
    }
    object.text("times_location", &limits.times_location);
    object.number("subs", limits.subs);
    object.number("data", limits.data);
    object.number("payload", limits.payload);
    object.truth("bearer_token", limits.bearer_token);
    object.truth("proxy_required", limits.proxy_required);
    object.texts("allowed_connection_types", limits.allowed_connection_types.as_deref().unwrap_or_default());
}

fn user_scope(scope: &UserScope, object: &mut Object) {
    object.always("kind", "user_scope");
    object.always("key", &scope.key);
    object.always("role", &scope.role);
    object.object("template", |template| user_limits(&scope.template, template));
    object.always("description", &scope.description);
}

fn authorization_request(request: &AuthorizationRequest, nats: &mut Object) {
    nats.object("server_id", |object| {
        let id = &request.server_id;
        object.always("name", &id.name);
        object.always("host", &id.host);
        object.always("id", &id.id);
        object.text("version", &id.version);
        object.text("cluster", &id.cluster);
        object.texts("tags", &id.tags);
        object.text("xkey", &id.xkey);
    });
    nats.always("user_nkey", &request.user_nkey);
    nats.object("client_info", |object| {
        let info = &request.client_info;
        object.text("host", &info.host);
        object.unsigned("id", info.id);
        object.text("user", &info.user);
        object.text("name", &info.name);
        object.texts("tags", &info.tags);
        object.text("name_tag", &info.name_tag);
        object.text("kind", &info.kind);
        object.text("type", &info.client_type);
        object.text("mqtt_id", &info.mqtt_id);
        object.text("nonce", &info.nonce);
    });
    nats.object("connect_opts", |object| {
        let options = &request.connect_opts;
        object.text("jwt", &options.jwt);
        object.text("nkey", &options.nkey);
        object.text("sig", &options.sig);
        object.text("auth_token", &options.auth_token);
        object.text("user", &options.user);
        object.text("pass", &options.pass);
        object.text("name", &options.name);
        object.text("lang", &options.lang);
        object.text("version", &options.version);
        object.member("protocol", |out| write_integer(options.protocol, out));
    });
    if let Some(tls) = &request.client_tls {
        nats.object("client_tls", |object| {
            object.text("version", &tls.version);
            object.text("cipher", &tls.cipher);
            object.texts("certs", &tls.certs);
            if !tls.verified_chains.is_empty() {
                object.member("verified_chains", |out| {
                    list(&tls.verified_chains, out, |chain, out| match chain {
                        Some(chain) => list(chain, out, |certificate, out| write_string(certificate, out)),
                        None => out.extend(b"null"),
                    });
                });
            }
        });
    }
    nats.text("request_nonce", &request.request_nonce);
}
