//! Which secret is this, and what does it sign? The only type that holds one.

use std::fmt;
use std::sync::OnceLock;

use nkeys::{KeyPair, KeyPairType, XKey};
use zeroize::Zeroizing;

use super::encoding::{self, crc16};
use super::error::KeyError;
use super::public::PublicKey;
use super::role::Role;

/// Characters of a seed.
const LENGTH: usize = 58;
/// Two prefix bytes, the secret, the checksum.
const RAW: usize = 2 + 32 + 2;
pub(super) const SEED_PREFIX: u8 = 18 << 3;

/// A secret key. It is wiped when dropped, its Debug names the public key alone, and what could carry the secret away
/// by mistake is not there: the only way out is [`Seed::expose`].
///
/// ```
/// # use jwtfix::nkey::{Role, Seed};
/// let seed = Seed::generate(Role::User);
/// let signature = seed.sign(b"nonce")?;
/// assert!(seed.public().verify(b"nonce", &signature));
/// # Ok::<(), jwtfix::nkey::KeyError>(())
/// ```
///
/// It cannot be printed,
/// ```compile_fail,E0277
/// # use jwtfix::nkey::{Role, Seed};
/// let seed = Seed::generate(Role::User);
/// println!("{seed}");
/// ```
/// copied,
/// ```compile_fail,E0599
/// # use jwtfix::nkey::{Role, Seed};
/// let seed = Seed::generate(Role::User);
/// let copy: Seed = seed.clone();
/// ```
/// compared,
/// ```compile_fail,E0369
/// # use jwtfix::nkey::{Role, Seed};
/// let seed = Seed::generate(Role::User);
/// assert!(seed == seed);
/// ```
/// or serialized.
/// ```compile_fail,E0277
/// # use jwtfix::nkey::{Role, Seed};
/// let seed = Seed::generate(Role::User);
/// serde_json::to_string(&seed);
/// ```
pub struct Seed {
    public: PublicKey,
    secret: Box<Zeroizing<[u8; 32]>>,
    /// Absent for a curve key, which signs nothing. In a box, so that moving the seed leaves no copy behind.
    pair: Option<Box<KeyPair>>,
}

impl Seed {
    /// Reads the canonical spelling and no other, as [`PublicKey::parse`] does. `nkeys`' own reading is not used: it
    /// takes a seed of an unknown role for an operator's.
    ///
    /// # Errors
    /// Says what about the text is wrong, never the text.
    pub fn parse(text: &[u8]) -> Result<Seed, KeyError> {
        let (role, raw) = decode(text)?;
        let mut secret = Box::new(Zeroizing::new([0; 32]));
        secret.copy_from_slice(&raw[2..34]);
        Ok(Seed::new(role, secret))
    }

    /// The role of a seed that [`Seed::parse`] reads; its key is not made.
    ///
    /// # Errors
    /// Those of [`Seed::parse`].
    pub fn role_in(text: &[u8]) -> Result<Role, KeyError> {
        decode(text).map(|(role, _)| role)
    }

    /// A new key from the operating system's random numbers.
    pub fn generate(role: Role) -> Seed {
        let mut secret = Box::new(Zeroizing::new([0; 32]));
        getrandom::getrandom(&mut **secret).expect("the operating system has random numbers");
        Seed::new(role, secret)
    }

    pub(super) fn new(role: Role, secret: Box<Zeroizing<[u8; 32]>>) -> Seed {
        let kind = match role {
            Role::Account => KeyPairType::Account,
            Role::Cluster => KeyPairType::Cluster,
            Role::Server => KeyPairType::Server,
            Role::Operator => KeyPairType::Operator,
            Role::User => KeyPairType::User,
            // `KeyPair` would make an Ed25519 key of it, whose public key is not the X25519 one that Go has.
            Role::Curve => {
                let public = XKey::new_from_raw(**secret).public_key();
                return Seed { public: own_words(&public), secret, pair: None };
            }
        };
        let pair = Box::new(KeyPair::new_from_raw(kind, **secret).expect("any 32 bytes are a secret key"));
        Seed { public: own_words(&pair.public_key()), secret, pair: Some(pair) }
    }

