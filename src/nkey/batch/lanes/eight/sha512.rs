//! SHA-512 (FIPS 180-4) of eight messages at a time.

use std::arch::x86_64::*;

use super::super::super::Hashed;
use super::super::sha512::{BLOCK, Blocks, K, START};
use super::super::{load8, store8};
use super::{W, transposed};

/// The hash of each R, key and message, in their order.
#[target_feature(enable = "avx2,avx512f,avx512bw")]
pub(in super::super) fn hashes(all: &[Hashed<'_>]) -> Vec<[u8; 64]> {
    // Lanes wait for the longest among them: neighbours by length share a vector.
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_unstable_by_key(|&index| all[index].message.len());
    let mut hashes = vec![[0; 64]; all.len()];
    for eight in order.chunks(8) {
        // Where fewer are left, the last is hashed again in the idle lanes.
        let found = eight_hashes(std::array::from_fn(|lane| &all[eight[lane.min(eight.len() - 1)]]));
        for (index, hash) in eight.iter().zip(found) {
            hashes[*index] = hash;
        }
    }
    hashes
}

#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn eight_hashes(eight: [&Hashed<'_>; 8]) -> [[u8; 64]; 8] {
    let lanes = eight.map(Blocks::new);
    let most = lanes.iter().map(|lane| lane.count).max().unwrap_or_default();
    let mut state = START.map(|word| _mm512_set1_epi64(word as i64));
    let mut spaces = [[0; BLOCK]; 8];
    for number in 0..most {
        let mut rest = spaces.iter_mut();
        let blocks = lanes.each_ref().map(|lane| lane.get(number, rest.next().expect("one for each lane")));
        let next = compressed(&state, blocks);
        // A lane that has had its last block keeps its state.
        let mut working: __mmask8 = 0;
        for (lane, blocks) in lanes.iter().enumerate() {
            working |= u8::from(number < blocks.count) << lane;
        }
        for word in 0..8 {
            state[word] = _mm512_mask_blend_epi64(working, state[word], next[word]);
        }
    }
    let state = state.map(|word| store8(word));
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
    ($a:expr, $($rest:expr),+) => { _mm512_add_epi64($a, sum!($($rest),+)) };
}

/// a ^ b ^ c.
macro_rules! xor {
    ($a:expr, $b:expr, $c:expr) => {
        _mm512_ternarylogic_epi64::<0x96>($a, $b, $c)
    };
}

macro_rules! rotated {
    ($x:expr, $by:literal) => {
        _mm512_ror_epi64::<$by>($x)
    };
}

#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn compressed(state: &[W; 8], blocks: [&[u8; BLOCK]; 8]) -> [W; 8] {
    let big_endian = _mm512_set4_epi32(0x0809_0a0b, 0x0c0d_0e0f, 0x0001_0203, 0x0405_0607);
    let pieces = blocks.map(|block| block.as_chunks::<32>().0);
    let mut w = [_mm512_setzero_si512(); 16];
    for quarter in 0..4 {
        let rows = transposed(pieces.map(|piece| load8(&piece[quarter])));
        for (word, row) in w[4 * quarter..4 * quarter + 4].iter_mut().zip(rows) {
            *word = _mm512_shuffle_epi8(row, big_endian);
        }
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $w:expr, $k:expr) => {
            let s1 = xor!(rotated!($e, 14), rotated!($e, 18), rotated!($e, 41));
            // Of f where e is set, of g where it is not; then the majority.
            let choice = _mm512_ternarylogic_epi64::<0xca>($e, $f, $g);
            let t = sum!(sum!($h, sum!($w, _mm512_set1_epi64(K[$k] as i64))), sum!(s1, choice));
            $d = sum!($d, t);
            let s0 = xor!(rotated!($a, 28), rotated!($a, 34), rotated!($a, 39));
            let majority = _mm512_ternarylogic_epi64::<0xe8>($a, $b, $c);
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
            let s0 = xor!(rotated!(x, 1), rotated!(x, 8), _mm512_srli_epi64::<7>(x));
            let s1 = xor!(rotated!(y, 19), rotated!(y, 61), _mm512_srli_epi64::<6>(y));
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
        *word = _mm512_add_epi64(*word, *before);
    }
    next
}
