//! Four sums of multiples at a time, the multiples taken from tables.

use std::arch::x86_64::*;

use super::super::Sum;
use super::super::field::{Fe, encoded};
use super::super::table::{Entry, Multiple, Table, steps};
use super::field::{F, add, all, invert, mul, one, sub, two_p, zero};
use super::{V, load, prefetch, store, transposed};

/// Rows whose entries are asked for ahead of their use.
const AHEAD: usize = 5;

/// Four points in extended coordinates.
struct Points {
    x: F,
    y: F,
    z: F,
    t: F,
}

/// The encodings of each s * B + k * (-A), in the order of `sums`.
#[target_feature(enable = "avx2,bmi2")]
pub(super) fn sums(base: &Table, sums: &[Sum<'_>]) -> Vec<[u64; 4]> {
    // The four of a vector take as many steps as the most of them need: neighbours by width waste none.
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by_key(|&index| sums[index].table.width());
    let mut points = Vec::with_capacity(sums.len().div_ceil(4));
    for four in order.chunks(4) {
        // Where fewer are left, the last is computed again in the idle lanes.
        let four: [usize; 4] = std::array::from_fn(|lane| four[lane.min(four.len() - 1)]);
        points.push((four, sum(base, four.map(|index| &sums[index]))));
    }
    // One inversion for all of them: before[i] is the product of the Z before i.
    let mut product = one();
    let mut before = Vec::with_capacity(points.len());
    for (_, point) in &points {
        before.push(product);
        product = mul(&product, &point.z);
    }
    let mut rest = invert(&product);
    let mut encodings = vec![[0; 4]; sums.len()];
    for ((four, point), before) in points.iter().zip(&before).rev() {
        let inverse = mul(before, &rest);
        rest = mul(&rest, &point.z);
        let (x, y) = (numbers(&mul(&point.x, &inverse)), numbers(&mul(&point.y, &inverse)));
        for lane in 0..4 {
            encodings[four[lane]] = encoded(&x[lane], &y[lane]);
        }
    }
    encodings
}

#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn sum(base: &Table, four: [&Sum<'_>; 4]) -> Points {
    let rows = base.rows() + four.iter().map(|one| one.table.rows()).max().unwrap_or_default();
    let steps = steps(rows, four.map(|one| base.multiples(&one.s).chain(one.table.multiples(&one.k))));
    let near = |step: &[Multiple<'_>; 4]| step.iter().for_each(|(entry, _)| prefetch(entry));
    steps.iter().take(AHEAD).for_each(near);
    let mut points = Points { x: zero(), y: one(), z: one(), t: zero() };
    for (row, step) in steps.iter().enumerate() {
        steps.get(row + AHEAD).into_iter().for_each(near);
        add_step(&mut points, step);
    }
    points
}

/// madd-2008-hwcd-3 as in the other path, each entry negated where its digit is. The order of the factors keeps the
/// greater of the two in the first, which may have greater limbs.
#[inline]
#[target_feature(enable = "avx2")]
fn add_step(points: &mut Points, step: &[Multiple<'_>; 4]) {
    let [(e0, n0), (e1, n1), (e2, n2), (e3, n3)] = *step;
    let mask = _mm256_setr_epi64x(-i64::from(n0), -i64::from(n1), -i64::from(n2), -i64::from(n3));
    // To negate a point is to exchange y + x with y - x: done by choosing where to load from.
    let plus = |entry: &Entry, negative: bool| load(if negative { &entry.minus } else { &entry.plus });
    let minus = |entry: &Entry, negative: bool| load(if negative { &entry.plus } else { &entry.minus });
    let p = transposed([plus(e0, n0), plus(e1, n1), plus(e2, n2), plus(e3, n3)]);
    let m = transposed([minus(e0, n0), minus(e1, n1), minus(e2, n2), minus(e3, n3)]);
    let product = transposed([load(&e0.product), load(&e1.product), load(&e2.product), load(&e3.product)]);
    let a = mul(&sub(&points.y, &points.x), &limbs(m));
    let b = mul(&add(&points.y, &points.x), &limbs(p));
    // And 2dxy with -2dxy, which is 2p - 2dxy.
    let mut product = limbs(product);
    for (limb, number) in product.iter_mut().enumerate() {
        let negated = _mm256_sub_epi64(all(two_p(limb)), *number);
        *number = _mm256_blendv_epi8(*number, negated, mask);
    }
    let c = mul(&points.t, &product);
    let d = add(&points.z, &points.z);
    let (e, h) = (sub(&b, &a), add(&b, &a));
    let (f, g) = (sub(&d, &c), add(&d, &c));
    *points = Points { x: mul(&f, &e), y: mul(&g, &h), z: mul(&f, &g), t: mul(&h, &e) };
}

/// Ten limbs out of four words.
#[inline]
#[target_feature(enable = "avx2")]
fn limbs(words: [V; 4]) -> F {
    let (even, odd) = (all((1 << 26) - 1), all((1 << 25) - 1));
    let [a, b, c, d] = words;
    let ends = |low: V, high: V| _mm256_or_si256(_mm256_srli_epi64::<51>(low), _mm256_slli_epi64::<13>(high));
    [
        _mm256_and_si256(a, even),
        _mm256_and_si256(_mm256_srli_epi64::<26>(a), odd),
        _mm256_and_si256(ends(a, b), even),
        _mm256_and_si256(_mm256_srli_epi64::<13>(b), odd),
        _mm256_srli_epi64::<38>(b),
        _mm256_and_si256(c, odd),
        _mm256_and_si256(_mm256_srli_epi64::<25>(c), even),
        _mm256_and_si256(ends(c, d), odd),
        _mm256_and_si256(_mm256_srli_epi64::<12>(d), even),
        _mm256_srli_epi64::<38>(d),
    ]
}

/// The numbers of the four lanes, in the limbs of the other path.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers(f: &F) -> [Fe; 4] {
    let limbs = f.map(|limb| store(limb));
    std::array::from_fn(|lane| {
        Fe(std::array::from_fn(|limb| limbs[2 * limb][lane] + (limbs[2 * limb + 1][lane] << 26)))
    })
}
