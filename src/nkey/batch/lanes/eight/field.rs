//! Numbers modulo p = 2^255 - 19, eight at a time: five limbs of 51 bits.
//!
//! The multiply-add reads the lower 52 bits of its factors, so whatever goes into [`mul`] must have limbs below 2^52. A
//! product comes out with limbs below 2^51 + 2^15; sums and differences of products are carried at once. A test drives
//! all of it to these bounds.
//!
//! Loops stand here where elsewhere `map` would: whether a compiler brings a closure with its vectors into the library's
//! `map` is chance, and where it does not, everything goes through memory.

use std::arch::x86_64::*;

use super::super::super::field::inverse;
use super::W;

pub(super) type F = [W; 5];

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn all(number: u64) -> W {
    _mm512_set1_epi64(number as i64)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn zero() -> F {
    [_mm512_setzero_si512(); 5]
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn one() -> F {
    let mut one = zero();
    one[0] = all(1);
    one
}

/// Twice the prime, limb by limb.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn two_p(limb: usize) -> W {
    all(if limb == 0 { (1 << 52) - 38 } else { (1 << 52) - 2 })
}

/// The sum, not carried: of two products it is below 2^52 + 2^15, too much for [`mul`].
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn twice(a: &F) -> F {
    let mut sum = *a;
    for limb in 0..5 {
        sum[limb] = _mm512_add_epi64(a[limb], a[limb]);
    }
    sum
}

/// The sum; limbs up to 2^53.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn add(a: &F, b: &F) -> F {
    let mut sum = *a;
    for limb in 0..5 {
        sum[limb] = _mm512_add_epi64(a[limb], b[limb]);
    }
    carried(sum)
}

/// The difference, plus 2p so that no limb falls below zero: `b` is a product.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn sub(a: &F, b: &F) -> F {
    let mut difference = *a;
    for limb in 0..5 {
        difference[limb] = _mm512_add_epi64(a[limb], _mm512_sub_epi64(two_p(limb), b[limb]));
    }
    carried(difference)
}

/// Brings every limb back to its size, all at once: of limbs below 2^61 come some below 2^51 + 2^10, the first below
/// 2^51 + 2^15; of limbs below 2^54 some below 2^51 + 2^8.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn carried(h: F) -> F {
    let low = all((1 << 51) - 1);
    let mut kept = h;
    for limb in 0..5 {
        kept[limb] = _mm512_and_si512(h[limb], low);
    }
    for limb in 1..5 {
        kept[limb] = _mm512_add_epi64(kept[limb], _mm512_srli_epi64::<51>(h[limb - 1]));
    }
    // What leaves the top has few bits, so that the multiply-add is exact.
    kept[0] = _mm512_madd52lo_epu64(kept[0], _mm512_srli_epi64::<51>(h[4]), all(19));
    kept
}

/// 19 = 1 + 2 + 16, for the vector multiplication of 64 bits is slow and that of 52 too narrow here.
#[inline]
#[target_feature(enable = "avx512f")]
fn nineteen(x: W) -> W {
    _mm512_add_epi64(_mm512_add_epi64(x, _mm512_slli_epi64::<1>(x)), _mm512_slli_epi64::<4>(x))
}

/// The product. The upper halves are of 52 bits and the limbs of 51, so they count twice, one limb further on.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn mul(f: &F, g: &F) -> F {
    let zero = _mm512_setzero_si512();
    let (mut low, mut high) = ([zero; 9], [zero; 9]);
    for i in 0..5 {
        for j in 0..5 {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], f[i], g[j]);
            high[i + j] = _mm512_madd52hi_epu64(high[i + j], f[i], g[j]);
        }
    }
    folded(&low, &high)
}

/// The square: what is a product of two limbs is computed once and counts twice.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square(f: &F) -> F {
    let zero = _mm512_setzero_si512();
    let (mut low, mut high) = ([zero; 9], [zero; 9]);
    for i in 0..5 {
        for j in i + 1..5 {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], f[i], f[j]);
            high[i + j] = _mm512_madd52hi_epu64(high[i + j], f[i], f[j]);
        }
    }
    for place in 1..8 {
        low[place] = _mm512_add_epi64(low[place], low[place]);
        high[place] = _mm512_add_epi64(high[place], high[place]);
    }
    for i in 0..5 {
        low[2 * i] = _mm512_madd52lo_epu64(low[2 * i], f[i], f[i]);
        high[2 * i] = _mm512_madd52hi_epu64(high[2 * i], f[i], f[i]);
    }
    folded(&low, &high)
}

