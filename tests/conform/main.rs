//! Does jwtfix decide as real nats-servers decide?
//!
//! Worlds (a configuration, its resolver, tokens, clients) were played against real servers; their answers are in
//! `testdata/conform`, and jwtfix gives the same ones. Where servers are at hand (`/opt/nats/bin`, `NATS_SERVERS`), the
//! ignored tests play thousands of generated worlds: `cargo test --test conform -- --ignored`.

#![allow(unreachable_pub, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cast;
mod client;
mod faults;
mod gates;
mod judge;
mod mint;
mod play;
mod record;
mod server;
mod world;

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a clock after 1970").as_secs()).expect("a time")
}

/// The time that live worlds are made for.
fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a clock after 1970").as_secs()).expect("a time")
}

const STARTS: &str = "starts.json";

#[test]
fn recorded_servers_start_as_they_did() {
    let recording = record::load(STARTS);
    let mut found = Vec::new();
    let mut asked = 0;
    for (world, recorded) in recording.whole() {
        for (version, said) in record::each(&recorded.start) {
            asked += 1;
            found.extend(judge::start(&world, version, recording.at, said).0);
        }
    }
    assert!(asked > 3000, "only {asked} answers");
    record::only_known(&found, true, "start:");
}

/// The hand-made configurations, played on every release at hand.
#[test]
#[ignore = "needs nats-servers"]
fn live_servers_start_as_jwtfix_says() {
    let now = clock();
    let binaries = server::binaries();
    assert!(!binaries.is_empty(), "no nats-server in /opt/nats/bin or $NATS_SERVERS");
    let worlds = cast::read(include_str!("configs.txt"), now);
    let played = play::play_all(&worlds, &binaries, |_, _, played| played);
    if record::wanted() {
        let versions: Vec<_> = binaries.iter().map(|b| b.version).collect();
        record::store(STARTS, &record::Recording::new(now, &worlds, &versions, &played));
    }
    let mut found = Vec::new();
    let mut open = 0;
    for (world, played) in worlds.iter().zip(&played) {
        for (binary, played) in binaries.iter().zip(played) {
            let (divergences, unknown) = judge::start(world, binary.version, now, &played.start);
            found.extend(divergences);
            open += usize::from(unknown);
        }
    }
    println!("{} configurations on {} releases, {open} left open", worlds.len(), binaries.len());
    record::only_known(&found, false, "start:");
}

#[test]
#[ignore = "needs nats-servers"]
fn scratch() {
    let now = clock();
    let binaries = server::binaries();
    let t = std::time::Instant::now();
    let mut worlds = gates::worlds(now);
    if let Ok(only) = std::env::var("ONLY") { worlds.retain(|w| w.name.contains(&only)); }
    println!("{} worlds {} clients, made in {:?}", worlds.len(), worlds.iter().map(|w| w.clients.len()).sum::<usize>(), t.elapsed());
    let t = std::time::Instant::now();
    let played = play::play_all(&worlds, &binaries, |_, _, played| played);
    println!("played in {:?}", t.elapsed());
    let versions: Vec<_> = binaries.iter().map(|b| b.version).collect();
    record::store("gates.json", &record::Recording::new(now, &worlds, &versions, &played));
}

#[test]
#[ignore = "x"]
fn replay() {
    let recording = record::load("gates.json");
    let t = std::time::Instant::now();
    let mut found = Vec::new();
    let (mut decided, mut open) = (0, 0);
    for (world, recorded) in recording.whole() {
        let mut by: std::collections::BTreeMap<_, Vec<_>> = Default::default();
        for at in 0..world.clients.len() { for (version, answer) in recorded.answers(at) { by.entry(version).or_default().push((at, answer)); } }
        for (version, said) in record::each(&recorded.start) { found.extend(judge::start(&world, version, recording.at, said).0); }
        for (version, answers) in by {
            let asked = judge::clients(&world, version, recording.at, answers.into_iter());
            found.extend(asked.divergences);
            decided += asked.decided;
            open += asked.open;
        }
    }
    println!("{decided} decided, {open} open, {} divergences {:?}", found.len(), t.elapsed());
    std::fs::write("/tmp/div.txt", record::report(&found.iter().collect::<Vec<_>>())).unwrap();
}
