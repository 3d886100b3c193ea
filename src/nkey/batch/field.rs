//! Numbers modulo p = 2^255 - 19, one at a time: five limbs of 51 bits, carried late.
//!
//! A product comes out with limbs below 2^51 + 2^18. `mul` and `square` take limbs below 2^54, so one sum or difference
//! of products, or of one with a sum, may go in uncarried. No secret is ever here, so nothing is constant-time.

const LOW: u64 = (1 << 51) - 1;

#[derive(Clone, Copy, Debug)]
pub(super) struct Fe(pub(super) [u64; 5]);

impl Fe {
    pub(super) const ZERO: Fe = Fe([0; 5]);
    pub(super) const ONE: Fe = Fe([1, 0, 0, 0, 0]);
    /// The curve's d.
    pub(super) const D: Fe =
        Fe([929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575]);
    pub(super) const TWO_D: Fe =
        Fe([1859910466990425, 932731440258426, 1072319116312658, 1815898335770999, 633789495995903]);
    const SQRT_MINUS_ONE: Fe =
        Fe([1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133]);

    #[inline(always)]
    pub(super) fn add(&self, other: &Fe) -> Fe {
        Fe(std::array::from_fn(|limb| self.0[limb] + other.0[limb]))
    }

    /// The difference, plus 4p so that no limb falls below zero: those of `other` must be below 2^53 - 76.
    #[inline(always)]
    pub(super) fn sub(&self, other: &Fe) -> Fe {
        const FOUR_P: [u64; 5] = [(1 << 53) - 76, (1 << 53) - 4, (1 << 53) - 4, (1 << 53) - 4, (1 << 53) - 4];
        Fe(std::array::from_fn(|limb| self.0[limb] + FOUR_P[limb] - other.0[limb]))
    }

    #[inline(always)]
    pub(super) fn mul(&self, other: &Fe) -> Fe {
        let (a, b) = (&self.0, &other.0);
        let m = |x: u64, y: u64| u128::from(x) * u128::from(y);
        let [b1, b2, b3, b4] = [b[1] * 19, b[2] * 19, b[3] * 19, b[4] * 19];
        carried([
            m(a[0], b[0]) + m(a[4], b1) + m(a[3], b2) + m(a[2], b3) + m(a[1], b4),
            m(a[1], b[0]) + m(a[0], b[1]) + m(a[4], b2) + m(a[3], b3) + m(a[2], b4),
            m(a[2], b[0]) + m(a[1], b[1]) + m(a[0], b[2]) + m(a[4], b3) + m(a[3], b4),
            m(a[3], b[0]) + m(a[2], b[1]) + m(a[1], b[2]) + m(a[0], b[3]) + m(a[4], b4),
            m(a[4], b[0]) + m(a[3], b[1]) + m(a[2], b[2]) + m(a[1], b[3]) + m(a[0], b[4]),
        ])
    }

    #[inline(always)]
    pub(super) fn square(&self) -> Fe {
        let a = &self.0;
        let m = |x: u64, y: u64| u128::from(x) * u128::from(y);
        let (a3, a4) = (19 * a[3], 19 * a[4]);
        let (d0, d1, d2) = (2 * a[0], 2 * a[1], 2 * a[2]);
        carried([
            m(a[0], a[0]) + m(d1, a4) + m(d2, a3),
            m(a[3], a3) + m(d0, a[1]) + m(d2, a4),
            m(a[1], a[1]) + m(d0, a[2]) + m(2 * a[4], a3),
            m(a[4], a4) + m(d0, a[3]) + m(d1, a[2]),
            m(a[2], a[2]) + m(d0, a[4]) + m(d1, a[3]),
        ])
    }

    /// The inverse; zero stays zero.
    pub(super) fn invert(&self) -> Fe {
        inverse(self, Fe::mul, Fe::square)
    }

    /// The x of the point of the curve with this y and this sign, if there is one.
    pub(super) fn x_of(y: &Fe, odd: bool) -> Option<Fe> {
        let yy = y.square();
        let u = yy.sub(&Fe::ONE).carried();
        let v = Fe::D.mul(&yy).add(&Fe::ONE);
        let x = root(&u, &v, Fe::mul, Fe::square);
        x.settled(&v.mul(&x.square()), &u, odd)
    }

