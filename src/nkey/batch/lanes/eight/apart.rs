//! Eight sums at a time under keys that have no table: each lane has a key of its own, of which it makes the few multiples
//! that it needs.
//!
//! Unlike a table's, the digits are those of k as it is, which is exact for every point of the curve, also for one with a
//! part of small order.

use std::arch::x86_64::*;

use super::super::super::Apart;
use super::super::super::field::{Fe, root};
use super::super::super::table::{Table, steps};
use super::W;
use super::field::{F, add, all, mul, one, square, sub, twice, two_p, zero};
use super::points::{Eight, Points, encodings, numbers, summed};

/// Digits of four bits, from -7 to 8: k has 253 bits.
const DIGITS: usize = 64;

/// Eight points in projective coordinates: all that a doubling asks for.
struct Projective {
    x: F,
    y: F,
    z: F,
}

/// Eight points before the last step, which is worth putting off until it is known what of it is needed.
struct Completed {
    e: F,
    f: F,
    g: F,
    h: F,
}

/// Eight points made ready to be added: y + x, y - x, z and 2dt.
#[derive(Clone, Copy)]
struct Cached {
    plus: F,
    minus: F,
    z: F,
    product: F,
}

/// The encodings of each s * B + k * (-A); none where the key is no point of the curve.
#[target_feature(enable = "avx2,bmi2,avx512f,avx512ifma")]
pub(in super::super) fn sums_apart(base: &Table, sums: &[Apart<'_>]) -> Vec<Option<[u64; 4]>> {
    let mut points: Vec<Eight> = Vec::with_capacity(sums.len().div_ceil(8));
    let mut found = vec![false; sums.len()];
    for first in (0..sums.len()).step_by(8) {
        // Where fewer are left, the last is computed again in the idle lanes.
        let eight: [usize; 8] = std::array::from_fn(|lane| (first + lane).min(sums.len() - 1));
        let chosen = eight.map(|index| &sums[index]);
        let keys = negated_keys(chosen);
        for lane in 0..8 {
            found[eight[lane]] = keys[lane].is_some();
        }
        // The neutral point stands in for a key that is none.
        let keys = keys.map(|key| key.unwrap_or((Fe::ZERO, Fe::ONE)));
        let products = multiplied(&lanes(keys.map(|(x, _)| x)), &lanes(keys.map(|(_, y)| y)), chosen);
        let steps = steps(base.rows(), chosen.map(|one| base.multiples(&one.s)));
        points.push((eight, summed(products, &steps)));
    }
    let encodings = encodings(&points, sums.len());
    encodings.into_iter().zip(found).map(|(encoding, found)| found.then_some(encoding)).collect()
}

/// -A of each lane, where its bytes are a point of the curve.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn negated_keys(eight: [&Apart<'_>; 8]) -> [Option<(Fe, Fe)>; 8] {
    let ys = eight.map(|one| Fe::from_bytes(one.key));
    let y = lanes(ys);
    let yy = square(&y);
    let u = sub(&yy, &one());
    let v = add(&mul(&lanes([Fe::D; 8]), &yy), &one());
    let x = root(&u, &v, |a, b| mul(a, b), |a| square(a));
    let (vxx, u, x) = (numbers(&mul(&v, &square(&x))), numbers(&u), numbers(&x));
    std::array::from_fn(|lane| {
        let odd = eight[lane].key[31] >> 7 == 1;
        // The sign of x the other way round makes it -A, as long as x is not 0: then it is both.
        let x = x[lane].settled(&vxx[lane], &u[lane], !odd)?;
        Some((x, ys[lane]))
    })
}

/// k times the point with these coordinates, in each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiplied(x: &F, y: &F, eight: [&Apart<'_>; 8]) -> Points {
    let multiples = multiples(Points { x: *x, y: *y, z: one(), t: mul(x, y) });
    let digits = eight.map(|one| digits(&one.k));
    let mut sum = Points { x: zero(), y: one(), z: one(), t: zero() };
    for place in (0..DIGITS).rev() {
        let here = i64::from_le_bytes(std::array::from_fn(|lane| digits[lane][place] as u8));
        let here = _mm512_cvtepi8_epi64(_mm_set_epi64x(0, here));
        if place < DIGITS - 1 {
            let mut point = Projective { x: sum.x, y: sum.y, z: sum.z };
            for _ in 0..3 {
                point = doubled(&point).projective();
            }
            sum = doubled(&point).extended();
        }
        sum = added(&sum, &chosen(&multiples, here), _mm512_cmplt_epi64_mask(here, all(0))).extended();
    }
    sum
}

/// The first eight multiples.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiples(points: Points) -> [Cached; 8] {
    let first = cached(&points);
    let mut multiples = [first; 8];
    let mut multiple = points;
    for next in &mut multiples[1..] {
        multiple = added(&multiple, &first, 0).extended();
        *next = cached(&multiple);
    }
    multiples
}

