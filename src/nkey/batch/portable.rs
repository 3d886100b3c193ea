//! The path that every machine has: one signature at a time, in safe Rust.

use sha2::{Digest, Sha512};

use super::field::{Fe, encoded, invert_all};
use super::table::{Affine, Point, Table};
use super::{Hashed, Sum};

/// SHA-512 of R, key and message.
pub(super) fn hash(one: &Hashed<'_>) -> [u8; 64] {
    let mut hash = Sha512::new();
    hash.update(one.r);
    hash.update(one.key);
    hash.update(one.message);
    hash.finalize().into()
}

/// The hashes of all.
pub(super) fn hashes(all: &[Hashed<'_>]) -> Vec<[u8; 64]> {
    all.iter().map(hash).collect()
}

/// The encodings of each s * B + k * (-A).
pub(super) fn sums(base: &Table, all: &[Sum<'_>]) -> Vec<[u64; 4]> {
    let points: Vec<Point> = all.iter().map(|one| sum(base, one)).collect();
    let heights: Vec<Fe> = points.iter().map(|point| point.z).collect();
    let inverses = invert_all(&heights);
    let encode = |(point, inverse): (&Point, &Fe)| encoded(&point.x.mul(inverse), &point.y.mul(inverse));
    points.iter().zip(&inverses).map(encode).collect()
}

fn sum(base: &Table, one: &Sum<'_>) -> Point {
    let mut point = Point::NEUTRAL;
    for (table, scalar) in [(base, &one.s), (one.table, &one.k)] {
        for (entry, negative) in table.multiples(scalar) {
            point = point.add(&Affine::of(entry), negative);
        }
    }
    point
}
