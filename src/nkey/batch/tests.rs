use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

use super::super::role::Role;
use super::super::verify;
use super::keys::{LEVELS, Level};
use super::*;

/// Both paths, with tables for every key from its first signature on, of the given width; and with the usual ones.
fn verifiers(width: u32) -> Vec<(String, Batch)> {
    let eager = [Level { from: 1, width }, Level { from: usize::MAX, width: 11 }];
    let mut verifiers = Vec::new();
    for (name, levels) in [("eager", eager), ("usual", LEVELS)] {
        for (path, batch) in
            [("lanes", Batch::new()), ("four", Batch::four()), ("portable", Batch::portable())]
        {
            verifiers.push((format!("{name} {width} {path}"), Batch { keys: Keys::new(levels), ..batch }));
        }
    }
    verifiers
}

/// Holds every verifier to the plain verdict, whole and in pieces of each size.
#[track_caller]
fn agree(verifiers: &[(String, Batch)], all: &[Signed<'_>], sizes: &[usize]) -> usize {
    let expected: Vec<bool> =
        all.iter().map(|one| verify(one.key.bytes(), one.message, one.signature)).collect();
    for (name, batch) in verifiers {
        for &size in sizes {
            for (piece, expected) in all.chunks(size).zip(expected.chunks(size)) {
                let found = batch.verify(piece);
                for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                    assert_eq!(found, expected, "{name}, {index} of {size}: {:?}", piece[index]);
                }
            }
        }
    }
    expected.iter().filter(|holds| **holds).count()
}

#[test]
fn every_adversarial_vector_as_go() {
    let vectors = verify::tests::vectors();
    let all: Vec<Signed<'_>> = vectors
        .iter()
        .map(|vector| Signed {
            key: PublicKey::new(Role::Account, vector.key),
            message: &vector.message,
            signature: &vector.signature,
        })
        .collect();
    let accepted = agree(&verifiers(6), &all, &[all.len(), 3]);
    assert_eq!(accepted, vectors.iter().filter(|vector| vector.verdict).count());
}

/// Signatures of three keys over messages of many lengths, whole and damaged in every way that has a rule.
fn damaged(count: usize, seed: u64) -> Vec<(PublicKey, Vec<u8>, Vec<u8>)> {
    let keys: Vec<SigningKey> = (1..4).map(|byte| SigningKey::from_bytes(&[byte; 32])).collect();
    let mut state = seed;
    let mut random = move |below: usize| {
        // Knuth's MMIX generator: the tests need variety, not chance.
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    (0..count)
        .map(|_| {
            let key = &keys[random(keys.len())];
            let message: Vec<u8> = (0..random(700)).map(|_| random(256) as u8).collect();
            let mut signature = key.sign(&message).to_bytes().to_vec();
            let mut public = key.verifying_key().to_bytes();
            match random(14) {
                0 => signature[random(64)] ^= 1 << random(8),
                1 => signature[31] ^= 0x80,
                2 => add_order(&mut signature[32..]),
                3 => signature.truncate(random(64)),
                4 => signature.push(0),
                5 => public = EIGHT_TORSION[random(8)].compress().0,
                6 => public[random(32)] ^= 1 << random(8),
                7 => signature[32..].fill(0),
                _ => {}
            }
            (PublicKey::new(Role::Operator, public), message, signature)
        })
        .collect()
}

fn add_order(scalar: &mut [u8]) {
    let order: Vec<u8> = table::L.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut carry = 0;
    for (byte, order) in scalar.iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
}

fn signed(all: &[(PublicKey, Vec<u8>, Vec<u8>)]) -> Vec<Signed<'_>> {
    all.iter().map(|(key, message, signature)| Signed { key: *key, message, signature }).collect()
}

#[test]
fn sound_and_damaged_signatures_at_every_width() {
    let mut all = damaged(300, 5);
    let holding = agree(&verifiers(6), &signed(&all), &[all.len(), 5]);
    assert!(holding > 100 && holding < 250, "{holding}");
    // A large table takes long to make: here for the three keys alone, not for each that was damaged.
    let keys: Vec<[u8; 32]> =
        (1..4).map(|byte| SigningKey::from_bytes(&[byte; 32]).verifying_key().to_bytes()).collect();
    all.retain(|(key, ..)| keys.contains(key.bytes()));
    for width in [7, 9, 11] {
        agree(&verifiers(width)[..2], &signed(&all), &[64]);
    }
}

#[test]
fn both_paths_sum_as_dalek_does_with_tables_of_any_widths_side_by_side() {
    let points: Vec<EdwardsPoint> =
        (0..5u64).map(|n| EdwardsPoint::mul_base(&Scalar::from(n * n * 7 + n))).collect();
    let tables: Vec<Table> =
        points.iter().zip([6, 8, 6, 7, 8]).map(|(point, width)| Table::new(point, width)).collect();
    let base = Table::new(&ED25519_BASEPOINT_POINT, 7);
    let half = Scalar::from(2u64).invert();
    let edges =
        [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, half, half - Scalar::ONE, half + Scalar::ONE, -half];
    let mut scalars = edges.to_vec();
    scalars.extend((0..6u8).map(|n| Scalar::hash_from_bytes::<sha2::Sha512>(&[n])));
    let mut expected = Vec::new();
    let mut sums = Vec::new();
    for (index, s) in scalars.iter().enumerate() {
        for (other, k) in scalars.iter().enumerate() {
            let which = (index * 3 + other) % tables.len();
            sums.push(Sum { table: &tables[which], s: words(s.as_bytes()), k: words(k.as_bytes()) });
            expected.push(words(&(EdwardsPoint::mul_base(s) + points[which] * k).compress().0));
        }
    }
    assert_eq!(Batch::new().sums(&base, &sums), expected);
    assert_eq!(Batch::four().sums(&base, &sums), expected);
    assert_eq!(Batch::portable().sums(&base, &sums), expected);
}

