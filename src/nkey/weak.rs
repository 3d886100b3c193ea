//! Can anybody sign under this key?

use std::sync::LazyLock;

use curve25519_dalek::constants::EIGHT_TORSION;

use super::{PublicKey, Role};

/// The characters of a key's text that the letter of its role, the sign of its point and the checksum leave alone.
const OWN: std::ops::Range<usize> = 1..51;

/// Those characters of the points of small order: every y that they have, and those above the field's prime that are read
/// as one of them.
static POINTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut points: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
    for low in [0xed, 0xee] {
        // The prime and one more: 0 and 1.
        let mut above = [0xff; 32];
        above[0] = low;
        above[31] = 0x7f;
        points.push(above);
    }
    points.iter().map(|bytes| PublicKey::new(Role::Account, *bytes).to_string()[OWN].to_owned()).collect()
});

/// Whether the text of a public key is a point of small order: Go's `ed25519.Verify`, and so nats-server, takes signatures
/// under it that were made without any seed.
pub fn is_weak(text: &str) -> bool {
    // Nearly every key is told apart by its first characters.
    let Some(own) = text.get(OWN) else { return false };
    let first = |text: &str| text.as_bytes().first_chunk::<8>().copied();
    POINTS.iter().any(|point| first(point) == first(own) && point == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_without_a_seed_hold_under_weak_keys_alone() {
        // The neutral element for R and 0 for S holds whatever is signed, where the key times anything is neutral.
        let mut signature = [0; 64];
        signature[0] = 1;
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut above = [0xff; 32];
        (above[0], above[31]) = (0xee, 0x7f);
        for bytes in [neutral, above] {
            for role in [Role::Account, Role::Operator, Role::User] {
                let key = PublicKey::new(role, bytes);
                assert!(key.verify(b"anything", &signature), "{key}");
                assert!(is_weak(&key.to_string()), "{key}");
            }
        }
        // Of the others some messages are signed: one in two, four or eight.
        for point in EIGHT_TORSION {
            let mut bytes = point.compress().to_bytes();
            for _ in 0..2 {
                let key = PublicKey::new(Role::Account, bytes);
                assert!(is_weak(&key.to_string()), "{key}");
                let holds = (0u32..64).any(|n| key.verify(&n.to_le_bytes(), &signature));
                assert!(holds || key.bytes()[31] & 0x80 != 0, "{key}");
                bytes[31] ^= 0x80;
            }
        }
        assert!(!is_weak(&crate::nkey::Seed::generate(Role::Account).public().to_string()));
        assert!(!is_weak("") && !is_weak("A") && !is_weak(&"é".repeat(40)));
    }
}
