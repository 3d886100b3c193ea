//! Would Go take this text for a key? Exactly as lenient as `nkeys` v0.4.16, with its words.
//!
//! nats-server reads every key this way. What it accepts and [`super::PublicKey::parse`] does not: line ends anywhere,
//! one, three or six characters too many, and for [`is_public`] any length and low bits in the prefix byte.

use std::fmt;

use zeroize::Zeroizing;

use super::encoding;
use super::public::PublicKey;
use super::role::Role;
use super::seed::{self, SEED_PREFIX, Seed};

const PRIVATE: u8 = 15 << 3;
/// The upper five bits, which are a text's first letter.
const LETTER: u8 = 0xf8;

/// What Go's `nkeys` says when it refuses; its Display is Go's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoError {
    /// `base32.CorruptInputError`: the place, counted from 0 without line ends.
    #[error("illegal base32 data at input byte {0}")]
    Base32(usize),
    /// Fewer than four bytes.
    #[error("nkeys: invalid encoded key")]
    InvalidEncoding,
    /// The last two bytes are not the checksum of the others.
    #[error("nkeys: invalid checksum")]
    InvalidChecksum,
    /// Another letter in front than was asked for.
    #[error("nkeys: invalid prefix byte")]
    InvalidPrefixByte,
    /// No public prefix, or not 32 bytes behind it.
    #[error("nkeys: invalid public key")]
    InvalidPublicKey,
    /// No seed, one of no known role, or not of 32 bytes.
    #[error("nkeys: invalid seed")]
    InvalidSeed,
}

/// What stands in front of a text (Go's `PrefixByte`); its Display is Go's name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// A public key.
    Public(Role),
    /// A seed.
    Seed,
    /// A private key.
    Private,
    /// Nothing Go knows, or no key at all.
    Unknown,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Prefix::Public(role) => role.word(),
            Prefix::Seed => "seed",
            Prefix::Private => "private",
            Prefix::Unknown => "unknown",
        })
    }
}

/// Go's unexported `decode`: the bytes in front of a checksum that matches, prefix included, two at least.
///
/// # Errors
/// Go's.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, GoError> {
    let mut raw = Vec::new();
    decode_into(text.as_ref(), &mut raw)?;
    Ok(raw)
}

/// [`decode`] into a buffer that its owner wipes.
pub(super) fn decode_into(text: &[u8], raw: &mut Vec<u8>) -> Result<(), GoError> {
    encoding::decode_as_go(text, raw).map_err(GoError::Base32)?;
    if raw.len() < 4 {
        return Err(GoError::InvalidEncoding);
    }
    let length = encoding::checked(raw).ok_or(GoError::InvalidChecksum)?.len();
    raw.truncate(length);
    Ok(())
}

/// Go's `IsValidPublicUserKey` and its sisters: the letter and the checksum are right. Neither the length nor the low
/// bits of the prefix byte are looked at.
pub fn is_public(role: Role, text: &str) -> bool {
    // The first letter stands for the role alone: those of the alphabet tell it without the rest being read.
    if let Some(first @ (b'A'..=b'Z' | b'2'..=b'7')) = text.bytes().next()
        && char::from(first) != role.letter()
    {
        return false;
    }
    // Nearly every text is canonical; it needs no second reading then, and no memory.
    match PublicKey::parse(text) {
        Ok(key) => key.role() == role,
        Err(_) => decode(text).is_ok_and(|raw| raw[0] & LETTER == role.prefix()),
    }
}

/// Go's `IsValidPublicKey`: a public key of some role, of 32 bytes.
pub fn is_public_any(text: &str) -> bool {
    from_public_key(text).is_ok()
}

/// Go's `Prefix`.
pub fn prefix(text: &str) -> Prefix {
    if let Ok(key) = PublicKey::parse(text) {
        return Prefix::Public(key.role());
    }
    let Ok(raw) = decode(text) else { return Prefix::Unknown };
    match (Role::of_prefix(raw[0]), raw[0]) {
        (Some(role), _) => Prefix::Public(role),
        (None, PRIVATE) => Prefix::Private,
        (None, byte) if byte & LETTER == SEED_PREFIX => Prefix::Seed,
        _ => Prefix::Unknown,
    }
}

