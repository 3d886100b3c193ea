//! Which of these many signatures hold? Each verdict is exactly that of [`super::verify()`].
//!
//! A fleet's tokens are signed by a handful of keys. For a key that is met often a [`table::Table`] of its multiples is
//! made, the larger the more often, and a signature then costs a few dozen additions instead of hundreds of doublings.
//! R = s * B - k * A is computed for every signature by itself and compared as bytes, as Go does: nothing is summed up
//! across signatures but the inversions, so one signature's verdict cannot depend on another's, and no randomness is
//! needed.
//!
//! Keys that are met seldom, and those that a table cannot serve exactly, which have a part of small order, go without: side
//! by side where the processor has eight lanes, each doubling and adding for a key of its own, else one by one as plain.
//!
//! Two paths compute the same: [`lanes`] with vectors, where the processor has them, and [`portable`].

mod field;
mod keys;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod portable;
mod table;

use std::collections::HashMap;

use curve25519_dalek::scalar::Scalar;

use self::field::words;
use self::keys::{Key, Keys};
use self::table::{Table, canonical_scalar};
use super::public::PublicKey;
use super::verify::verify;

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

/// Keys that are all looked at, which is faster than looking for some.
const FEW: usize = 4;

/// So many signatures are as cheap in lanes, each under a key of its own, as one by one.
#[cfg(target_arch = "x86_64")]
const TOGETHER: usize = 3;

/// What SHA-512 is taken of.
#[derive(Clone, Copy)]
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

/// s * B + k * (-A) of a key without a table.
#[cfg_attr(not(avx512), allow(dead_code, reason = "only eight lanes read it"))]
struct Apart<'a> {
    key: &'a [u8; 32],
    s: [u64; 4],
    k: [u64; 4],
}

/// Verifies many signatures, best those under few keys. It can be shared between threads, which then share the tables of its keys;
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
        let (mut tabled, mut apart) = (Vec::new(), Vec::new());
        for (index, (one, key)) in all.iter().zip(&of).enumerate() {
            // What is refused before any arithmetic: no signature's length, s from L on.
            let Ok(signature) = <&[u8; 64]>::try_from(one.signature) else { continue };
            let (r, s) = signature.split_first_chunk::<32>().expect("32 of 64 bytes");
            let Some(s) = canonical_scalar(s.try_into().expect("the other 32")) else { continue };
            let Key { bytes, table } = &keys[*key];
            let sound = Sound { index, s, hashed: Hashed { r, key: bytes, message: one.message } };
            match table {
                Some(table) => tabled.push((sound, &**table)),
                None => apart.push(sound),
            }
        }
        if !tabled.is_empty() {
            let scalars = self.scalars(tabled.iter().map(|(one, _)| one.hashed));
            let sums: Vec<_> =
                tabled.iter().zip(scalars).map(|((one, table), k)| Sum { table, s: one.s, k }).collect();
            let base = self.keys.base(sums.len());
            for ((one, _), r) in tabled.iter().zip(self.sums(&base, &sums)) {
                verdicts[one.index] = r == words(one.hashed.r);
            }
        }
        if !self.verify_apart(&apart, &mut verdicts) {
            for Sound { index, .. } in apart {
                let Signed { key, message, signature } = &all[index];
                verdicts[index] = verify(key.bytes(), message, signature);
            }
        }
        verdicts
    }

    /// Signatures under keys that have no table, where there are lanes for that.
    fn verify_apart(&self, apart: &[Sound<'_>], verdicts: &mut [bool]) -> bool {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = self.lanes.filter(|lanes| lanes.has_eight() && apart.len() >= TOGETHER) {
            let scalars = self.scalars(apart.iter().map(|one| one.hashed));
            let sums: Vec<_> = apart
                .iter()
                .zip(scalars)
                .map(|(one, k)| Apart { key: one.hashed.key, s: one.s, k })
                .collect();
            let base = self.keys.base(sums.len());
            for (one, r) in apart.iter().zip(lanes.sums_apart(&base, &sums)) {
                verdicts[one.index] = r == Some(words(one.hashed.r));
            }
            return true;
        }
        false
    }

    /// The keys of these signatures with their tables, and for each signature which of them is its key.
    fn meet(&self, all: &[Signed<'_>]) -> (Vec<Key>, Vec<usize>) {
        let mut counts: Vec<([u8; 32], usize)> = Vec::new();
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        let mut of: Vec<usize> = Vec::with_capacity(all.len());
        for one in all {
            let bytes = one.key.bytes();
            // Mostly there are few.
            let few = counts.iter().take(FEW).position(|(known, _)| known == bytes);
            let index = few.unwrap_or_else(|| {
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

    /// The hashes as scalars.
    fn scalars<'a>(&self, all: impl Iterator<Item = Hashed<'a>>) -> Vec<[u64; 4]> {
        let hashes = self.hashes(&all.collect::<Vec<_>>());
        hashes.iter().map(|hash| words(Scalar::from_bytes_mod_order_wide(hash).as_bytes())).collect()
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
    s: [u64; 4],
    hashed: Hashed<'a>,
}

#[cfg(test)]
mod tests;
