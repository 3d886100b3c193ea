//! Is this a public key in its one canonical spelling, and whose?

use std::fmt;
use std::str::FromStr;

use super::encoding::{self, crc16};
use super::error::KeyError;
use super::role::Role;

/// Characters of a public key.
const LENGTH: usize = 56;
/// Prefix, key and checksum.
const RAW: usize = 1 + 32 + 2;

/// A public key: a role and 32 bytes. Two are equal exactly when their texts are, for there is one text for each.
///
/// That the bytes are a point of the curve is not asked, as Go does not ask either: a key that is none verifies nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    role: Role,
    bytes: [u8; 32],
}

impl PublicKey {
    /// The key of these bytes in this role.
    pub const fn new(role: Role, bytes: [u8; 32]) -> PublicKey {
        PublicKey { role, bytes }
    }

    /// Reads the canonical spelling and no other: 56 characters, upper case, nothing around them. For what Go would
    /// accept besides, see [`super::go`].
    ///
    /// # Errors
    /// Says what about the text is wrong, never the text.
    pub fn parse(text: &str) -> Result<PublicKey, KeyError> {
        let mut raw = [0; RAW];
        match encoding::decode_strictly(text.as_bytes(), &mut raw) {
            // A seed that is pasted where a public key belongs deserves the clearer word.
            Err(KeyError::Length { .. }) if text.len() >= 58 && text.starts_with(['S', 'P']) => {
                return Err(KeyError::Secret);
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        let role = Role::of_prefix(raw[0]).ok_or(match text.as_bytes()[0] {
            b'S' | b'P' => KeyError::Secret,
            _ => KeyError::NotPublic,
        })?;
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&raw[1..33]);
        Ok(PublicKey { role, bytes })
    }

    /// What the key is for.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The key itself, as it is encoded on the curve.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Whether Go's `ed25519.Verify` accepts this signature under this key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        super::verify(&self.bytes, message, signature)
    }

    fn text(&self) -> [u8; LENGTH] {
        let mut raw = [0; RAW];
        raw[0] = self.role.prefix();
        raw[1..33].copy_from_slice(&self.bytes);
        let crc = crc16(&raw[..33]).to_le_bytes();
        raw[33..].copy_from_slice(&crc);
        let mut text = [0; LENGTH];
        encoding::encode(&raw, &mut text);
        text
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<PublicKey, KeyError> {
        PublicKey::parse(text)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.text()).expect("base32 is ASCII"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USER: &str = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";

    #[test]
    fn the_six_keys_of_go_read_and_write() {
        for (text, role) in [
            ("OCFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYOCS", Role::Operator),
            ("ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R", Role::Account),
            (USER, Role::User),
            ("NDFJHLAXAUMHA4OWPOB4P7YO72AQR2HMIUYFOXLXE2DZGM633K7HYIY6", Role::Server),
            ("CBXHUHG5FGYLPD6RHL2MKWMP572O6KUXCZXDZJXS4T57ZTMAKBN7CSSU", Role::Cluster),
            ("XD23FVXGB6KHPYYQYKMC3KVGZEJWYEEKC534LFD6ISH2G7LIC5CVP5IW", Role::Curve),
        ] {
            let key = PublicKey::parse(text).expect(text);
            assert_eq!(key.role(), role);
            assert_eq!(key.to_string(), text);
            assert_eq!(format!("{key:?}"), text);
        }
    }

    #[test]
    fn what_go_lets_pass_is_refused() {
        let refused = |text: String| PublicKey::parse(&text).expect_err("refused");
        for extra in ["\n", "A", "Z", "AAA", "AAAAAA", " ", "="] {
            let found = 56 + extra.len();
            assert_eq!(refused(format!("{USER}{extra}")), KeyError::Length { found, expected: 56 });
        }
        assert_eq!(refused(USER.to_lowercase()), KeyError::Character { at: 1 });
        assert_eq!(refused(format!("{} {}", &USER[..9], &USER[10..])), KeyError::Character { at: 10 });
        assert_eq!(refused(USER.replacen("UD", "DU", 1)), KeyError::Checksum);
        assert_eq!(refused("é".repeat(28)), KeyError::Character { at: 1 });
        // Low bits in the prefix byte, their checksum right.
        assert_eq!(
            refused("UXWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435DBAG".into()),
            KeyError::NotPublic
        );
        assert_eq!(refused("UAAV6DI".into()), KeyError::Length { found: 7, expected: 56 });
        assert_eq!(refused(String::new()), KeyError::Length { found: 0, expected: 56 });
    }

    #[test]
    fn a_secret_is_called_one() {
        for secret in [
            "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM",
            "PADAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDANP5H",
            "PABQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQH3KJFDDCRUOCY3VOSAZYSBMZKYJJLETTUXDD7E3DNQKGCSWION6RLR3Q",
        ] {
            let error = PublicKey::parse(secret).expect_err("refused");
            assert_eq!(error, KeyError::Secret);
            assert!(!error.to_string().contains(&secret[..8]));
        }
    }

    proptest! {
        #[test]
        fn prop_one_text_for_each_key(role in prop::sample::select(&Role::ALL), bytes: [u8; 32]) {
            let key = PublicKey::new(role, bytes);
            let text = key.to_string();
            prop_assert_eq!(PublicKey::parse(&text), Ok(key));
            prop_assert_eq!(super::super::go::from_public_key(&text).map(|key| key.public()), Ok(key));
        }

        #[test]
        fn prop_one_wrong_character_is_found(bytes: [u8; 32], at in 0usize..56, letter in "[A-Z2-7]") {
            let mut text = PublicKey::new(Role::Account, bytes).to_string();
            prop_assume!(text[at..=at] != letter);
            text.replace_range(at..=at, &letter);
            prop_assert!(PublicKey::parse(&text).is_err());
        }
    }
}