    /// Of a [`root`] of u / v the one with this sign, if there is one: `vxx` is v times its square.
    pub(super) fn settled(&self, vxx: &Fe, u: &Fe, odd: bool) -> Option<Fe> {
        let (vxx, u_words) = (vxx.words(), u.words());
        let x = if vxx == u_words {
            *self
        } else if vxx == Fe::ZERO.sub(u).words() {
            self.mul(&Fe::SQRT_MINUS_ONE)
        } else {
            return None;
        };
        Some(if x.is_odd() == odd { x } else { Fe::ZERO.sub(&x).carried() })
    }

    pub(super) fn is_odd(&self) -> bool {
        self.words()[0] & 1 == 1
    }

    /// Reads 255 bits; the highest is not looked at.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Fe {
        Fe::of(&words(bytes))
    }

    /// As [`Fe::from_bytes`], of little-endian words.
    #[inline(always)]
    pub(super) fn of(w: &[u64; 4]) -> Fe {
        Fe([
            w[0] & LOW,
            (w[0] >> 51 | w[1] << 13) & LOW,
            (w[1] >> 38 | w[2] << 26) & LOW,
            (w[2] >> 25 | w[3] << 39) & LOW,
            w[3] >> 12 & LOW,
        ])
    }

    /// The same number with limbs of little more than 51 bits.
    #[inline(always)]
    pub(super) fn carried(&self) -> Fe {
        let l = &self.0;
        Fe([
            (l[0] & LOW) + (l[4] >> 51) * 19,
            (l[1] & LOW) + (l[0] >> 51),
            (l[2] & LOW) + (l[1] >> 51),
            (l[3] & LOW) + (l[2] >> 51),
            (l[4] & LOW) + (l[3] >> 51),
        ])
    }

    /// The one representative below p, little-endian.
    #[inline(always)]
    pub(super) fn words(&self) -> [u64; 4] {
        let Fe(mut l) = self.carried();
        // Whether p must be subtracted is what carries out of the top when 19 is added.
        let over = l.iter().fold(19, |carry, limb| (limb + carry) >> 51);
        l[0] += 19 * over;
        for limb in 0..4 {
            l[limb + 1] += l[limb] >> 51;
            l[limb] &= LOW;
        }
        l[4] &= LOW;
        [l[0] | l[1] << 51, l[1] >> 13 | l[2] << 38, l[2] >> 26 | l[3] << 25, l[3] >> 39 | l[4] << 12]
    }
}

#[inline(always)]
fn carried(mut c: [u128; 5]) -> Fe {
    let low = |c: u128| c as u64 & LOW;
    for limb in 0..4 {
        c[limb + 1] += u128::from((c[limb] >> 51) as u64);
    }
    let first = low(c[0]) + (c[4] >> 51) as u64 * 19;
    Fe([first & LOW, low(c[1]) + (first >> 51), low(c[2]), low(c[3]), low(c[4])])
}

fn squares<T: Copy>(x: &T, times: u32, square: &impl Fn(&T) -> T) -> T {
    (0..times).fold(*x, |x, _| square(&x))
}

/// x^(2^250 - 1) and x^11, from which the inverse and the root are a few products away.
fn powers<T: Copy>(x: &T, mul: &impl Fn(&T, &T) -> T, square: &impl Fn(&T) -> T) -> (T, T) {
    let squares = |x: &T, times| squares(x, times, square);
    let x2 = square(x);
    let x9 = mul(x, &squares(&x2, 2));
    let x11 = mul(&x2, &x9);
    let x5 = mul(&x9, &square(&x11));
    let x10 = mul(&squares(&x5, 5), &x5);
    let x20 = mul(&squares(&x10, 10), &x10);
    let x40 = mul(&squares(&x20, 20), &x20);
    let x50 = mul(&squares(&x40, 10), &x10);
    let x100 = mul(&squares(&x50, 50), &x50);
    let x200 = mul(&squares(&x100, 100), &x100);
    (mul(&squares(&x200, 50), &x50), x11)
}

/// The inverse, x^(p - 2), by the multiplication of any path; zero stays zero.
pub(super) fn inverse<T: Copy>(x: &T, mul: impl Fn(&T, &T) -> T, square: impl Fn(&T) -> T) -> T {
    let (x250, x11) = powers(x, &mul, &square);
    mul(&squares(&x250, 5, &square), &x11)
}

