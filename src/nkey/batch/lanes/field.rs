//! Numbers modulo p = 2^255 - 19, four at a time: ten limbs of 26 and 25 bits by turns, carried late.
//!
//! What keeps every sum in its 64 bits, with "even" and "odd" for the limbs of 26 and of 25 bits: a product comes out
//! with limbs of at most 2^26 + 1 and 2^25 + 2^18; [`mul`]'s second factor may have limbs up to 1.5 * 2^27 + 2^19 and
//! 1.5 * 2^26 + 2^19, so that 19 times an even one and 38 times an odd one stay below 2^32; its first factor may have
//! them up to 2^28 + 2 and 2^27 + 2^19. A test drives both to these bounds.

use std::arch::x86_64::*;

use super::super::field::inverse;
use super::V;

pub(super) type F = [V; 10];

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn all(number: u64) -> V {
    _mm256_set1_epi64x(number as i64)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn zero() -> F {
    [_mm256_setzero_si256(); 10]
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn one() -> F {
    let mut one = zero();
    one[0] = all(1);
    one
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn add(a: &F, b: &F) -> F {
    let mut sum = *a;
    for limb in 0..10 {
        sum[limb] = _mm256_add_epi64(a[limb], b[limb]);
    }
    sum
}

/// Twice the prime, limb by limb.
#[inline]
pub(super) fn two_p(limb: usize) -> u64 {
    match limb {
        0 => (1 << 27) - 38,
        _ if limb % 2 == 1 => (1 << 26) - 2,
        _ => (1 << 27) - 2,
    }
}

/// The difference, plus 2p so that no limb falls below zero: `b` is a product.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn sub(a: &F, b: &F) -> F {
    let mut difference = *a;
    for limb in 0..10 {
        difference[limb] = _mm256_add_epi64(a[limb], _mm256_sub_epi64(all(two_p(limb)), b[limb]));
    }
    difference
}

/// The product. Of each limb of `g` only the lower 32 bits are read.
///
/// The sums of the ten columns stay in registers because the loop over the rows is not unrolled: unrolled, LLVM spills
/// them, and the product takes three times as long. Row i multiplies limb i of `f` with ten neighbours
/// out of `19 g1 .. 19 g9, g0 .. g9`; where both limbs are odd, the product counts twice.
#[inline(never)]
#[target_feature(enable = "avx2")]
pub(super) fn mul(f: &F, g: &F) -> F {
    let zero = _mm256_setzero_si256();
    let nineteen = all(19);
    let mut even_row = [zero; 20];
    let mut odd_row = [zero; 20];
    for limb in 0..10 {
        let plain = g[limb];
        even_row[9 + limb] = plain;
        odd_row[9 + limb] = if limb % 2 == 1 { _mm256_add_epi64(plain, plain) } else { plain };
        if limb > 0 {
            let wrapped = _mm256_mul_epu32(plain, nineteen);
            even_row[limb - 1] = wrapped;
            odd_row[limb - 1] = if limb % 2 == 1 { _mm256_add_epi64(wrapped, wrapped) } else { wrapped };
        }
    }
    let mut h = [zero; 10];
    let rows = std::hint::black_box(5usize).min(5);
    let mut pair = 0;
    while pair < rows {
        let row = 2 * pair;
        let even: &[V; 10] = even_row[9 - row..19 - row].try_into().expect("ten of them");
        let odd: &[V; 10] = odd_row[8 - row..18 - row].try_into().expect("ten of them");
        for column in 0..10 {
            h[column] = _mm256_add_epi64(h[column], _mm256_mul_epu32(f[row], even[column]));
        }
        for column in 0..10 {
            h[column] = _mm256_add_epi64(h[column], _mm256_mul_epu32(f[row + 1], odd[column]));
        }
        pair += 1;
    }
    carried(h)
}

/// Brings every limb back to its size, along two chains at once.
#[inline]
#[target_feature(enable = "avx2")]
fn carried(mut h: F) -> F {
    let low = [all((1 << 26) - 1), all((1 << 25) - 1)];
    macro_rules! carry {
        ($($limb:literal)*) => { $(
            let carry = if $limb % 2 == 0 { _mm256_srli_epi64::<26>(h[$limb]) } else { _mm256_srli_epi64::<25>(h[$limb]) };
            h[$limb + 1] = _mm256_add_epi64(h[$limb + 1], carry);
            h[$limb] = _mm256_and_si256(h[$limb], low[$limb % 2]);
        )* };
    }
    carry!(0 4 1 5 2 6 3 7 4 8);
    let top = _mm256_srli_epi64::<25>(h[9]);
    h[9] = _mm256_and_si256(h[9], low[1]);
    // 19 = 1 + 2 + 16, for the carry can exceed the 32 bits of a multiplication.
    let nineteen =
        _mm256_add_epi64(_mm256_add_epi64(top, _mm256_slli_epi64::<1>(top)), _mm256_slli_epi64::<4>(top));
    h[0] = _mm256_add_epi64(h[0], nineteen);
    carry!(0);
    h
}

/// The inverse; zero stays zero.
#[target_feature(enable = "avx2")]
pub(super) fn invert(x: &F) -> F {
    inverse(x, |a, b| mul(a, b), |a| mul(a, a))
}

#[cfg(test)]
mod tests {
    use super::super::super::field::Fe;
    use super::super::{Lanes, store};
    use super::*;

    /// The most that even and odd limbs of a product have, and those of the factors may have.
    const PRODUCT: [u64; 2] = [(1 << 26) + 1, (1 << 25) + (1 << 18)];
    const FIRST: [u64; 2] = [(1 << 28) + 2, (1 << 27) + (1 << 19)];
    const SECOND: [u64; 2] = [3 * (1 << 26) + (1 << 19), 3 * (1 << 25) + (1 << 19)];

    /// The four numbers of a vector of limbs, by the arithmetic of the other path.
    #[target_feature(enable = "avx2")]
    fn numbers(f: &F) -> [[u64; 4]; 4] {
        let limbs = f.map(|limb| store(limb));
        std::array::from_fn(|lane| {
            let mut sum = Fe::ZERO;
            for limb in (0..10).rev() {
                let shift = Fe([1 << if limb % 2 == 0 { 26 } else { 25 }, 0, 0, 0, 0]);
                let low = limbs[limb][lane];
                sum = sum.mul(&shift).add(&Fe([low, 0, 0, 0, 0])).carried();
            }
            sum.words()
        })
    }

    #[target_feature(enable = "avx2")]
    fn spread(limbs: impl Fn(usize, usize) -> u64) -> F {
        let mut spread = zero();
        for (limb, vector) in spread.iter_mut().enumerate() {
            let [a, b, c, d] = std::array::from_fn(|lane| limbs(limb, lane) as i64);
            *vector = _mm256_setr_epi64x(a, b, c, d);
        }
        spread
    }

    #[target_feature(enable = "avx2")]
    fn check(f: &F, g: &F) -> F {
        let product = mul(f, g);
        let (a, b, c) = (numbers(f), numbers(g), numbers(&product));
        for lane in 0..4 {
            let fe = |words: [u64; 4]| {
                let mut bytes = [0; 32];
                bytes.as_chunks_mut::<8>().0.iter_mut().zip(words).for_each(|(to, w)| *to = w.to_le_bytes());
                Fe::from_bytes(&bytes)
            };
            assert_eq!(fe(a[lane]).mul(&fe(b[lane])).words(), c[lane]);
        }
        for (limb, vector) in product.into_iter().enumerate() {
            assert!(store(vector).iter().all(|number| *number <= PRODUCT[limb % 2]), "limb {limb}");
        }
        product
    }

    #[target_feature(enable = "avx2")]
    fn bounds() {
        let first = spread(|limb, _| FIRST[limb % 2]);
        let second = spread(|limb, _| SECOND[limb % 2]);
        check(&first, &second);
        // One limb at its bound, the others nothing; and lanes that differ.
        for one in 0..10 {
            let f = spread(|limb, lane| if limb == one { FIRST[limb % 2] >> (7 * lane) } else { 0 });
            for other in 0..10 {
                let g = spread(|limb, lane| if limb == other { SECOND[limb % 2] >> lane } else { 0 });
                check(&f, &g);
            }
        }
        // Products of products, differences of them and sums stay within the bounds.
        let (mut a, mut b) = (first, second);
        for _ in 0..200 {
            let product = check(&a, &b);
            let another = check(&product, &product);
            let (d, c) = (add(&product, &product), another);
            a = sub(&d, &c);
            b = if numbers(&c)[0][0] & 1 == 0 { sub(&product, &c) } else { add(&d, &c) };
        }
        let inverse = invert(&check(&a, &b));
        assert_eq!(numbers(&check(&inverse, &mul(&a, &b))), [[1, 0, 0, 0]; 4]);
        assert_eq!(numbers(&sub(&one(), &one())), [[0; 4]; 4]);
    }

    #[test]
    #[allow(unsafe_code)]
    fn limbs_stay_within_their_bounds() {
        if Lanes::detect().is_some() {
            // SAFETY: AVX2 was just detected.
            unsafe { bounds() }
        }
    }
}
