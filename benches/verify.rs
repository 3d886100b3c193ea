//! How much faster are many signatures under one key than each by itself? `cargo bench --bench verify`.
//!
//! The ways take turns within one run, and what is compared are medians of the same run: a machine that is busy slows
//! all of them alike.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a bench reads the clock and prints"
)]

use std::hint::black_box;
use std::time::Instant;

use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use jwtfix::nkey::{Batch, PublicKey, Role, Seed, Signed, verify};

const ROUNDS: usize = 101;
const AT_ONCE: usize = 128;
const LENGTH: usize = 1024;

fn main() {
    let seed = Seed::generate(Role::Operator);
    let key = seed.public();
    let messages: Vec<Vec<u8>> =
        (0..AT_ONCE).map(|n| (0..LENGTH).map(|at| (at * 31 + n * 7) as u8).collect()).collect();
    let signatures: Vec<[u8; 64]> =
        messages.iter().map(|message| seed.sign(message).expect("an operator signs")).collect();
    let all: Vec<Signed<'_>> = messages
        .iter()
        .zip(&signatures)
        .map(|(message, signature)| Signed { key, message, signature })
        .collect();

    let (lanes, portable) = (Batch::new(), Batch::portable());
    // Until the tables have grown to what a fleet of this size gives them.
    for _ in 0..100 {
        assert!(lanes.verify(&all).iter().all(|holds| *holds));
        assert!(portable.verify(&all).iter().all(|holds| *holds));
    }
    let dalek = dalek(&key);
    let one_by_one = || {
        all.iter().all(|one| {
            let signature = Signature::from_slice(one.signature).expect("64 bytes");
            dalek.verify(one.message, &signature).is_ok()
        })
    };
    fresh(&all, &one_by_one);
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(timed(|| assert!(one_by_one())));
        times[1].push(timed(|| assert!(black_box(lanes.verify(&all)).iter().all(|holds| *holds))));
        times[2].push(timed(|| assert!(black_box(portable.verify(&all)).iter().all(|holds| *holds))));
    }
    let [dalek, lanes, portable] = times.map(median);
    println!("one key, messages of {LENGTH} bytes, {AT_ONCE} at once, medians of {ROUNDS} rounds");
    println!("ed25519-dalek verify   {dalek:6.2} us");
    println!("Batch                  {lanes:6.2} us   {:4.1} x", dalek / lanes);
    println!("Batch without vectors  {portable:6.2} us   {:4.1} x", dalek / portable);
    apart();
}

/// Signatures of which each two have a key of their own, as those of users have.
fn apart() {
    const KEYS: usize = 1024;
    let seeds: Vec<Seed> = (0..KEYS).map(|_| Seed::generate(Role::Account)).collect();
    let message = [b'x'; 600];
    let signatures: Vec<(PublicKey, [u8; 64])> = seeds
        .iter()
        .flat_map(|seed| [seed, seed])
        .map(|seed| (seed.public(), seed.sign(&message).expect("an account signs")))
        .collect();
    let all: Vec<Signed<'_>> = signatures
        .iter()
        .map(|(key, signature)| Signed { key: *key, message: &message, signature })
        .collect();
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..11 {
        // New ones each time: no key is known to them.
        let (lanes, portable) = (Batch::new(), Batch::portable());
        for some in all.chunks(AT_ONCE) {
            times[0].push(timed(|| {
                assert!(some.iter().all(|one| verify(one.key.bytes(), one.message, one.signature)));
            }));
            for (times, batch) in times[1..].iter_mut().zip([&lanes, &portable]) {
                times.push(timed(|| assert!(black_box(batch.verify(some)).iter().all(|holds| *holds))));
            }
        }
    }
    let [plain, lanes, portable] = times.map(median);
    println!("{KEYS} keys, two messages of {} bytes each, {AT_ONCE} at once", message.len());
    println!("ed25519-dalek verify   {plain:6.2} us");
    println!("Batch                  {lanes:6.2} us   {:4.1} x", plain / lanes);
    println!("Batch without vectors  {portable:6.2} us   {:4.1} x", plain / portable);
}

/// The first so many signatures that a new verifier meets: making the tables is in the price.
fn fresh(all: &[Signed<'_>], one_by_one: &dyn Fn() -> bool) {
    for times in [1, 8, 80] {
        let mut both: [Vec<f64>; 2] = Default::default();
        for _ in 0..9 {
            both[0].push(timed(|| assert!((0..times).all(|_| one_by_one()))));
            both[1].push(timed(|| {
                let batch = Batch::new();
                assert!((0..times).all(|_| batch.verify(all).iter().all(|holds| *holds)));
            }));
        }
        let [dalek, batch] = both.map(median);
        println!("the first {:6} of a key                  {:4.1} x", times * AT_ONCE, dalek / batch);
    }
}

fn dalek(key: &PublicKey) -> VerifyingKey {
    VerifyingKey::from_bytes(key.bytes()).expect("a key just made")
}

/// Microseconds for each signature.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e6 / AT_ONCE as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
