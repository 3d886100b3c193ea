//! The path of processors with AVX-512 and its multiply-add of 52 bits: eight signatures at a time.

mod apart;
mod field;
mod points;
mod sha512;

use std::arch::x86_64::*;

pub(super) use apart::sums_apart;
pub(super) use points::sums;
pub(super) use sha512::hashes;

use super::V;

/// Eight numbers of 64 bits.
type W = __m512i;

/// Eight vectors of four become one vector per place.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: [V; 8]) -> [W; 4] {
    let [a, b, c, d, e, f, g, h] = rows;
    let both = |low: V, high: V| _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
    let (ae, bf, cg, dh) = (both(a, e), both(b, f), both(c, g), both(d, h));
    let (ab, cd) = (_mm512_unpacklo_epi64(ae, bf), _mm512_unpacklo_epi64(cg, dh));
    let (ab_odd, cd_odd) = (_mm512_unpackhi_epi64(ae, bf), _mm512_unpackhi_epi64(cg, dh));
    let first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    let third = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    [
        _mm512_permutex2var_epi64(ab, first, cd),
        _mm512_permutex2var_epi64(ab_odd, first, cd_odd),
        _mm512_permutex2var_epi64(ab, third, cd),
        _mm512_permutex2var_epi64(ab_odd, third, cd_odd),
    ]
}