/// The multiple that each lane's digit names, its sign left aside; of 0 the neutral point.
#[inline]
#[target_feature(enable = "avx512f")]
fn chosen(multiples: &[Cached; 8], digits: W) -> Cached {
    let digits = _mm512_abs_epi64(digits);
    let mut chosen = Cached { plus: one(), minus: one(), z: one(), product: zero() };
    for (multiple, number) in multiples.iter().zip(1..) {
        let here = _mm512_cmpeq_epi64_mask(digits, all(number));
        for limb in 0..5 {
            chosen.plus[limb] = _mm512_mask_mov_epi64(chosen.plus[limb], here, multiple.plus[limb]);
            chosen.minus[limb] = _mm512_mask_mov_epi64(chosen.minus[limb], here, multiple.minus[limb]);
            chosen.z[limb] = _mm512_mask_mov_epi64(chosen.z[limb], here, multiple.z[limb]);
            chosen.product[limb] = _mm512_mask_mov_epi64(chosen.product[limb], here, multiple.product[limb]);
        }
    }
    chosen
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn cached(points: &Points) -> Cached {
    Cached {
        plus: add(&points.y, &points.x),
        minus: sub(&points.y, &points.x),
        z: points.z,
        product: mul(&points.t, &lanes([Fe::TWO_D; 8])),
    }
}

/// add-2008-hwcd-3, which is complete on this curve; where `negative` says so, the other point is taken from the first.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn added(points: &Points, other: &Cached, negative: __mmask8) -> Completed {
    let (mut plus, mut minus, mut product) = (other.plus, other.minus, other.product);
    for limb in 0..5 {
        plus[limb] = _mm512_mask_mov_epi64(other.plus[limb], negative, other.minus[limb]);
        minus[limb] = _mm512_mask_mov_epi64(other.minus[limb], negative, other.plus[limb]);
        product[limb] = _mm512_mask_sub_epi64(product[limb], negative, two_p(limb), product[limb]);
    }
    let a = mul(&sub(&points.y, &points.x), &minus);
    let b = mul(&add(&points.y, &points.x), &plus);
    let c = mul(&points.t, &product);
    let d = twice(&mul(&points.z, &other.z));
    Completed { e: sub(&b, &a), f: sub(&d, &c), g: add(&d, &c), h: add(&b, &a) }
}

/// dbl-2008-hwcd with all four signs turned, which keeps the sums small.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn doubled(points: &Projective) -> Completed {
    let (xx, yy, zz) = (square(&points.x), square(&points.y), square(&points.z));
    let h = add(&xx, &yy);
    let e = sub(&h, &square(&add(&points.x, &points.y)));
    let g = sub(&xx, &yy);
    Completed { e, f: add(&twice(&zz), &g), g, h }
}

impl Completed {
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn projective(&self) -> Projective {
        Projective { x: mul(&self.e, &self.f), y: mul(&self.g, &self.h), z: mul(&self.f, &self.g) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn extended(&self) -> Points {
        let Projective { x, y, z } = self.projective();
        Points { x, y, z, t: mul(&self.e, &self.h) }
    }
}

/// One number in each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn lanes(numbers: [Fe; 8]) -> F {
    let mut lanes = zero();
    for (limb, vector) in lanes.iter_mut().enumerate() {
        let [a, b, c, d, e, f, g, h] = numbers.map(|Fe(limbs)| limbs[limb] as i64);
        *vector = _mm512_setr_epi64(a, b, c, d, e, f, g, h);
    }
    lanes
}

/// The digits of k, the lowest first.
fn digits(k: &[u64; 4]) -> [i8; DIGITS] {
    let mut carry = 0;
    std::array::from_fn(|place| {
        let value = (k[place / 16] >> (place % 16 * 4) & 15) as i8 + carry;
        carry = i8::from(value > 8);
        value - (carry << 4)
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::super::field::words;
    use super::*;
    use curve25519_dalek::scalar::Scalar;
    use proptest::prelude::*;

    fn check(k: &Scalar) {
        let value = digits(&words(k.as_bytes())).iter().rev().fold(Scalar::ZERO, |sum, digit| {
            let magnitude = Scalar::from(digit.unsigned_abs());
            sum * Scalar::from(16u64) + if *digit < 0 { -magnitude } else { magnitude }
        });
        assert_eq!(value, *k);
    }

    #[test]
    fn digits_at_the_edges() {
        for k in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from_bytes_mod_order([0x88; 32])] {
            check(&k);
            check(&(k - Scalar::from(8u64)));
        }
    }

    proptest! {
        #[test]
        fn prop_digits_are_the_scalar(bytes: [u8; 32]) {
            check(&Scalar::from_bytes_mod_order(bytes));
        }
    }
}
