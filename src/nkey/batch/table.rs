//! The multiples of one point that a verification adds up, and the digits that choose among them.
//!
//! A scalar below the group's order L is written in signed digits of `width` bits; row i of the table holds
//! j * 2^(width*i) * P for j = 0..=2^(width-1). Then s * P is one entry per row, and no doubling.

use curve25519_dalek::edwards::EdwardsPoint;

use super::field::{Fe, invert_all, words};

/// The order of the base point.
pub(super) const L: [u64; 4] = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];
/// L / 2, rounded down.
const HALF_L: [u64; 4] = [0x2c09318d2e7ae9f6, 0x0a6f7cef517bce6b, 0, 0x0800000000000000];

/// A multiple in affine Niels form: y + x, y - x and 2dxy, each canonical in four words. Wherever it begins, it stands in two
/// cache lines. What adds it up takes the words apart into limbs of its own: that costs less than a larger table, which
/// would not stay in the cache.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(super) struct Entry {
    pub(super) plus: [u64; 4],
    pub(super) minus: [u64; 4],
    pub(super) product: [u64; 4],
}

impl Entry {
    /// The neutral point, which digit 0 adds.
    pub(super) const NEUTRAL: Entry = Entry { plus: [1, 0, 0, 0], minus: [1, 0, 0, 0], product: [0; 4] };

    fn new(x: &Fe, y: &Fe) -> Entry {
        let product = x.mul(y).mul(&Fe::TWO_D);
        Entry { plus: y.add(x).words(), minus: y.sub(x).words(), product: product.words() }
    }
}

/// How many digits of `width` bits a scalar takes: up to L / 2 < 2^251 + 2^124 and its sign apart, 252 bits do.
pub(super) const fn rows(width: u32) -> usize {
    252usize.div_ceil(width as usize)
}

/// The greatest digit of `width` bits.
const fn half(width: u32) -> usize {
    1 << (width - 1)
}

/// The multiples of one point.
pub(super) struct Table {
    width: u32,
    half: usize,
    entries: Vec<Entry>,
}

impl Table {
    /// How many bytes a table of this width takes.
    pub(super) const fn size(width: u32) -> usize {
        rows(width) * (half(width) + 1) * size_of::<Entry>()
    }

    /// The multiples of `point`.
    pub(super) fn new(point: &EdwardsPoint, width: u32) -> Table {
        let half = half(width);
        let mut entries = Vec::with_capacity(rows(width) * (half + 1));
        let encoding = point.compress().0;
        let mut y = Fe::from_bytes(&encoding);
        let mut x = Fe::x_of(&y, encoding[31] >> 7 == 1).expect("dalek encodes points of the curve");
        let mut row = Vec::with_capacity(half + 1);
        for _ in 0..rows(width) {
            let step = Affine::new(&x, &y);
            let mut multiple = Point::affine(&x, &y);
            row.clear();
            row.push(multiple);
            for _ in 1..half {
                multiple = multiple.add(&step, false);
                row.push(multiple);
            }
            // The next row's first: twice the last of this one.
            row.push(multiple.double());
            entries.push(Entry::NEUTRAL);
            let heights: Vec<Fe> = row.iter().map(|point| point.z).collect();
            for (place, (point, inverse)) in row.iter().zip(invert_all(&heights)).enumerate() {
                (x, y) = (point.x.mul(&inverse), point.y.mul(&inverse));
                if place < half {
                    entries.push(Entry::new(&x, &y));
                }
            }
        }
        Table { width, half, entries }
    }

    pub(super) fn width(&self) -> u32 {
        self.width
    }

    pub(super) fn rows(&self) -> usize {
        rows(self.width)
    }

