//! SHA-512 (FIPS 180-4) of four messages at a time.

use std::arch::x86_64::*;

use super::super::{Hashed, portable};
use super::{V, load8, store, transposed};

pub(super) const BLOCK: usize = 128;

/// The hash of each R, key and message, in their order.
#[target_feature(enable = "avx2")]
pub(super) fn hashes(all: &[Hashed<'_>]) -> Vec<[u8; 64]> {
    // Lanes wait for the longest among them: neighbours by length share a vector.
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_unstable_by_key(|&index| all[index].message.len());
    let mut hashes = vec![[0; 64]; all.len()];
    let (fours, rest) = order.as_chunks::<4>();
    for four in fours {
        let found = four_hashes(four.map(|index| &all[index]));
        for (index, hash) in four.iter().zip(found) {
            hashes[*index] = hash;
        }
    }
    for &index in rest {
        hashes[index] = portable::hash(&all[index]);
    }
    hashes
}

/// R, key and message, cut into blocks and padded, without being copied as a whole.
pub(super) struct Blocks<'a> {
    first: [u8; BLOCK],
    message: &'a [u8],
    pub(super) count: usize,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(one: &Hashed<'a>) -> Blocks<'a> {
        let mut first = [0; BLOCK];
        first[..32].copy_from_slice(one.r);
        first[32..64].copy_from_slice(one.key);
        // The bit 1 and sixteen bytes of length follow the last byte.
        let count = (64 + one.message.len() + 17).div_ceil(BLOCK);
        let mut blocks = Blocks { first, message: one.message, count };
        let mut second_half = [0; BLOCK];
        blocks.fill(0, &mut second_half);
        blocks.first[64..].copy_from_slice(&second_half[64..]);
        blocks
    }

    /// The block `number`; `space` is where it is put together, if it is not one piece of the message.
    pub(super) fn get<'b>(&'b self, number: usize, space: &'b mut [u8; BLOCK]) -> &'b [u8; BLOCK] {
        if number == 0 {
            return &self.first;
        }
        if let Some(whole) = self.message.get(number * BLOCK - 64..).and_then(|rest| rest.first_chunk()) {
            return whole;
        }
        self.fill(number, space);
        space
    }

    /// Puts together the part of the block that comes out of the message, and the padding.
    fn fill(&self, number: usize, space: &mut [u8; BLOCK]) {
        space.fill(0);
        let (start, from) = if number == 0 { (64, 0) } else { (0, number * BLOCK - 64) };
        let rest = self.message.get(from..).unwrap_or_default();
        let taken = rest.len().min(BLOCK - start);
        space[start..start + taken].copy_from_slice(&rest[..taken]);
        if from <= self.message.len() && start + taken < BLOCK {
            space[start + taken] = 0x80;
        }
        if number + 1 == self.count {
            let bits = (64 + self.message.len() as u64) * 8;
            space[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        }
    }
}

#[target_feature(enable = "avx2")]
fn four_hashes(four: [&Hashed<'_>; 4]) -> [[u8; 64]; 4] {
    let lanes = four.map(Blocks::new);
    let most = lanes.iter().map(|lane| lane.count).max().unwrap_or_default();
    let mut state = [_mm256_setzero_si256(); 8];
    for (word, start) in state.iter_mut().zip(START) {
        *word = _mm256_set1_epi64x(start as i64);
    }
    let mut spaces = [[0; BLOCK]; 4];
    for number in 0..most {
        let [s0, s1, s2, s3] = &mut spaces;
        let blocks = [
            lanes[0].get(number, s0),
            lanes[1].get(number, s1),
            lanes[2].get(number, s2),
            lanes[3].get(number, s3),
        ];
        let next = compressed(&state, blocks);
        // A lane that has had its last block keeps its state.
        let [a, b, c, d] = std::array::from_fn(|lane| -i64::from(number < lanes[lane].count));
        let mask = _mm256_setr_epi64x(a, b, c, d);
        for word in 0..8 {
            state[word] = _mm256_blendv_epi8(state[word], next[word], mask);
        }
    }
    let state = state.map(|word| store(word));
    std::array::from_fn(|lane| {
        let mut hash = [0; 64];
        for (to, word) in hash.as_chunks_mut::<8>().0.iter_mut().zip(&state) {
            *to = word[lane].to_be_bytes();
        }
        hash
    })
}

macro_rules! sum {
    ($a:expr) => { $a };
    ($a:expr, $($rest:expr),+) => { _mm256_add_epi64($a, sum!($($rest),+)) };
}

macro_rules! xor {
    ($a:expr) => { $a };
    ($a:expr, $($rest:expr),+) => { _mm256_xor_si256($a, xor!($($rest),+)) };
}

macro_rules! rotated {
    ($x:expr, $by:literal) => {
        xor!(_mm256_srli_epi64::<$by>($x), _mm256_slli_epi64::<{ 64 - $by }>($x))
    };
}

#[inline]
#[target_feature(enable = "avx2")]
fn compressed(state: &[V; 8], blocks: [&[u8; BLOCK]; 4]) -> [V; 8] {
    let big_endian = _mm256_setr_epi8(
        7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10,
        9, 8,
    );
    let pieces = blocks.map(|block| block.as_chunks::<32>().0);
    let mut w = [_mm256_setzero_si256(); 16];
    for quarter in 0..4 {
        let mut rows = [_mm256_setzero_si256(); 4];
        for (row, piece) in rows.iter_mut().zip(pieces) {
            *row = _mm256_shuffle_epi8(load8(&piece[quarter]), big_endian);
        }
        w[4 * quarter..4 * quarter + 4].copy_from_slice(&transposed(rows));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $w:expr, $k:expr) => {
            let s1 = xor!(rotated!($e, 14), rotated!($e, 18), rotated!($e, 41));
            let choice = xor!($g, _mm256_and_si256($e, xor!($f, $g)));
            let t = sum!(sum!($h, sum!($w, _mm256_set1_epi64x(K[$k] as i64))), sum!(s1, choice));
            $d = sum!($d, t);
            let s0 = xor!(rotated!($a, 28), rotated!($a, 34), rotated!($a, 39));
            let majority =
                _mm256_or_si256(_mm256_and_si256($a, $b), _mm256_and_si256($c, _mm256_or_si256($a, $b)));
            $h = sum!(t, sum!(s0, majority));
        };
    }
    macro_rules! eight {
        ($at:expr, $k:expr) => {
            round!(a b c d e f g h, w[$at], $k);
            round!(h a b c d e f g, w[$at + 1], $k + 1);
            round!(g h a b c d e f, w[$at + 2], $k + 2);
            round!(f g h a b c d e, w[$at + 3], $k + 3);
            round!(e f g h a b c d, w[$at + 4], $k + 4);
            round!(d e f g h a b c, w[$at + 5], $k + 5);
            round!(c d e f g h a b, w[$at + 6], $k + 6);
            round!(b c d e f g h a, w[$at + 7], $k + 7);
        };
    }
    macro_rules! schedule {
        ($($at:literal)*) => { $(
            let (x, y) = (w[($at + 1) % 16], w[($at + 14) % 16]);
            let s0 = xor!(rotated!(x, 1), rotated!(x, 8), _mm256_srli_epi64::<7>(x));
            let s1 = xor!(rotated!(y, 19), rotated!(y, 61), _mm256_srli_epi64::<6>(y));
            w[$at] = sum!(sum!(w[$at], w[($at + 9) % 16]), sum!(s0, s1));
        )* };
    }
    eight!(0, 0);
    eight!(8, 8);
    for k in (16..80).step_by(16) {
        schedule!(0 1 2 3 4 5 6 7);
        eight!(0, k);
        schedule!(8 9 10 11 12 13 14 15);
        eight!(8, k + 8);
    }
    let mut next = [a, b, c, d, e, f, g, h];
    for (word, before) in next.iter_mut().zip(state) {
        *word = _mm256_add_epi64(*word, *before);
    }
    next
}

pub(super) const START: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

pub(super) const K: [u64; 80] = [
    0x428a2f98d728ae22,
    0x7137449123ef65cd,
    0xb5c0fbcfec4d3b2f,
    0xe9b5dba58189dbbc,
    0x3956c25bf348b538,
    0x59f111f1b605d019,
    0x923f82a4af194f9b,
    0xab1c5ed5da6d8118,
    0xd807aa98a3030242,
    0x12835b0145706fbe,
    0x243185be4ee4b28c,
    0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f,
    0x80deb1fe3b1696b1,
    0x9bdc06a725c71235,
    0xc19bf174cf692694,
    0xe49b69c19ef14ad2,
    0xefbe4786384f25e3,
    0x0fc19dc68b8cd5b5,
    0x240ca1cc77ac9c65,
    0x2de92c6f592b0275,
    0x4a7484aa6ea6e483,
    0x5cb0a9dcbd41fbd4,
    0x76f988da831153b5,
    0x983e5152ee66dfab,
    0xa831c66d2db43210,
    0xb00327c898fb213f,
    0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2,
    0xd5a79147930aa725,
    0x06ca6351e003826f,
    0x142929670a0e6e70,
    0x27b70a8546d22ffc,
    0x2e1b21385c26c926,
    0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df,
    0x650a73548baf63de,
    0x766a0abb3c77b2a8,
    0x81c2c92e47edaee6,
    0x92722c851482353b,
    0xa2bfe8a14cf10364,
    0xa81a664bbc423001,
    0xc24b8b70d0f89791,
    0xc76c51a30654be30,
    0xd192e819d6ef5218,
    0xd69906245565a910,
    0xf40e35855771202a,
    0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8,
    0x1e376c085141ab53,
    0x2748774cdf8eeb99,
    0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63,
    0x4ed8aa4ae3418acb,
    0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc,
    0x78a5636f43172f60,
    0x84c87814a1f0ab72,
    0x8cc702081a6439ec,
    0x90befffa23631e28,
    0xa4506cebde82bde9,
    0xbef9a3f7b2c67915,
    0xc67178f2e372532b,
    0xca273eceea26619c,
    0xd186b8c721c0c207,
    0xeada7dd6cde0eb1e,
    0xf57d4f7fee6ed178,
    0x06f067aa72176fba,
    0x0a637dc5a2c898a6,
    0x113f9804bef90dae,
    0x1b710b35131c471b,
    0x28db77f523047d84,
    0x32caab7b40c72493,
    0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6,
    0x597f299cfc657e2a,
    0x5fcb6fab3ad6faec,
    0x6c44198c4a475817,
];

#[cfg(test)]
mod tests {
    use super::super::Lanes;
    use super::*;

    #[test]
    fn every_length_hashes_as_sha2_does() {
        let Some(lanes) = Lanes::detect() else { return };
        let bytes: Vec<u8> = (0..3000u32).map(|n| (n * 7 + n / 256) as u8).collect();
        let r: &[u8; 32] = bytes[5..].first_chunk().expect("there is more");
        let key: &[u8; 32] = bytes[99..].first_chunk().expect("there is more");
        let hashed = |n: usize| Hashed { r, key, message: &bytes[n % 17..n % 17 + n] };
        // Neighbours of one length; then lanes that differ by many blocks; then fewer than four.
        let each: Vec<_> = (0..600).chain(2000..2300).map(hashed).collect();
        let apart: Vec<_> = [0, 63, 64, 65, 127, 191, 192, 700, 2900, 1, 47, 48, 2048].map(hashed).into();
        for all in [&each[..], &apart, &apart[..3], &apart[..1], &[]] {
            assert_eq!(lanes.hashes(all), portable::hashes(all));
            assert_eq!(lanes.four().hashes(all), portable::hashes(all));
        }
    }
}
