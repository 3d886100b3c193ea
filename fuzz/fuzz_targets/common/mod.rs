//! A signer whose key protects nothing, so that payloads get signatures that hold.

use std::sync::LazyLock;

use jwtfix::nkey::{PublicKey, Seed};
use jwtfix::token::{self, HEADER, Signed};

/// 2026-11-23 12:00:00 UTC.
pub const NOW: i64 = 1_795_435_200;

static SEED: LazyLock<Seed> =
    LazyLock::new(|| Seed::parse(b"SAAAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAUN5U").expect("a seed"));

/// The signer's key.
pub fn public() -> PublicKey {
    SEED.public()
}

/// Signs as `jwtfix::token` wants it.
pub fn sign(_: &PublicKey, message: &[u8]) -> Result<Vec<u8>, String> {
    SEED.sign(message).map(Vec::from).map_err(|error| error.to_string())
}

/// Any bytes as a payload; `ISS` in them stands for the signer's key.
pub fn payload(data: &[u8]) -> String {
    String::from_utf8_lossy(data).replace("ISS", &public().to_string())
}

/// A token with this payload.
pub fn token(payload: &[u8], signed: Signed) -> String {
    token::assemble(HEADER, payload, signed, &public(), &sign).expect("the key signs")
}