/// Where this processor has eight lanes.
#[cfg(target_arch = "x86_64")]
#[test]
fn keys_without_tables_are_multiplied_as_dalek_does_also_those_with_a_part_of_small_order() {
    let Some(lanes) = Batch::new().lanes.filter(|lanes| lanes.has_eight()) else { return };
    let base = Table::new(&ED25519_BASEPOINT_POINT, 7);
    let half = Scalar::from(2u64).invert();
    let scalars = [Scalar::ZERO, Scalar::ONE, Scalar::from(8u64), -Scalar::ONE, half, half - Scalar::ONE];
    let pure = [0u64, 1, 77].map(|n| EdwardsPoint::mul_base(&Scalar::from(n)));
    let points = pure.iter().flat_map(|pure| EIGHT_TORSION.iter().map(move |torsion| pure + torsion));
    let points: Vec<(EdwardsPoint, [u8; 32])> = points.map(|point| (point, point.compress().0)).collect();
    let (mut sums, mut expected) = (Vec::new(), Vec::new());
    for (point, key) in &points {
        for (s, k) in scalars.iter().zip(scalars.iter().cycle().skip(1)) {
            sums.push(Apart { key, s: words(s.as_bytes()), k: words(k.as_bytes()) });
            expected.push(Some(words(&(EdwardsPoint::mul_base(s) - point * k).compress().0)));
        }
    }
    assert_eq!(lanes.sums_apart(&base, &sums), expected);
}

#[test]
fn the_number_of_lanes_filled_makes_no_difference() {
    let all = damaged(40, 9);
    let verifiers = verifiers(6);
    let sizes: Vec<usize> = (1..=13).chain([39, 40]).collect();
    agree(&verifiers, &signed(&all), &sizes);
    for (_, batch) in &verifiers {
        assert!(batch.verify(&[]).is_empty());
    }
}

#[test]
fn tables_grow_with_use_and_the_verdicts_stay() {
    let key = SigningKey::from_bytes(&[9; 32]);
    let public = PublicKey::new(Role::Operator, key.verifying_key().to_bytes());
    let message = b"again and again";
    let mut signature = key.sign(message).to_bytes();
    let levels = [Level { from: 4, width: 6 }, Level { from: 20, width: 9 }];
    let batch = Batch { keys: Keys::new(levels), ..Batch::new() };
    let mut widths = Vec::new();
    for round in 0..100 {
        signature[40] ^= 1;
        let one = Signed { key: public, message, signature: &signature };
        assert_eq!(batch.verify(&[one]), [round % 2 == 1], "{round}");
        widths.push(
            batch.keys.meet(&[(*public.bytes(), 0)])[0].table.as_ref().map_or(0, |table| table.width()),
        );
    }
    widths.dedup();
    assert_eq!(widths, [0, 6, 9]);
}

#[test]
fn a_key_with_a_part_of_small_order_never_has_a_table() {
    let pure = SigningKey::from_bytes(&[3; 32]).verifying_key().to_edwards();
    let batch = Batch { keys: Keys::new([Level { from: 1, width: 6 }; 2]), ..Batch::new() };
    for (index, torsion) in EIGHT_TORSION.iter().enumerate() {
        let key = (pure + torsion).compress().0;
        let table = batch.keys.meet(&[(key, 100)]).pop().and_then(|key| key.table);
        assert_eq!(table.is_some(), index == 0, "{index}");
    }
}

#[test]
fn threads_share_one() {
    let all = damaged(200, 77);
    let signed = signed(&all);
    let batch = Batch {
        keys: Keys::new([Level { from: 3, width: 6 }, Level { from: 50, width: 7 }]),
        ..Batch::new()
    };
    let expected: Vec<bool> =
        signed.iter().map(|one| verify(one.key.bytes(), one.message, one.signature)).collect();
    std::thread::scope(|scope| {
        for size in [7, 8, 50] {
            let (batch, signed, expected) = (&batch, &signed, &expected);
            scope.spawn(move || {
                for (piece, expected) in signed.chunks(size).zip(expected.chunks(size)) {
                    assert_eq!(batch.verify(piece), expected);
                }
            });
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn prop_any_damage_gets_the_plain_verdict(seed: u64, count in 1usize..60, size in 1usize..64) {
        let all = damaged(count, seed);
        agree(&verifiers(6), &signed(&all), &[size]);
    }

    #[test]
    fn prop_noise_is_refused(key: [u8; 32], message: Vec<u8>, signature in prop::collection::vec(any::<u8>(), 60..68)) {
        let one = Signed { key: PublicKey::new(Role::User, key), message: &message, signature: &signature };
        agree(&verifiers(6), &[one; 5], &[5]);
    }
}