    /// The entries that add up to `scalar` times the point, a row at a time, and which of them count negated. The scalar is
    /// below L.
    #[inline(always)]
    pub(super) fn multiples<'t>(&'t self, scalar: &[u64; 4]) -> impl Iterator<Item = Multiple<'t>> + use<'t> {
        let (negative, digits) = self.digits(scalar);
        let rows = self.entries.chunks_exact(self.half + 1);
        rows.zip(digits)
            .map(move |(row, digit)| (&row[digit.unsigned_abs() as usize], negative != (digit < 0)))
    }

    /// The signed digits of a scalar below L, or of its negative: one above L / 2 is taken for that, which is why the point must
    /// be of order L, for then both are the same multiple of it.
    #[inline(always)]
    fn digits(&self, scalar: &[u64; 4]) -> (bool, impl Iterator<Item = i32> + use<>) {
        let negative = less(&HALF_L, scalar);
        let v = if negative { order_minus(scalar) } else { *scalar };
        let v = [v[0], v[1], v[2], v[3], 0];
        let (width, half) = (self.width, self.half as i32);
        let mut carry = 0;
        let digits = (0..self.rows() as u32).map(move |row| {
            let at = row * width;
            let (word, shift) = ((at / 64) as usize & 3, at % 64);
            let pair = u128::from(v[word]) | u128::from(v[word + 1]) << 64;
            let value = ((pair >> shift) as u32 & ((1 << width) - 1)) as i32 + carry;
            carry = i32::from(value > half);
            value - (carry << width)
        });
        (negative, digits)
    }
}

/// An entry, and whether it counts negated.
pub(super) type Multiple<'t> = (&'t Entry, bool);

/// What is added up in some lanes, step by step; a lane that ends earlier adds nothing from there on.
#[inline(always)]
pub(super) fn steps<'t, const LANES: usize, M: Iterator<Item = Multiple<'t>>>(
    rows: usize,
    lanes: [M; LANES],
) -> Vec<[Multiple<'t>; LANES]> {
    let mut steps = vec![[(&Entry::NEUTRAL, false); LANES]; rows];
    for (lane, multiples) in lanes.into_iter().enumerate() {
        multiples.enumerate().for_each(|(row, multiple)| steps[row][lane] = multiple);
    }
    steps
}

fn order_minus(scalar: &[u64; 4]) -> [u64; 4] {
    let mut borrow = false;
    std::array::from_fn(|word| {
        let (difference, first) = L[word].overflowing_sub(scalar[word]);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        borrow = first | second;
        difference
    })
}

/// Whether a is the lesser.
#[inline(always)]
pub(super) fn less(a: &[u64; 4], b: &[u64; 4]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// The scalar of a signature, which must be below L (Go's `SetCanonicalBytes`).
pub(super) fn canonical_scalar(bytes: &[u8; 32]) -> Option<[u64; 4]> {
    let scalar = words(bytes);
    less(&scalar, &L).then_some(scalar)
}

/// An [`Entry`] as numbers.
pub(super) struct Affine {
    plus: Fe,
    minus: Fe,
    product: Fe,
}

impl Affine {
    fn new(x: &Fe, y: &Fe) -> Affine {
        Affine { plus: y.add(x), minus: y.sub(x).carried(), product: x.mul(y).mul(&Fe::TWO_D) }
    }

    #[inline(always)]
    pub(super) fn of(entry: &Entry) -> Affine {
        let Entry { plus, minus, product } = entry;
        Affine { plus: Fe::of(plus), minus: Fe::of(minus), product: Fe::of(product) }
    }
}

/// A point in extended coordinates.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: Fe,
    pub(super) y: Fe,
    pub(super) z: Fe,
    t: Fe,
}

impl Point {
    pub(super) const NEUTRAL: Point = Point { x: Fe::ZERO, y: Fe::ONE, z: Fe::ONE, t: Fe::ZERO };

    fn affine(x: &Fe, y: &Fe) -> Point {
        Point { x: *x, y: *y, z: Fe::ONE, t: x.mul(y) }
    }

    /// madd-2008-hwcd-3, which is complete on this curve: no pair of points is an exception, and Z is never zero.
    #[inline(always)]
    pub(super) fn add(&self, other: &Affine, negative: bool) -> Point {
        let (plus, minus) = if negative { (&other.minus, &other.plus) } else { (&other.plus, &other.minus) };
        let a = self.y.sub(&self.x).mul(minus);
        let b = self.y.add(&self.x).mul(plus);
        let c = self.t.mul(&other.product);
        let d = self.z.add(&self.z);
        let (e, h) = (b.sub(&a), b.add(&a));
        let (f, g) = if negative { (d.add(&c), d.sub(&c)) } else { (d.sub(&c), d.add(&c)) };
        Point { x: e.mul(&f), y: g.mul(&h), z: f.mul(&g), t: e.mul(&h) }
    }