/// Nine columns of a product as a number: those from the fifth on come around, times 19.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn folded(low: &[W; 9], high: &[W; 9]) -> F {
    let zero = _mm512_setzero_si512();
    // Each of both is at most 5 * 2^52, each column below 2^56, and with what comes around below 2^61.
    let mut columns = [zero; 10];
    columns[..9].copy_from_slice(low);
    for place in 0..9 {
        let twice = _mm512_add_epi64(high[place], high[place]);
        columns[place + 1] = _mm512_add_epi64(columns[place + 1], twice);
    }
    let mut sum = [zero; 5];
    for limb in 0..5 {
        sum[limb] = _mm512_add_epi64(columns[limb], nineteen(columns[limb + 5]));
    }
    carried(sum)
}

/// The inverse; zero stays zero.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn invert(x: &F) -> F {
    inverse(x, |a, b| mul(a, b), |a| square(a))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::field::Fe;
    use super::super::super::{Lanes, store8};
    use super::*;

    /// The most that the limbs of a factor have, and those of a product.
    const FACTOR: u64 = (1 << 52) - 1;
    const PRODUCT: u64 = (1 << 51) + (1 << 15);

    /// The eight numbers of a vector of limbs, by the arithmetic of the other path.
    #[target_feature(enable = "avx512f")]
    fn numbers(f: &F) -> [[u64; 4]; 8] {
        let limbs = f.map(|limb| store8(limb));
        std::array::from_fn(|lane| Fe(limbs.map(|limb| limb[lane])).mul(&Fe::ONE).words())
    }

    #[target_feature(enable = "avx512f")]
    fn spread(limbs: impl Fn(usize, usize) -> u64) -> F {
        let mut spread = zero();
        for (limb, vector) in spread.iter_mut().enumerate() {
            let [a, b, c, d, e, f, g, h] = std::array::from_fn(|lane| limbs(limb, lane) as i64);
            *vector = _mm512_setr_epi64(a, b, c, d, e, f, g, h);
        }
        spread
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check(f: &F, g: &F) -> F {
        let product = mul(f, g);
        assert_eq!(square(f).map(|limb| store8(limb)), mul(f, f).map(|limb| store8(limb)));
        let (a, b, c) = (f.map(|limb| store8(limb)), g.map(|limb| store8(limb)), numbers(&product));
        for lane in 0..8 {
            let (a, b) = (Fe(a.map(|limb| limb[lane])), Fe(b.map(|limb| limb[lane])));
            assert_eq!(a.mul(&b).words(), c[lane]);
        }
        for (limb, vector) in product.into_iter().enumerate() {
            assert!(store8(vector).iter().all(|number| *number < PRODUCT), "limb {limb}");
        }
        product
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn bounds() {
        let most = spread(|_, _| FACTOR);
        check(&most, &most);
        // One limb at its bound, the others nothing; and lanes that differ.
        for one in 0..5 {
            let f = spread(|limb, lane| if limb == one { FACTOR >> (5 * lane) } else { 0 });
            for other in 0..5 {
                let g = spread(|limb, lane| if limb == other { FACTOR >> lane } else { 0 });
                check(&f, &g);
            }
        }
        // Products of products, differences of them and sums stay within the bounds.
        let (mut a, mut b) = (most, spread(|limb, lane| FACTOR - ((limb as u64) << (6 * lane))));
        for _ in 0..200 {
            let product = check(&a, &b);
            let another = check(&product, &product);
            let d = twice(&product);
            a = sub(&d, &another);
            b = if numbers(&another)[0][0] & 1 == 0 { sub(&product, &another) } else { add(&d, &another) };
            for sum in [&a, &b] {
                assert!(sum.iter().all(|limb| store8(*limb).iter().all(|number| *number <= FACTOR)));
            }
        }
        // And what is as large as it can be.
        let product = spread(|_, _| PRODUCT - 1);
        for sum in [
            add(&twice(&product), &product),
            sub(&twice(&product), &spread(|_, _| 0)),
            sub(&zero(), &product),
        ] {
            assert!(sum.iter().all(|limb| store8(*limb).iter().all(|number| *number <= FACTOR)));
        }
        let inverse = invert(&check(&a, &b));
        assert_eq!(numbers(&check(&inverse, &mul(&a, &b))), [[1, 0, 0, 0]; 8]);
        assert_eq!(numbers(&sub(&one(), &one())), [[0; 4]; 8]);
    }

    #[test]
    #[allow(unsafe_code)]
    fn limbs_stay_within_their_bounds() {
        if Lanes::detect().is_some_and(Lanes::has_eight) {
            // SAFETY: AVX-512 with its multiply-add was just detected.
            unsafe { bounds() }
        }
    }
}
