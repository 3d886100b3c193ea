//! Does jwtfix decide as real nats-servers decide?
//!
//! Worlds (a configuration, its resolver, tokens, clients) were played against real servers; their answers are in
//! `testdata/conform`, and jwtfix gives the same ones. Where servers are at hand (`/opt/nats/bin`, `NATS_SERVERS`), the
//! ignored tests play thousands of generated worlds: `cargo test --test conform -- --ignored`.

#![allow(unreachable_pub, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cast;
mod causes;
mod chance;
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
mod pinned;
mod play;
mod record;
mod remotes;
mod rights;
mod section8;
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
            all.add(judge::start(&world, version, recording.at, said));
        }
        for (version, answers) in recorded.by_release(world.clients.len()) {
            all.add(judge::clients(&world, version, recording.at, answers.into_iter()));
        }
    }
    all
}

/// Plays worlds, writes down what came of it if that is asked for, and asks jwtfix the same. `each` is how many releases a
/// world is played on, chosen by chance; what is written down is played on all.
fn play(worlds: &[world::World], now: i64, name: Option<&str>, each: usize) -> judge::Asked {
    let binaries = server::binaries();
    assert!(!binaries.is_empty(), "no nats-server in /opt/nats/bin or $NATS_SERVERS");
    // While one is at work on some worlds, these alone.
    let some = std::env::var("JWTFIX_WORLDS").unwrap_or_default();
    let worlds: Vec<_> = worlds
        .iter()
        .filter(|world| some.split(',').any(|some| world.name.contains(some)))
        .cloned()
        .collect();
    let worlds = &worlds[..];
    let versions: Vec<_> = binaries.iter().map(|b| b.version).collect();
    let all = 0..binaries.len();
    if let (Some(name), true) = (name, record::wanted()) {
        let jobs = (0..worlds.len()).flat_map(|w| all.clone().map(move |b| (w, b))).collect();
        let played: Vec<_> = play::play_all(worlds, &binaries, jobs).into_values().collect();
        let played: Vec<Vec<_>> = played.chunks(binaries.len()).map(<[_]>::to_vec).collect();
        record::store(name, &record::Recording::new(now, worlds, &versions, &played));
    }
    let mut dice = dice::Dice::of_run();
    let jobs =
        (0..worlds.len()).flat_map(|w| dice.some(binaries.len(), each).into_iter().map(move |b| (w, b)));
    let played = play::play_all(worlds, &binaries, jobs.collect());
    let mut all = judge::Asked::default();
    for ((w, b), played) in &played {
        let (world, version) = (&worlds[*w], binaries[*b].version);
        let mut asked = judged(world, version, now, played);
        // What the threads of a busy server did in another order once is not what the release decides: that it does
        // again, whenever it is played.
        for _ in 0..AGAIN {
            if asked.divergences.is_empty() {
                break;
            }
            let again = judged(world, version, now, &play::play(world, &binaries[*b]));
            asked.divergences.retain(|d| {
                let stays = again.divergences.iter().any(|a| (&a.place, a.what) == (&d.place, d.what));
                if !stays {
                    println!("once and not again: {}", record::report(&[d]));
                }
                stays
            });
        }
        all.add(asked);
    }
    println!("{} worlds, {each} of {} releases each: {all}", worlds.len(), binaries.len());
    all
}

/// As often is a world played again where jwtfix and the server differ.
const AGAIN: usize = 2;

fn judged(
    world: &world::World,
    version: jwtfix::server::Version,
    now: i64,
    played: &play::Played,
) -> judge::Asked {
    let mut asked = judge::start(world, version, now, &played.start);
    asked.add(judge::clients(world, version, now, played.answers.iter().enumerate()));
    asked
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

/// Releases that a configuration, a world made by hand and one made by chance are played on in one run.
const EACH: [usize; 3] = [3, 4, 2];

#[test]
#[ignore = "needs nats-servers"]
fn live_servers_start_as_jwtfix_says() {
    let now = clock();
    let worlds = cast::read(include_str!("configs.txt"), now);
    assert!(worlds.len() >= 400, "only {} configurations", worlds.len());
    record::only_known(&play(&worlds, now, Some(STARTS), EACH[0]).divergences, None);
}

#[test]
#[ignore = "needs nats-servers"]
fn live_clients_fare_as_jwtfix_says() {
    let now = clock();
    let worlds = gates::worlds(now);
    let distinct: usize = worlds.iter().map(|world| world.clients.len()).sum();
    assert!(distinct >= 5000, "only {distinct} clients");
    record::only_known(&play(&worlds, now, Some(CLIENTS), EACH[1]).divergences, None);
}

#[test]
#[ignore = "needs nats-servers"]
fn live_clients_of_chance_fare_as_jwtfix_says() {
    let now = clock();
    let worlds = chance::worlds(&mut dice::Dice::of_run(), now);
    let asked = play(&worlds, now, None, EACH[2]);
    assert!(asked.decided > chance::WORLDS * chance::CLIENTS, "only {asked}");
    record::only_everywhere(&asked.divergences);
}