    /// What the key is for.
    pub const fn role(&self) -> Role {
        self.public.role()
    }

    /// The public key that belongs to it.
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs, as Go does: the same message always gets the same signature.
    ///
    /// # Errors
    /// [`KeyError::CannotSign`] for a curve key.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        let signature = self.pair.as_ref().and_then(|pair| pair.sign(message).ok());
        signature.and_then(|bytes| bytes.try_into().ok()).ok_or(KeyError::CannotSign)
    }

    /// The seed as text, for the files whose purpose is to hold it. It is wiped when dropped.
    pub fn expose(&self) -> Zeroizing<String> {
        let prefix = self.role().prefix();
        let mut raw = Zeroizing::new([0; RAW]);
        raw[0] = SEED_PREFIX | prefix >> 5;
        raw[1] = (prefix & 31) << 3;
        raw[2..34].copy_from_slice(&**self.secret);
        let crc = crc16(&raw[..34]).to_le_bytes();
        raw[34..].copy_from_slice(&crc);
        let mut text = vec![0; LENGTH];
        encoding::encode(&*raw, &mut text);
        Zeroizing::new(String::from_utf8(text).expect("base32 is ASCII"))
    }

    /// `nkeys` keeps the secret in memory that it does not wipe: another key is written over it, in place.
    fn wipe(&mut self) {
        static BLANK: OnceLock<KeyPair> = OnceLock::new();
        let blank =
            || KeyPair::new_from_raw(KeyPairType::User, [0; 32]).expect("any 32 bytes are a secret key");
        if let Some(pair) = &mut self.pair {
            **pair = BLANK.get_or_init(blank).clone();
            // What nobody reads need not be written: here somebody might.
            std::hint::black_box(pair);
        }
    }
}

/// A seed's role, and its bytes with prefix and checksum.
fn decode(text: &[u8]) -> Result<(Role, Zeroizing<[u8; RAW]>), KeyError> {
    let mut raw = Zeroizing::new([0; RAW]);
    if let Err(error) = encoding::decode_strictly(text, &mut *raw) {
        let public = std::str::from_utf8(text).is_ok_and(|text| PublicKey::parse(text).is_ok());
        return Err(if public { KeyError::Public } else { error });
    }
    let [first, second, ..] = *raw;
    let role = role_of(first, second).filter(|_| second & 7 == 0).ok_or(KeyError::NotSeed)?;
    Ok((role, raw))
}

/// The role that the first two bytes of a seed name, whatever its low bits.
pub(super) fn role_of(first: u8, second: u8) -> Option<Role> {
    let role = Role::of_prefix((first & 7) << 5 | second >> 3);
    role.filter(|_| first & 0xf8 == SEED_PREFIX)
}