    /// dbl-2008-hwcd.
    fn double(&self) -> Point {
        let (xx, yy, zz) = (self.x.square(), self.y.square(), self.z.square());
        let h = xx.add(&yy).carried();
        let e = h.sub(&self.x.add(&self.y).square()).carried();
        let g = xx.sub(&yy).carried();
        let f = zz.add(&zz).add(&g).carried();
        Point { x: e.mul(&f), y: g.mul(&h), z: f.mul(&g), t: e.mul(&h) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::encoded;
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT as B;
    use curve25519_dalek::scalar::Scalar;
    use curve25519_dalek::traits::Identity;
    use proptest::prelude::*;

    fn check(scalar: &Scalar) {
        for width in 6..=12 {
            // The digits depend on the width alone.
            let table = Table { width, half: half(width), entries: Vec::new() };
            let (negative, digits) = table.digits(&words(scalar.as_bytes()));
            let digits: Vec<i32> = digits.collect();
            assert!(digits.iter().all(|digit| digit.unsigned_abs() as usize <= table.half), "{digits:?}");
            let base = Scalar::from(1u64 << width);
            let value = digits.iter().rev().fold(Scalar::ZERO, |sum, digit| {
                let magnitude = Scalar::from(u64::from(digit.unsigned_abs()));
                sum * base + if *digit < 0 { -magnitude } else { magnitude }
            });
            let value = if negative { -value } else { value };
            assert_eq!((value, digits.len()), (*scalar, table.rows()), "{width} {scalar:?}");
        }
    }

    #[test]
    fn digits_at_the_edges() {
        let two_inverse = Scalar::from(2u64).invert();
        for near in [Scalar::ZERO, two_inverse, Scalar::from_bytes_mod_order([0x88; 32])] {
            for offset in 0..4u64 {
                check(&(near + Scalar::from(offset)));
                check(&(near - Scalar::from(offset)));
            }
        }
        for bit in 0..252 {
            let mut bytes = [0; 32];
            bytes[bit / 8] = 1 << (bit % 8);
            let power = Scalar::from_bytes_mod_order(bytes);
            check(&power);
            check(&(power - Scalar::ONE));
            check(&-power);
        }
    }

    proptest! {
        #[test]
        fn prop_digits_are_the_scalar(bytes: [u8; 32]) {
            check(&Scalar::from_bytes_mod_order(bytes));
        }
    }

    #[test]
    fn entries_are_dalek_s_multiples() {
        for point in [B, B * Scalar::from(77777u64), -B, EdwardsPoint::identity()] {
            for width in [6, 9] {
                let table = Table::new(&point, width);
                assert_eq!(table.entries.len() * size_of::<Entry>(), Table::size(width));
                assert_eq!(table.entries.capacity(), table.entries.len(), "no memory besides");
                for row in [0, 1, table.rows() - 1] {
                    let power = (0..row as u32 * width).fold(point, |power, _| power + power);
                    for digit in [0, 1, 2, 3, table.half - 1, table.half] {
                        let entry = Affine::of(&table.entries[row * (table.half + 1) + digit]);
                        for negative in [false, true] {
                            let sum = Point::NEUTRAL.add(&entry, negative);
                            let inverse = sum.z.invert();
                            let found = encoded(&sum.x.mul(&inverse), &sum.y.mul(&inverse));
                            let multiple = power * Scalar::from(digit as u64);
                            let expected = if negative { -multiple } else { multiple };
                            assert_eq!(found, words(&expected.compress().0), "{width} {row} {digit}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn scalars_from_the_order_on_are_refused() {
        let bytes = |words: [u64; 4]| {
            let mut bytes = [0; 32];
            bytes
                .as_chunks_mut::<8>()
                .0
                .iter_mut()
                .zip(words)
                .for_each(|(to, word)| *to = word.to_le_bytes());
            bytes
        };
        assert_eq!(canonical_scalar(&bytes(L)), None);
        let mut below = L;
        below[0] -= 1;
        assert_eq!(canonical_scalar(&bytes(below)), Some(below));
        assert_eq!(canonical_scalar(&[0xff; 32]), None);
        let mut above = L;
        above[3] |= 1 << 61;
        assert_eq!(canonical_scalar(&bytes(above)), None);
    }
}
