//! Which of these many signatures hold, when few keys made them? Each verdict is exactly that of [`super::verify()`].
//!
//! A fleet's tokens are signed by a handful of keys. For a key that is met often a [`table::Table`] of its multiples is
//! made, the larger the more often, and a signature then costs a few dozen additions instead of hundreds of doublings.
//! R = s * B - k * A is computed for every signature by itself and compared as bytes, as Go does: nothing is summed up
//! across signatures but the inversions, so one signature's verdict cannot depend on another's, and no randomness is
//! needed. What the tables cannot do exactly, keys with a part of small order, goes the ordinary way.
//!
//! Two paths compute the same: [`lanes`] with vectors, where the processor has them, and [`portable`].

mod field;
mod keys;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod portable;
mod table;

use std::collections::HashMap;

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;

use self::field::words;
use self::keys::{Key, Keys};
use self::table::{Table, canonical_scalar};
use super::public::PublicKey;

/// One signature in question.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose it should be.
    pub key: PublicKey,
    /// What is signed.
    pub message: &'a [u8],
    /// The signature; of another length than 64 it does not hold.
    pub signature: &'a [u8],
}

/// What SHA-512 is taken of.
struct Hashed<'a> {
    r: &'a [u8; 32],
    key: &'a [u8; 32],
    message: &'a [u8],
}

/// s * B + k * (-A), with the table of -A.
struct Sum<'a> {
    table: &'a Table,
    s: [u64; 4],
    k: [u64; 4],
}

/// Verifies many signatures under few keys. It can be shared between threads, which then share the tables of its keys;
/// these take 64 MB at the most.
///
/// Best are 64 to 128 signatures at once.
#[derive(Debug)]
pub struct Batch {
    keys: Keys,
    #[cfg(target_arch = "x86_64")]
    lanes: Option<lanes::Lanes>,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch::new()
    }
}

impl Batch {
    /// With vectors, if this processor has them.
    pub fn new() -> Batch {
        Batch {
            keys: Keys::new(keys::LEVELS),
            #[cfg(target_arch = "x86_64")]
            lanes: lanes::Lanes::detect(),
        }
    }

    /// Without vectors: the same verdicts, on the path of processors that have none.
    pub fn portable() -> Batch {
        Batch {
            keys: Keys::new(keys::LEVELS),
            #[cfg(target_arch = "x86_64")]
            lanes: None,
        }
    }

    /// As on a processor with vectors for four and not for eight.
    #[cfg(test)]
    fn four() -> Batch {
        Batch {
            keys: Keys::new(keys::LEVELS),
            #[cfg(target_arch = "x86_64")]
            lanes: lanes::Lanes::detect().map(lanes::Lanes::four),
        }
    }

    /// Whether each signature holds, in their order.
    pub fn verify(&self, all: &[Signed<'_>]) -> Vec<bool> {
        let mut verdicts = vec![false; all.len()];
        let (keys, of) = self.meet(all);
        // What is refused before any arithmetic: no signature's length, s from L on, a key that is no point.
        let mut sound = Vec::with_capacity(all.len());
        for (index, one) in all.iter().enumerate() {
            let Ok(signature) = <&[u8; 64]>::try_from(one.signature) else { continue };
            let (r, s) = signature.split_first_chunk::<32>().expect("32 of 64 bytes");
            let s: &[u8; 32] = s.try_into().expect("the other 32");
            if let Some(scalar) = canonical_scalar(s)
                && let Some(minus) = &keys[of[index]].minus
            {
                sound.push(Sound { index, key: of[index], minus, r, s, scalar });
            }
        }
        let hashed: Vec<_> = sound
            .iter()
            .map(|one| Hashed { r: one.r, key: &keys[one.key].bytes, message: all[one.index].message })
            .collect();
        let scalars: Vec<Scalar> =
            self.hashes(&hashed).iter().map(Scalar::from_bytes_mod_order_wide).collect();
        let (mut tabled, mut sums) = (Vec::new(), Vec::new());
        for (one, k) in sound.iter().zip(scalars) {
            if let Some(table) = &keys[one.key].table {
                sums.push(Sum { table, s: one.scalar, k: words(k.as_bytes()) });
                tabled.push(one);
            } else {
                verdicts[one.index] = one.holds_ordinarily(&k);
            }
        }
        if !sums.is_empty() {
            let base = self.keys.base(sums.len());
            for (one, r) in tabled.into_iter().zip(self.sums(&base, &sums)) {
                verdicts[one.index] = r == words(one.r);
            }
        }
        verdicts
    }

    /// The keys of these signatures with their tables, and for each signature which of them is its key.
    fn meet(&self, all: &[Signed<'_>]) -> (Vec<Key>, Vec<usize>) {
        let mut counts: Vec<([u8; 32], usize)> = Vec::new();
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let mut of: Vec<usize> = Vec::with_capacity(all.len());
        for one in all {
            let bytes = one.key.bytes();
            let last = of.last().copied().filter(|&last| counts[last].0 == *bytes);
            let index = last.unwrap_or_else(|| {
                *known.entry(*bytes).or_insert_with(|| {
                    counts.push((*bytes, 0));
                    counts.len() - 1
                })
            });
            counts[index].1 += 1;
            of.push(index);
        }
        (self.keys.meet(&counts), of)
    }

    fn hashes(&self, all: &[Hashed<'_>]) -> Vec<[u8; 64]> {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = self.lanes {
            return lanes.hashes(all);
        }
        portable::hashes(all)
    }

    fn sums(&self, base: &Table, all: &[Sum<'_>]) -> Vec<[u64; 4]> {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = self.lanes {
            return lanes.sums(base, all);
        }
        portable::sums(base, all)
    }
}

/// A signature that only arithmetic can refuse.
struct Sound<'a> {
    index: usize,
    key: usize,
    minus: &'a EdwardsPoint,
    r: &'a [u8; 32],
    s: &'a [u8; 32],
    scalar: [u64; 4],
}

impl Sound<'_> {
    fn holds_ordinarily(&self, k: &Scalar) -> bool {
        let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(*self.s)) else { return false };
        let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(k, self.minus, &s);
        r.compress().as_bytes() == self.r
    }
}

#[cfg(test)]
mod tests;
