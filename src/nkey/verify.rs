//! Does this signature hold? Exactly Go's `crypto/ed25519.Verify`, whose verdict is nats-server's.
//!
//! The signature schemes that are called Ed25519 differ at their edges, and a tool that differs from the server there is
//! wrong: S must be below the group's order, A is decoded leniently (a y above the field's prime, and x = 0 with its sign
//! set), keys and R of small order are allowed, there is no cofactor, and R is compared as bytes. ed25519-dalek's plain
//! `verify` agrees in all of it; its `verify_strict` and `verify_batch` do not.

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

/// Whether Go's `ed25519.Verify(key, message, signature)` is true. A key that is no point of the curve verifies nothing.
pub fn verify(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify(message, &signature).is_ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One row of testdata/nkey/ed25519.tsv: Go's verdict, key, signature, message, where it is from.
    pub(in super::super) struct Vector {
        pub(in super::super) verdict: bool,
        pub(in super::super) key: [u8; 32],
        pub(in super::super) signature: Vec<u8>,
        pub(in super::super) message: Vec<u8>,
        pub(in super::super) name: &'static str,
    }

    pub(in super::super) fn vectors() -> Vec<Vector> {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex");
        include_str!("../../testdata/nkey/ed25519.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
                [verdict, key, signature, message, name] => Vector {
                    verdict: verdict == "true",
                    key: hex(key).try_into().expect("32 bytes"),
                    signature: hex(signature),
                    message: hex(message),
                    name,
                },
                _ => panic!("five columns: {line}"),
            })
            .collect()
    }

    #[test]
    fn every_adversarial_vector_as_go() {
        let vectors = vectors();
        for vector in &vectors {
            let verdict = verify(&vector.key, &vector.message, &vector.signature);
            assert_eq!(verdict, vector.verdict, "{}", vector.name);
        }
        let accepted = vectors.iter().filter(|vector| vector.verdict).count();
        assert!(accepted > 400 && vectors.len() - accepted > 800, "{accepted} of {}", vectors.len());
    }

    #[test]
    fn other_lengths_and_no_point_are_false() {
        let vector = vectors().into_iter().find(|vector| vector.verdict).expect("one holds");
        for length in [0, 63, 65] {
            let mut signature = vector.signature.clone();
            signature.resize(length, 0);
            assert!(!verify(&vector.key, &vector.message, &signature), "{length}");
        }
        // y = 2 is on no point of the curve.
        let mut key = [0; 32];
        key[0] = 2;
        assert!(!verify(&key, &vector.message, &vector.signature));
    }
}
