//! Four sums of multiples at a time, the multiples taken from tables.

use std::arch::x86_64::*;

use super::super::Sum;
use super::super::field::{Fe, encoded};
use super::super::table::{Digits, Entry, Table};
use super::field::{F, add, all, invert, mul, one, sub, zero};
use super::{V, load32, prefetch, store, transposed};

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
    let s: [Digits; 4] = four.map(|one| base.digits(&one.s));
    let k: [Digits; 4] = four.map(|one| one.table.digits(&one.k));
    // Beyond a table's own rows the digits are 0, which add nothing.
    let first = base.rows();
    let second = four.iter().map(|one| one.table.rows()).max().unwrap_or_default();
    let choose = |row: usize, lane: usize| match row.checked_sub(first) {
        None => (base.entry(row, s[lane][row]), s[lane][row] < 0),
        Some(row) => (four[lane].table.entry(row, k[lane][row]), k[lane][row] < 0),
    };
    let near = |row: usize| {
        for lane in 0..4 {
            prefetch(choose(row, lane).0);
        }
    };
    for row in 0..AHEAD {
        near(row);
    }
    let mut points = Points { x: zero(), y: one(), z: one(), t: zero() };
    for row in 0..first + second {
        if row + AHEAD < first + second {
            near(row + AHEAD);
        }
        let [a, b, c, d] = [choose(row, 0), choose(row, 1), choose(row, 2), choose(row, 3)];
        points = added(&points, [a.0, b.0, c.0, d.0], [a.1, b.1, c.1, d.1]);
    }
    points
}

/// madd-2008-hwcd-3 as in the other path, each entry negated where its digit is. The order of the factors keeps the
/// greater of the two in the first, which may have greater limbs.
#[inline]
#[target_feature(enable = "avx2")]
fn added(points: &Points, entries: [&Entry; 4], negative: [bool; 4]) -> Points {
    let [e0, e1, e2, e3] = entries;
    let [n0, n1, n2, n3] = negative;
    let mask = _mm256_setr_epi64x(-i64::from(n0), -i64::from(n1), -i64::from(n2), -i64::from(n3));
    // To negate a point is to exchange y + x with y - x: done by choosing where to load from.
    let plus = |entry: &Entry, negative: bool| load32(if negative { &entry.minus } else { &entry.plus });
    let minus = |entry: &Entry, negative: bool| load32(if negative { &entry.plus } else { &entry.minus });
    let p = transposed([plus(e0, n0), plus(e1, n1), plus(e2, n2), plus(e3, n3)]);
    let m = transposed([minus(e0, n0), minus(e1, n1), minus(e2, n2), minus(e3, n3)]);
    let product =
        transposed([load32(&e0.product), load32(&e1.product), load32(&e2.product), load32(&e3.product)]);
    let tails = transposed([load32(&e0.tails), load32(&e1.tails), load32(&e2.tails), load32(&e3.tails)]);
    let plus_tail = _mm256_blendv_epi8(tails[0], tails[1], mask);
    let minus_tail = _mm256_blendv_epi8(tails[1], tails[0], mask);
    let a = mul(&sub(&points.y, &points.x), &split(m, minus_tail));
    let b = mul(&add(&points.y, &points.x), &split(p, plus_tail));
    // And 2dxy with -2dxy, which is 2p - 2dxy: two limbs side by side in 64 bits, none of which borrows.
    let two_p = all(0x03ff_fffe_07ff_fffe);
    let two_p_low = all(0x03ff_fffe_07ff_ffda);
    let signed = |limbs: V, two_p: V| _mm256_blendv_epi8(limbs, _mm256_sub_epi32(two_p, limbs), mask);
    let product = [
        signed(product[0], two_p_low),
        signed(product[1], two_p),
        signed(product[2], two_p),
        signed(product[3], two_p),
    ];
    let c = mul(&points.t, &split(product, signed(tails[2], two_p)));
    let d = add(&points.z, &points.z);
    let (e, h) = (sub(&b, &a), add(&b, &a));
    let (f, g) = (sub(&d, &c), add(&d, &c));
    Points { x: mul(&f, &e), y: mul(&g, &h), z: mul(&f, &g), t: mul(&h, &e) }
}

/// Ten limbs out of five pairs. The even ones keep their neighbour above them, which a multiplication does not read.
#[inline]
#[target_feature(enable = "avx2")]
fn split(pairs: [V; 4], tail: V) -> F {
    let [a, b, c, d] = pairs;
    let high = |pair: V| _mm256_srli_epi64::<32>(pair);
    [a, high(a), b, high(b), c, high(c), d, high(d), tail, high(tail)]
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
