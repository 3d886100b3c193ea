//! Eight sums of multiples at a time, the multiples taken from tables.

use std::arch::x86_64::*;

use super::super::super::Sum;
use super::super::super::field::{Fe, encoded};
use super::super::super::table::{Multiple, Table, steps};
use super::super::{load, prefetch, store8};
use super::field::{F, add, all, invert, mul, one, sub, twice, two_p, zero};
use super::{W, transposed};

/// Rows whose entries are asked for ahead of their use.
const AHEAD: usize = 3;

/// Eight points in extended coordinates.
pub(super) struct Points {
    pub(super) x: F,
    pub(super) y: F,
    pub(super) z: F,
    pub(super) t: F,
}

/// Eight points, and whose they are.
pub(super) type Eight = ([usize; 8], Points);

/// The encodings of each s * B + k * (-A), in the order of `sums`.
#[target_feature(enable = "avx2,bmi2,avx512f,avx512ifma")]
pub(in super::super) fn sums(base: &Table, sums: &[Sum<'_>]) -> Vec<[u64; 4]> {
    // The eight of a vector take as many steps as the most of them need: neighbours by width waste none.
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by_key(|&index| sums[index].table.width());
    let mut points = Vec::with_capacity(sums.len().div_ceil(8));
    for eight in order.chunks(8) {
        // Where fewer are left, the last is computed again in the idle lanes.
        let eight: [usize; 8] = std::array::from_fn(|lane| eight[lane.min(eight.len() - 1)]);
        points.push((eight, sum(base, eight.map(|index| &sums[index]))));
    }
    encodings(&points, sums.len())
}

/// The encodings of so many points, in the order of their numbers.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512ifma")]
pub(super) fn encodings(points: &[Eight], count: usize) -> Vec<[u64; 4]> {
    // One inversion for all of them: before[i] is the product of the Z before i. No Z is zero, for the formulas are complete
    // and only points of the curve were added: one lane cannot spoil the others.
    let mut product = one();
    let mut before = Vec::with_capacity(points.len());
    for (_, point) in points {
        before.push(product);
        product = mul(&product, &point.z);
    }
    let mut rest = invert(&product);
    let mut encodings = vec![[0; 4]; count];
    for ((eight, point), before) in points.iter().zip(&before).rev() {
        let inverse = mul(before, &rest);
        rest = mul(&rest, &point.z);
        let (x, y) = (numbers(&mul(&point.x, &inverse)), numbers(&mul(&point.y, &inverse)));
        for lane in 0..8 {
            encodings[eight[lane]] = encoded(&x[lane], &y[lane]);
        }
    }
    encodings
}

#[inline]
#[target_feature(enable = "avx2,bmi2,avx512f,avx512ifma")]
fn sum(base: &Table, eight: [&Sum<'_>; 8]) -> Points {
    let rows = base.rows() + eight.iter().map(|one| one.table.rows()).max().unwrap_or_default();
    let steps = steps(rows, eight.map(|one| base.multiples(&one.s).chain(one.table.multiples(&one.k))));
    summed(Points { x: zero(), y: one(), z: one(), t: zero() }, &steps)
}

/// These points, and step by step the multiples.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512ifma")]
pub(super) fn summed(mut points: Points, steps: &[[Multiple<'_>; 8]]) -> Points {
    let near = |step: &[Multiple<'_>; 8]| step.iter().for_each(|(entry, _)| prefetch(entry));
    steps.iter().take(AHEAD).for_each(near);
    for (row, step) in steps.iter().enumerate() {
        steps.get(row + AHEAD).into_iter().for_each(near);
        add_step(&mut points, step);
    }
    points
}

/// madd-2008-hwcd-3 as in the other paths, each entry negated where its digit is.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512ifma")]
fn add_step(points: &mut Points, step: &[Multiple<'_>; 8]) {
    let mut negative: __mmask8 = 0;
    for (lane, (_, is_negative)) in step.iter().enumerate() {
        negative |= u8::from(*is_negative) << lane;
    }
    // To negate a point is to exchange y + x with y - x: done by choosing where to load from.
    let mut rows = [[_mm256_setzero_si256(); 8]; 3];
    for (lane, (entry, negative)) in step.iter().enumerate() {
        let (plus, minus) = if *negative { (&entry.minus, &entry.plus) } else { (&entry.plus, &entry.minus) };
        for (kind, words) in [plus, minus, &entry.product].into_iter().enumerate() {
            rows[kind][lane] = load(words);
        }
    }
    let [plus, minus, product] = rows;
    let a = mul(&sub(&points.y, &points.x), &limbs(transposed(minus)));
    let b = mul(&add(&points.y, &points.x), &limbs(transposed(plus)));
    // And 2dxy with 2p - 2dxy, whose limbs are below 2^52.
    let mut product = limbs(transposed(product));
    for (limb, number) in product.iter_mut().enumerate() {
        *number = _mm512_mask_sub_epi64(*number, negative, two_p(limb), *number);
    }
    let c = mul(&points.t, &product);
    let d = twice(&points.z);
    let (e, h) = (sub(&b, &a), add(&b, &a));
    let (f, g) = (sub(&d, &c), add(&d, &c));
    *points = Points { x: mul(&f, &e), y: mul(&g, &h), z: mul(&f, &g), t: mul(&h, &e) };
}

/// Five limbs out of four words.
#[inline]
#[target_feature(enable = "avx512f")]
fn limbs(words: [W; 4]) -> F {
    // (a | b) & c, bit by bit.
    const EITHER_WITHIN: i32 = 0xa8;
    let low = all((1 << 51) - 1);
    let [a, b, c, d] = words;
    [
        _mm512_and_si512(a, low),
        _mm512_ternarylogic_epi64::<EITHER_WITHIN>(
            _mm512_srli_epi64::<51>(a),
            _mm512_slli_epi64::<13>(b),
            low,
        ),
        _mm512_ternarylogic_epi64::<EITHER_WITHIN>(
            _mm512_srli_epi64::<38>(b),
            _mm512_slli_epi64::<26>(c),
            low,
        ),
        _mm512_ternarylogic_epi64::<EITHER_WITHIN>(
            _mm512_srli_epi64::<25>(c),
            _mm512_slli_epi64::<39>(d),
            low,
        ),
        _mm512_srli_epi64::<12>(d),
    ]
}

/// The numbers of the eight lanes, in the limbs of the safe path.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn numbers(f: &F) -> [Fe; 8] {
    let mut numbers = [Fe::ZERO; 8];
    for (limb, vector) in f.iter().enumerate() {
        for (number, limbs) in store8(*vector).into_iter().zip(&mut numbers) {
            limbs.0[limb] = number;
        }
    }
    numbers
}