fn own_words(public: &str) -> PublicKey {
    PublicKey::parse(public).expect("nkeys writes canonical keys")
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seed(redacted, of {})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: &str = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";

    #[test]
    fn seeds_and_public_keys_are_go_s() {
        for (seed, public) in [
            (
                "SOAACAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIATA",
                "OCFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYOCS",
            ),
            (
                "SAAAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAUN5U",
                "ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R",
            ),
            (SEED, "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4"),
            (
                "SNAAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBCAGU",
                "NDFJHLAXAUMHA4OWPOB4P7YO72AQR2HMIUYFOXLXE2DZGM633K7HYIY6",
            ),
            (
                "SCAAKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBNSEY",
                "CBXHUHG5FGYLPD6RHL2MKWMP572O6KUXCZXDZJXS4T57ZTMAKBN7CSSU",
            ),
            (
                "SXAAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBUBRY",
                "XD23FVXGB6KHPYYQYKMC3KVGZEJWYEEKC534LFD6ISH2G7LIC5CVP5IW",
            ),
        ] {
            let read = Seed::parse(seed.as_bytes()).expect("a seed");
            assert_eq!(read.public().to_string(), public);
            assert_eq!(read.expose().as_str(), seed);
        }
    }

    #[test]
    fn the_lenient_reading_is_go_0_4_16_s_and_the_strict_one_takes_less() {
        let (mut rows, mut lenient_only) = (0, 0);
        for line in
            include_str!("../../testdata/nkey/go-seeds.tsv").lines().filter(|line| !line.starts_with('#'))
        {
            let [text, error, public] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("three columns: {line}")
            };
            let text: String = serde_json::from_str(text).expect("a JSON string");
            let read = super::super::go::from_seed(text.as_bytes());
            let said = read.as_ref().err().map_or("<nil>".to_owned(), |error| error.to_string());
            assert_eq!(said, error, "{line}");
            assert_eq!(
                read.as_ref().map_or(String::new(), |seed| seed.public().to_string()),
                public,
                "{line}"
            );
            match (Seed::parse(text.as_bytes()), read) {
                (Ok(strict), Ok(lenient)) => {
                    assert_eq!(strict.public(), lenient.public());
                    assert_eq!(strict.expose().as_str(), text);
                }
                (Ok(_), Err(_)) => panic!("Go refuses it: {line}"),
                (Err(_), Ok(lenient)) => {
                    lenient_only += 1;
                    assert_ne!(lenient.expose().as_str(), text);
                }
                (Err(_), Err(_)) => {}
            }
            rows += 1;
        }
        assert!(rows > 100 && lenient_only > 10, "{rows}, {lenient_only}");
    }

    #[test]
    fn what_is_no_seed_is_refused() {
        let refused = |text: &str| Seed::parse(text.as_bytes()).expect_err("refused");
        assert_eq!(refused("UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4"), KeyError::Public);
        // wasmCloud's module, and a letter of nobody; `nkeys` reads the second as an operator's.
        assert_eq!(refused("SMAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA34LM"), KeyError::NotSeed);
        assert_eq!(refused("SZAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA4O6Q"), KeyError::NotSeed);
        assert_eq!(refused(&SEED.replace("BEM", "BEN")), KeyError::TrailingBits);
        assert_eq!(refused(&SEED.replace("BEM", "BMM")), KeyError::Checksum);
        assert_eq!(refused(&format!("{SEED}\n")), KeyError::Length { found: 59, expected: 58 });
        assert_eq!(refused(""), KeyError::Length { found: 0, expected: 58 });
    }

    #[test]
    fn debug_says_no_secret() {
        let seed = Seed::parse(SEED.as_bytes()).expect("a seed");
        let said = format!("{seed:?} {:#?}", Some(&seed));
        assert!(said.contains("redacted") && !said.contains(&SEED[3..12]), "{said}");
        assert!(!said.contains("3, 3"), "{said}");
    }

    #[test]
    fn wiping_leaves_another_key() {
        let mut seed = Seed::parse(SEED.as_bytes()).expect("a seed");
        seed.wipe();
        let left = seed.pair.as_ref().and_then(|pair| pair.seed().ok()).expect("a pair");
        assert!(left.starts_with("SUAAAAAAAAAAAAAA"), "{left}");
    }

    #[test]
    fn a_curve_key_signs_nothing() {
        let seed = Seed::generate(Role::Curve);
        assert_eq!(seed.sign(b"x"), Err(KeyError::CannotSign));
    }

    proptest! {
        #[test]
        fn prop_every_seed_returns_and_signs(role in prop::sample::select(&Role::ALL[..5]), secret: [u8; 32], message: Vec<u8>) {
            let seed = Seed::new(role, Box::new(Zeroizing::new(secret)));
            let text = seed.expose();
            let letters: String = ['S', role.letter()].iter().collect();
            prop_assert!(text.starts_with(&letters));
            let again = Seed::parse(text.as_bytes()).expect("its own text");
            prop_assert_eq!(again.public(), seed.public());
            let signature = again.sign(&message).expect("it signs");
            prop_assert!(seed.public().verify(&message, &signature));
            prop_assert!(!seed.public().verify(&[&message[..], b"."].concat(), &signature));
        }
    }
}
