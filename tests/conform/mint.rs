//! Which keys and tokens do the worlds have?
//!
//! Keys come out of their labels, so that no seed is ever written down: a recording names the public key that signs,
//! and [`signer`] finds the key again. Tokens are made of any JSON, and with the faults a test asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::BASE32_NOPAD;
use nkeys::{KeyPair, KeyPairType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A key pair by its role and label.
pub struct Key {
    pair: KeyPair,
    /// The public key, 56 characters.
    pub public: String,
}

static KEYS: LazyLock<Mutex<BTreeMap<String, Arc<Key>>>> = LazyLock::new(Mutex::default);

/// The key of a role (`O`, `A`, `U`, `N`, `C`) and a label, always the same.
pub fn key(role: char, label: &str) -> Arc<Key> {
    let kind = match role {
        'O' => KeyPairType::Operator,
        'A' => KeyPairType::Account,
        'U' => KeyPairType::User,
        'N' => KeyPairType::Server,
        'C' => KeyPairType::Cluster,
        other => panic!("no role {other}"),
    };
    let raw = Sha256::digest(format!("jwtfix conformance {role} {label}"));
    let pair = KeyPair::new_from_raw(kind, raw.into()).expect("32 bytes are a key");
    let key = Arc::new(Key { public: pair.public_key(), pair });
    KEYS.lock().expect("no test panics here").insert(key.public.clone(), key.clone());
    key
}

/// The public key of a role and label.
pub fn public(role: char, label: &str) -> String {
    key(role, label).public.clone()
}

/// Bytes as a key is written: base32 with its checksum, whatever their number.
pub fn written(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0u16, |mut sum, &byte| {
        sum ^= u16::from(byte) << 8;
        for _ in 0..8 {
            sum = if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 };
        }
        sum
    });
    BASE32_NOPAD.encode(&[bytes, &sum.to_le_bytes()].concat())
}

/// A public curve key, which no test needs the other half of.
pub fn curve(label: &str) -> String {
    written(&[&[23 << 3], Sha256::digest(label).as_slice()].concat())
}

/// The key that belongs to a public key, if this process made it.
pub fn signer(public: &str) -> Option<Arc<Key>> {
    KEYS.lock().expect("no test panics here").get(public).cloned()
}

impl Key {
    /// The seed, for files that a test writes into a directory of its own.
    pub fn seed(&self) -> String {
        self.pair.seed().expect("a whole key has a seed")
    }

    /// Signs.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).expect("a whole key signs")
    }
}

/// A token as a recording writes it: readable where that loses nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Token {
    /// The usual header, claims that are written without blanks, a signature.
    Claims { claims: Value, sig: String },
    /// Header and payload as they are written.
    Written { header: String, payload: String, sig: String },
    /// Something that no longer has these parts.
    Text(String),
}

pub const HEADER: &str = r#"{"typ":"JWT","alg":"ed25519-nkey"}"#;

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Token {
    /// The token itself.
    pub fn text(&self) -> String {
        match self {
            Self::Claims { claims, sig } => format!("{}.{}.{sig}", b64(HEADER), b64(claims.to_string())),
            Self::Written { header, payload, sig } => format!("{}.{}.{sig}", b64(header), b64(payload)),
            Self::Text(text) => text.clone(),
        }
    }

    /// The most readable form that gives exactly this text.
    pub fn of(text: &str) -> Self {
        let whole = Self::Text(text.to_owned());
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, sig] = parts.as_slice() else { return whole };
        let plain =
            |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let (Some(header), Some(payload)) = (plain(header), plain(payload)) else { return whole };
        let sig = (*sig).to_owned();
        if header == HEADER
            && let Ok(claims) = serde_json::from_str::<Value>(&payload)
            && serde_json::to_string(&claims).is_ok_and(|written| written == payload)
        {
            return Self::Claims { claims, sig };
        }
        let written = Self::Written { header, payload, sig };
        if written.text() == text { written } else { whole }
    }
}

/// How a token is made.
#[derive(Debug, Clone)]
pub struct Form {
    /// The header's text.
    pub header: String,
    /// What is signed: the payload alone (version 1) or header and payload.
    pub payload_alone: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self { header: HEADER.into(), payload_alone: false }
    }
}

impl Form {
    /// A version 1 token.
    pub fn v1() -> Self {
        Self { header: r#"{"typ":"jwt","alg":"ed25519"}"#.into(), payload_alone: true }
    }

    /// Makes the text of a token out of the payload's text.
    pub fn sign(&self, payload: &str, by: &Key) -> String {
        let (header, payload) = (b64(&self.header), b64(payload));
        let signed = if self.payload_alone { payload.clone() } else { format!("{header}.{payload}") };
        format!("{header}.{payload}.{}", b64(by.sign(signed.as_bytes())))
    }
}

/// A version 2 token.
pub fn v2(claims: &Value, by: &Key) -> String {
    Form::default().sign(&claims.to_string(), by)
}

/// How a nonce is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// By this public key, as clients do it.
    By(String),
    /// By this public key, in padded standard base64.
    Padded(String),
    /// By this public key, but another nonce.
    Stale(String),
    /// This text.
    Text(String),
}

impl Sign {
    /// The text of `sig` for a nonce.
    pub fn text(&self, nonce: &str) -> String {
        let by = |public: &String, bytes: &[u8]| signer(public).expect("a key of this process").sign(bytes);
        match self {
            Self::By(key) => b64(by(key, nonce.as_bytes())),
            Self::Padded(key) => STANDARD.encode(by(key, nonce.as_bytes())),
            Self::Stale(key) => b64(by(key, b"another nonce")),
            Self::Text(text) => text.clone(),
        }
    }
}
