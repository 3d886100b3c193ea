//! What keys and tokens are, as far as start-up asks.
//!
//! The only door from start-up to the key and token floors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::token::{Account, Body, Claims, ClaimsData, Operator, User};

/// The kinds of keys that start-up tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Operator,
    Account,
    User,
    Server,
    Cluster,
    Curve,
}

impl Role {
    const ALL: [Self; 6] =
        [Self::Operator, Self::Account, Self::User, Self::Server, Self::Cluster, Self::Curve];

    fn prefix(self) -> u8 {
        8 * match self {
            Self::Operator => 14,
            Self::Account => 0,
            Self::User => 20,
            Self::Server => 13,
            Self::Cluster => 2,
            Self::Curve => 23,
        }
    }
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |mut crc, &byte| {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
        crc
    })
}

/// Go's lenient base32 without padding, with a checked sum: everything but the sum.
fn decode_key(text: &[u8]) -> Option<Vec<u8>> {
    let mut spec = data_encoding::Specification::new();
    spec.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    spec.check_trailing_bits = false;
    spec.ignore.push_str("\r\n");
    let raw = spec.encoding().ok()?.decode(text).ok()?;
    let (body, sum) = raw.split_at_checked(raw.len().checked_sub(2)?)?;
    let sum = u16::from_le_bytes(sum.try_into().ok()?);
    (raw.len() >= 4 && crc16(body) == sum).then(|| body.to_vec())
}

/// `nkeys.IsValidPublic…Key`.
pub(super) fn valid(role: Role, key: &str) -> bool {
    decode_key(key.as_bytes()).is_some_and(|k| k.first() == Some(&role.prefix()))
}

/// `nkeys.IsValidPublicKey`.
pub(super) fn any_key(key: &str) -> bool {
    Role::ALL.iter().any(|&role| valid(role, key))
}

/// Whether `nkeys.DecodeSeed` gives a user seed.
pub(super) fn user_seed(text: &str) -> bool {
    decode_key(text.as_bytes()).is_some_and(|k| {
        let (Some(a), Some(b)) = (k.first(), k.get(1)) else { return false };
        a & 0xf8 == 18 << 3 && ((a & 7) << 5 | (b & 0xf8) >> 3) == Role::User.prefix()
    })
}

/// `jwt.ParseDecoratedJWT` and the trimming around it: the token of an operator file.
pub(super) fn decorated(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim_end();
        let marker = line.len() >= 3 && line.starts_with("---") && line.ends_with("---");
        if inside && !marker && !line.trim().is_empty() {
            return Ok(line.trim().as_bytes().to_vec());
        }
        inside = marker && !inside;
    }
    Ok(text.trim().as_bytes().to_vec())
}

/// `jwt.DecodeOperatorClaims`.
pub(super) fn operator(token: &[u8]) -> Result<Claims, String> {
    typed(token, "operator", |b| matches!(b, Body::Operator(_)))
}

/// `jwt.DecodeAccountClaims`.
pub(super) fn account(token: &[u8]) -> Result<Claims, String> {
    typed(token, "account", |b| matches!(b, Body::Account(_)))
}

/// `jwt.DecodeUserClaims`.
pub(super) fn user(token: &[u8]) -> Result<Claims, String> {
    typed(token, "user", |b| matches!(b, Body::User(_)))
}

/// `HasEmptyPermissions`.
pub(super) fn no_permissions(user: &User) -> bool {
    user.permissions == crate::token::UserPermissionLimits::default()
}

/// Whether the claims' validation blocks at this time (`vr.IsBlocking(true)`).
pub(super) fn blocked(claims: &Claims, now: i64) -> bool {
    claims.data.exp > 0 && claims.data.exp < now || claims.data.nbf > 0 && claims.data.nbf > now
}

fn typed(token: &[u8], kind: &str, is: fn(&Body) -> bool) -> Result<Claims, String> {
    let claims = decode(token)?;
    if is(&claims.body) { Ok(claims) } else { Err(format!("not {kind} claim")) }
}

/// `jwt.Decode`: header, signature, issuer and subject, and the claims that start-up reads.
fn decode(token: &[u8]) -> Result<Claims, String> {
    let text = std::str::from_utf8(token).map_err(|_| "illegal base64 data at input byte 0".to_owned())?;
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return Err("expected 3 chunks".into()) };
    let bytes = |part: &str| {
        URL_SAFE_NO_PAD.decode(part).map_err(|_| "illegal base64 data at input byte 0".to_owned())
    };
    let (_, claims, signature) = (bytes(header)?, bytes(payload)?, bytes(signature)?);
    let tree: Json = serde_json::from_slice(&claims).map_err(|e| e.to_string())?;
    let at = |tree: &Json, name: &str| tree.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| tree.get(name).and_then(Json::as_i64).unwrap_or(0);
    let data = ClaimsData {
        aud: at(&tree, "aud"),
        exp: number("exp"),
        jti: at(&tree, "jti"),
        iat: number("iat"),
        iss: at(&tree, "iss"),
        name: at(&tree, "name"),
        nbf: number("nbf"),
        sub: at(&tree, "sub"),
    };
    let nats = tree.get("nats").cloned().unwrap_or(Json::Null);
    let version =
        nats.get("version").and_then(Json::as_i64).unwrap_or(if tree.get("type").is_some() { 1 } else { 0 });
    let claim_type = if version == 1 { at(&tree, "type") } else { at(&nats, "type") };
    if !(1..=2).contains(&version) {
        return Err(format!("library supports version 2 or less - received {version}"));
    }
    let signed =
        if version == 1 { payload.as_bytes().to_vec() } else { format!("{header}.{payload}").into_bytes() };
    let key = decode_key(data.iss.as_bytes()).unwrap_or_default();
    let verified = key
        .get(1..)
        .and_then(|k| ed25519_dalek::VerifyingKey::try_from(k).ok())
        .zip(ed25519_dalek::Signature::from_slice(&signature).ok())
        .is_some_and(|(k, s)| ed25519_dalek::Verifier::verify(&k, &signed, &s).is_ok());
    if !verified {
        return Err(format!("claim failed V{version} signature verification"));
    }
    let list = |name: &str| {
        let list = nats.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let flag = |name: &str| nats.get(name).and_then(Json::as_bool).unwrap_or(false);
    let body = match claim_type.as_str() {
        "operator" => Body::Operator(Operator {
            signing_keys: list("signing_keys"),
            account_server_url: at(&nats, "account_server_url"),
            operator_service_urls: list("operator_service_urls"),
            system_account: at(&nats, "system_account"),
            assert_server_version: at(&nats, "assert_server_version"),
            strict_signing_key_usage: flag("strict_signing_key_usage"),
        }),
        "account" => Body::Account(Box::<Account>::default()),
        "user" => {
            let mut user = User { issuer_account: at(&nats, "issuer_account"), ..User::default() };
            user.permissions.bearer_token = flag("bearer_token");
            Body::User(Box::new(user))
        }
        _ => Body::Generic(None),
    };
    Ok(Claims { data, claim_type, tags: list("tags"), version, body })
}