/// A number whose square is u / v or the negative of that, if u / v is a square; by the multiplication of any path.
pub(super) fn root<T: Copy>(u: &T, v: &T, mul: impl Fn(&T, &T) -> T, square: impl Fn(&T) -> T) -> T {
    let v3 = mul(&square(v), v);
    let uv7 = mul(&mul(&square(&v3), v), u);
    let (uv7_250, _) = powers(&uv7, &mul, &square);
    // u v^3 (u v^7)^((p - 5) / 8)
    let power = mul(&squares(&uv7_250, 2, &square), &uv7);
    mul(&mul(&power, &v3), u)
}

/// The inverses of many for the price of one and three products each. None may be zero.
pub(super) fn invert_all(numbers: &[Fe]) -> Vec<Fe> {
    let mut product = Fe::ONE;
    let mut inverses: Vec<Fe> = numbers
        .iter()
        .map(|number| {
            let before = product;
            product = product.mul(number);
            before
        })
        .collect();
    let mut rest = product.invert();
    for (inverse, number) in inverses.iter_mut().zip(numbers).rev() {
        *inverse = inverse.mul(&rest);
        rest = rest.mul(number);
    }
    inverses
}

/// 32 little-endian bytes as words.
pub(super) fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|word| u64::from_le_bytes(words[word]))
}

/// An encoded point: y, and the parity of x in the highest bit.
pub(super) fn encoded(x: &Fe, y: &Fe) -> [u64; 4] {
    let mut words = y.words();
    words[3] |= u64::from(x.is_odd()) << 63;
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::edwards::CompressedEdwardsY;
    use proptest::prelude::*;

    fn bytes(fe: &Fe) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes
            .as_chunks_mut::<8>()
            .0
            .iter_mut()
            .zip(fe.words())
            .for_each(|(to, word)| *to = word.to_le_bytes());
        bytes
    }

    proptest! {
        #[test]
        fn prop_the_laws_of_a_field(a: [u8; 32], b: [u8; 32], c: [u8; 32]) {
            let [a, b, c] = [a, b, c].map(|bytes| Fe::from_bytes(&bytes));
            prop_assert_eq!(a.add(&b).mul(&c).words(), a.mul(&c).add(&b.mul(&c)).words());
            prop_assert_eq!(a.sub(&b).mul(&c).words(), a.mul(&c).sub(&b.mul(&c)).words());
            prop_assert_eq!(a.square().words(), a.mul(&a).words());
            prop_assert_eq!(a.add(&b).sub(&b).words(), a.words());
            if a.words() != [0; 4] {
                prop_assert_eq!(a.invert().mul(&a).words(), [1, 0, 0, 0]);
            }
            for (number, inverse) in [a, b, c].iter().zip(invert_all(&[a, b, c])) {
                prop_assert_eq!(number.invert().words(), inverse.words());
            }
        }

        #[test]
        fn prop_points_are_where_dalek_finds_them(encoding: [u8; 32]) {
            let y = Fe::from_bytes(&encoding);
            let x = Fe::x_of(&y, encoding[31] >> 7 == 1);
            let point = CompressedEdwardsY(encoding).decompress();
            prop_assert_eq!(x.is_some(), point.is_some());
            if let (Some(x), Some(point)) = (x, point) {
                prop_assert_eq!(encoded(&x, &y), words(&point.compress().0));
            }
        }
    }

    #[test]
    fn the_edges_of_the_field() {
        let p = Fe([(1 << 51) - 19, LOW, LOW, LOW, LOW]);
        assert_eq!(p.words(), [0; 4]);
        assert_eq!(p.sub(&Fe::ONE).words(), Fe::ZERO.sub(&Fe::ONE).words());
        assert_eq!(Fe([LOW; 5]).words(), [18, 0, 0, 0]);
        // The greatest limbs that a product takes.
        let full = Fe([(1 << 54) - 1; 5]);
        assert_eq!(full.mul(&full).words(), full.carried().mul(&full.carried()).words());
        assert_eq!(full.square().words(), full.carried().square().words());
        assert_eq!(Fe::TWO_D.words(), Fe::D.add(&Fe::D).words());
        assert_eq!(Fe::SQRT_MINUS_ONE.square().words(), Fe::ZERO.sub(&Fe::ONE).words());
        assert_eq!(bytes(&Fe::ONE)[0], 1);
        // d = -121665/121666
        let d = Fe([121665, 0, 0, 0, 0]).mul(&Fe([121666, 0, 0, 0, 0]).invert());
        assert_eq!(Fe::ZERO.sub(&d).words(), Fe::D.words());
    }
}
