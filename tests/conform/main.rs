//! Does jwtfix decide as real nats-servers decide?
//!
//! Worlds (a configuration, its resolver, tokens, clients) were played against real servers; their answers are in
//! `testdata/conform`, and jwtfix gives the same ones. Where servers are at hand (`/opt/nats/bin`, `NATS_SERVERS`), the
//! ignored tests play thousands of generated worlds: `cargo test --test conform -- --ignored`.

#![allow(unreachable_pub, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cast;
mod causes;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod dice;
mod faults;
mod gates;
mod guide;
mod judge;
mod mint;
mod monitor;
mod play;
mod record;
mod rights;
mod server;
mod world;

/// The time that live worlds are made for.
fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a clock after 1970").as_secs()).expect("a time")
}

const STARTS: &str = "starts.json";
const CLIENTS: &str = "clients.json";

/// Asks jwtfix about every answer of a recording.
fn ask(recording: &record::Recording) -> judge::Asked {
    let mut all = judge::Asked::default();
    for (world, recorded) in recording.whole() {
        for (version, said) in record::each(&recorded.start) {
            let (divergences, open) = judge::start(&world, version, recording.at, said);
            all.divergences.extend(divergences);
            all.starts += 1;
            all.open_starts += usize::from(open);
        }
        for (version, answers) in recorded.by_release(world.clients.len()) {
            all.add(judge::clients(&world, version, recording.at, answers.into_iter()));
        }
    }
    all
}

/// Plays worlds, writes down what came of it if that is asked for, and asks jwtfix the same.
fn play(worlds: &[world::World], now: i64, name: Option<&str>) -> judge::Asked {
    let binaries = server::binaries();
    assert!(!binaries.is_empty(), "no nats-server in /opt/nats/bin or $NATS_SERVERS");
    let versions: Vec<_> = binaries.iter().map(|b| b.version).collect();
    let played = play::play_all(worlds, &binaries, |_, _, played| played);
    if let (Some(name), true) = (name, record::wanted()) {
        record::store(name, &record::Recording::new(now, worlds, &versions, &played));
    }
    let mut all = judge::Asked::default();
    for (world, played) in worlds.iter().zip(&played) {
        for (binary, played) in binaries.iter().zip(played) {
            let (divergences, open) = judge::start(world, binary.version, now, &played.start);
            all.divergences.extend(divergences);
            all.starts += 1;
            all.open_starts += usize::from(open);
            all.add(judge::clients(world, binary.version, now, played.answers.iter().enumerate()));
        }
    }
    println!("{} worlds on {} releases: {all}", worlds.len(), binaries.len());
    all
}

#[test]
fn recorded_servers_start_as_jwtfix_says() {
    let asked = ask(&record::load(STARTS));
    assert!(asked.starts > 5000, "only {asked}");
    record::only_known(&asked.divergences, Some(STARTS));
}

#[test]
fn recorded_clients_fare_as_jwtfix_says() {
    let asked = ask(&record::load(CLIENTS));
    assert!(asked.decided > 40_000, "only {asked}");
    record::only_known(&asked.divergences, Some(CLIENTS));
}

#[test]
#[ignore = "needs nats-servers"]
fn live_servers_start_as_jwtfix_says() {
    let now = clock();
    let worlds = cast::read(include_str!("configs.txt"), now);
    record::only_known(&play(&worlds, now, Some(STARTS)).divergences, None);
}

#[test]
#[ignore = "needs nats-servers"]
fn live_clients_fare_as_jwtfix_says() {
    let now = clock();
    let worlds = gates::worlds(now);
    record::only_known(&play(&worlds, now, Some(CLIENTS)).divergences, None);
}
