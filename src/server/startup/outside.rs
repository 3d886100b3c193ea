//! What keys and tokens are, as far as start-up asks.
//!
//! The only door from start-up to the key and token floors.

use crate::cores;
use crate::file::creds;
use crate::file::version::Version;
use crate::nkey::{Batch, go};
use crate::server::{terms, tokens};
use crate::token::{Claims, User};

pub(super) use crate::nkey::Role;

/// `nkeys.IsValidPublic…Key`.
pub(super) fn valid(role: Role, key: &str) -> bool {
    go::is_public(role, key)
}

/// `nkeys.IsValidPublicKey`.
pub(super) fn any_key(key: &str) -> bool {
    go::is_public_any(key)
}

/// Whether `nkeys.FromSeed` takes it for a user's seed.
pub(super) fn user_seed(text: &str) -> bool {
    go::from_seed(text.as_bytes()).is_ok_and(|seed| seed.role() == Role::User)
}

/// `jwt.ParseDecoratedJWT`: the token of an operator file.
pub(super) fn decorated(bytes: &[u8]) -> &[u8] {
    creds::decorated_token(bytes)
}

/// `jwt.DecodeOperatorClaims`.
pub(super) fn operator(token: &[u8], version: Version) -> Result<Claims, String> {
    tokens::operator(token, version).map_err(|unusable| unusable.text)
}

/// `jwt.DecodeAccountClaims`.
pub(super) fn account(token: &[u8], version: Version) -> Result<Claims, String> {
    tokens::account(token, version).map_err(|unusable| unusable.text)
}

/// Tokens whose signatures are verified together.
const TOGETHER: usize = 128;

/// `jwt.DecodeAccountClaims` of many, in their order: of each that decodes, whether its validation blocks it at this
/// time.
pub(super) fn accounts(all: &[&[u8]], now: i64, version: Version) -> Vec<Option<bool>> {
    let batch = Batch::new();
    cores::spread(all, 4 * TOGETHER, |some| {
        let claims = some.chunks(TOGETHER).flat_map(|some| tokens::accounts(some, version, &batch));
        claims.map(|claims| claims.ok().map(|claims| blocked(&claims, now, version))).collect()
    })
}

/// `jwt.DecodeUserClaims`.
pub(super) fn user(token: &[u8], version: Version) -> Result<Claims, String> {
    tokens::user(token, version).map_err(|unusable| unusable.text)
}

/// `HasEmptyPermissions`.
pub(super) fn no_permissions(user: &User) -> bool {
    terms::not_zero(&user.permissions).is_empty()
}

/// Whether the claims' validation blocks at this time (`vr.IsBlocking(true)`).
pub(super) fn blocked(claims: &Claims, now: i64, version: Version) -> bool {
    tokens::blocking(&tokens::issues(claims, now, version)).next().is_some()
}