/// Go's `FromPublicKey`.
///
/// # Errors
/// Go's.
pub fn from_public_key(text: &str) -> Result<GoKey, GoError> {
    if let Ok(key) = PublicKey::parse(text) {
        return Ok(GoKey { key });
    }
    let raw = decode(text)?;
    let role = Role::of_prefix(raw[0]).ok_or(GoError::InvalidPublicKey)?;
    let bytes = raw[1..].try_into().map_err(|_| GoError::InvalidPublicKey)?;
    Ok(GoKey { key: PublicKey::new(role, bytes) })
}

/// Go's `FromSeed`. What it reads is written canonically from then on.
///
/// # Errors
/// Go's.
pub fn from_seed(text: &[u8]) -> Result<Seed, GoError> {
    let (role, raw) = seed_in(text)?;
    let mut secret = Box::new(Zeroizing::new([0; 32]));
    secret.copy_from_slice(&raw[2..]);
    Ok(Seed::new(role, secret))
}

/// The role of a seed that Go's `FromSeed` reads; its key is not made.
///
/// # Errors
/// Go's.
pub fn seed_role(text: &[u8]) -> Result<Role, GoError> {
    seed_in(text).map(|(role, _)| role)
}

/// A seed's role, and two bytes of prefix and 32 of secret.
fn seed_in(text: &[u8]) -> Result<(Role, Zeroizing<Vec<u8>>), GoError> {
    let mut raw = Zeroizing::new(Vec::new());
    decode_into(text, &mut raw)?;
    let [first, second, bytes @ ..] = &raw[..] else { return Err(GoError::InvalidEncoding) };
    let role = seed::role_of(*first, *second).ok_or(GoError::InvalidSeed)?;
    if bytes.len() == 32 { Ok((role, raw)) } else { Err(GoError::InvalidSeed) }
}

/// Whether `FromPublicKey` before v0.4.16 gave out a key that then panics in `Verify`, because it has another length
/// than 32 bytes: how many it has. A server before 2.12.10 and 2.14.2 that meets a token of such an issuer stops
/// answering (advisory NATS-2026-23).
pub fn panics_before_0_4_16(text: &str) -> Option<usize> {
    if PublicKey::parse(text).is_ok() {
        return None;
    }
    let raw = decode(text).ok()?;
    Role::of_prefix(raw[0])?;
    let length = raw.len() - 1;
    (length != 32).then_some(length)
}

/// A public key as Go has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GoKey {
    key: PublicKey,
}

impl GoKey {
    /// The same key; its text is the canonical one, whatever was read.
    pub const fn public(&self) -> PublicKey {
        self.key
    }

    /// What the key is for.
    pub const fn role(&self) -> Role {
        self.key.role()
    }

    /// Whether Go's `Verify` returns no error. It does not ask for the role: even a curve key is tried.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify(message, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys_as_go_0_4_16_does() {
        let table = include_str!("../../testdata/nkey/go-public.tsv");
        let mut rows = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let [text, user, any, prefix_word, error] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("five columns: {line}")
            };
            let text: String = serde_json::from_str(text).expect("a JSON string");
            assert_eq!(is_public(Role::User, &text).to_string(), user, "IsValidPublicUserKey {line}");
            assert_eq!(is_public_any(&text).to_string(), any, "IsValidPublicKey {line}");
            assert_eq!(prefix(&text).to_string(), prefix_word, "Prefix {line}");
            let said = from_public_key(&text).err().map_or("<nil>".to_owned(), |error| error.to_string());
            assert_eq!(said, error, "FromPublicKey {line}");
            rows += 1;
        }
        assert!(rows > 40, "{rows}");
    }

    #[test]
    fn another_length_is_told() {
        assert_eq!(panics_before_0_4_16("UAAV6DI"), Some(1));
        assert_eq!(
            panics_before_0_4_16("UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435CCIJBGMVY"),
            Some(35)
        );
        for harmless in ["UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4", "", "nonsense"] {
            assert_eq!(panics_before_0_4_16(harmless), None, "{harmless}");
        }
    }
}
