//! The path of processors with AVX2: four signatures at a time, one in each lane of a vector. Where a processor has AVX-512
//! and the compiler knows of it, eight.
//!
//! The only unsafe code of jwtfix stands in this file: calling what needs these features, and the loads, stores and
//! prefetches that the instruction set offers through pointers alone.
#![allow(unsafe_code)]
#![cfg_attr(avx512, allow(clippy::incompatible_msrv, reason = "older compilers do not get to see `eight`"))]

#[cfg(avx512)]
mod eight;
mod field;
mod points;
mod sha512;

use std::arch::x86_64::*;

use super::table::{Entry, Table};
use super::{Apart, Hashed, Sum};

/// Four numbers of 64 bits, or eight of 32.
type V = __m256i;

/// The proof that this processor has AVX2 and BMI2, and where it says so AVX-512 too: there is no other way to one than
/// [`Lanes::detect`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes {
    #[cfg_attr(not(avx512), allow(dead_code, reason = "older compilers do not get to see `eight`"))]
    eight: bool,
}

impl Lanes {
    pub(super) fn detect() -> Option<Lanes> {
        let able = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2");
        able.then_some(Lanes { eight: has_eight() })
    }

    pub(super) fn has_eight(self) -> bool {
        self.eight
    }

    /// As on a processor without AVX-512.
    #[cfg(test)]
    pub(super) fn four(self) -> Lanes {
        Lanes { eight: false }
    }

    /// SHA-512 of each R, key and message.
    pub(super) fn hashes(self, all: &[Hashed<'_>]) -> Vec<[u8; 64]> {
        #[cfg(avx512)]
        if self.eight {
            // SAFETY: the features that `eight::hashes` is compiled for were detected before `self` was made.
            return unsafe { eight::hashes(all) };
        }
        // SAFETY: the features that `sha512::hashes` is compiled for were detected before `self` was made.
        unsafe { sha512::hashes(all) }
    }

    /// The encodings of each s * B + k * (-A).
    pub(super) fn sums(self, base: &Table, all: &[Sum<'_>]) -> Vec<[u64; 4]> {
        #[cfg(avx512)]
        if self.eight {
            // SAFETY: the features that `eight::sums` is compiled for were detected before `self` was made.
            return unsafe { eight::sums(base, all) };
        }
        // SAFETY: the features that `points::sums` is compiled for were detected before `self` was made.
        unsafe { points::sums(base, all) }
    }

    /// The encodings of each s * B + k * (-A), -A made of the key's bytes, where these are a point. Only eight lanes pay for
    /// this: not to be asked without them.
    pub(super) fn sums_apart(self, base: &Table, all: &[Apart<'_>]) -> Vec<Option<[u64; 4]>> {
        assert!(self.eight, "asked of a processor without AVX-512");
        #[cfg(avx512)]
        // SAFETY: the features that `eight::sums_apart` is compiled for were detected before `self` was made.
        return unsafe { eight::sums_apart(base, all) };
        #[cfg(not(avx512))]
        unreachable!("{} sums over {} rows, without AVX-512", all.len(), base.rows());
    }
}

#[cfg(avx512)]
fn has_eight() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512ifma")
}

#[cfg(not(avx512))]
fn has_eight() -> bool {
    false
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(numbers: &[u64; 4]) -> V {
    // SAFETY: the reference is good for reading 32 bytes, and `loadu` asks for no alignment.
    unsafe { _mm256_loadu_si256(std::ptr::from_ref(numbers).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load8(bytes: &[u8; 32]) -> V {
    // SAFETY: the reference is good for reading 32 bytes, and `loadu` asks for no alignment.
    unsafe { _mm256_loadu_si256(std::ptr::from_ref(bytes).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(vector: V) -> [u64; 4] {
    let mut numbers = [0; 4];
    // SAFETY: the reference is good for writing 32 bytes, and `storeu` asks for no alignment.
    unsafe { _mm256_storeu_si256(std::ptr::from_mut(&mut numbers).cast(), vector) };
    numbers
}

#[cfg(avx512)]
#[inline]
#[target_feature(enable = "avx512f")]
fn store8(vector: __m512i) -> [u64; 8] {
    let mut numbers = [0; 8];
    // SAFETY: the reference is good for writing 64 bytes, and `storeu` asks for no alignment.
    unsafe { _mm512_storeu_si512(std::ptr::from_mut(&mut numbers).cast(), vector) };
    numbers
}

/// Has the two cache lines of an entry brought near.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(
    unused_unsafe,
    reason = "newer compilers call the prefetch safe, the oldest that we support does not"
)]
fn prefetch(entry: &Entry) {
    // SAFETY: both addresses lie within the entry; and a prefetch only hints, it reads nothing.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(&entry.plus).cast());
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(&entry.product).cast());
    }
}

/// Four vectors of four become one vector per place.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed(rows: [V; 4]) -> [V; 4] {
    let [a, b, c, d] = rows;
    let (ab, cd) = (_mm256_unpacklo_epi64(a, b), _mm256_unpacklo_epi64(c, d));
    let (ab_odd, cd_odd) = (_mm256_unpackhi_epi64(a, b), _mm256_unpackhi_epi64(c, d));
    [
        _mm256_permute2x128_si256::<0x20>(ab, cd),
        _mm256_permute2x128_si256::<0x20>(ab_odd, cd_odd),
        _mm256_permute2x128_si256::<0x31>(ab, cd),
        _mm256_permute2x128_si256::<0x31>(ab_odd, cd_odd),
    ]
}
