//! How long does an audit take, against reading the same files and against others that look at them? Ratios of one
//! interleaved run, medians; of processor time, but where two threads are compared with something: of the clock on the wall.
//!
//! `cargo bench --bench audit [-- ACCOUNTS [PAIRS]]`: 200,000 accounts and 5 pairs where nothing is said, then a directory of 100
//! and one of 1,000 as whole processes, and a million accounts where `million` is said. `quick` leaves Go and nats-server out.
//! The accounts are made once, in `/tmp/jwtfix-bench-ACCOUNTS`.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, missing_docs)]

mod peers;
mod world;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use jwtfix::audit::{Policy, Report, Settings, Verify, audit};
use jwtfix::nkey::{self, Batch, Role, Seed, Signed};
use jwtfix::server::Version;

fn run(paths: &[PathBuf], threads: usize, verify: Verify<'_>) -> Report {
    let policy = Policy::new(world::NOW);
    let progress = AtomicU64::new(0);
    let settings = Settings {
        now: world::NOW,
        version: Version::NEWEST,
        verify,
        threads,
        policy: &policy,
        kept: 100,
        expirations: 1000,
        edges: 0,
        trust: Vec::new(),
        servers: Vec::new(),
        environment: &|_| None,
        told: None,
        progress: &progress,
    };
    audit(paths.to_vec(), &settings)
}

fn one_by_one(all: &[Signed<'_>]) -> Vec<bool> {
    all.iter().map(|one| nkey::verify(one.key.bytes(), one.message, one.signature)).collect()
}

/// An audit with a verifier made for it, or with ed25519-dalek's `verify`.
fn whole(paths: &[PathBuf], threads: usize, batch: bool) -> Report {
    if !batch {
        return run(paths, threads, &one_by_one);
    }
    let batch = Batch::new();
    run(paths, threads, &|all| batch.verify(all))
}

/// A plain loop that reads every file.
fn floor(directory: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory).expect("readable") {
        bytes += std::fs::read(entry.expect("an entry").path()).expect("readable").len() as u64;
    }
    bytes
}

/// Seconds on the wall, and of processors, of this process and of those it waited for.
#[derive(Clone, Copy)]
struct Time {
    wall: f64,
    cpu: f64,
}

fn time(work: impl FnOnce()) -> Time {
    let (start, before) = (Instant::now(), cpu());
    work();
    Time { wall: start.elapsed().as_secs_f64(), cpu: cpu() - before }
}

fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields = stat.rsplit(')').next().expect("a name in brackets").split_whitespace();
    let ticks: u64 = fields.skip(11).take(4).map(|field| field.parse::<u64>().expect("ticks")).sum();
    ticks as f64 / 100.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.split_whitespace().next().and_then(|kb| kb.parse().ok()).expect("a number")
}

/// This program again, as one audit: what it takes as a whole, and its peak of memory in KiB.
fn process(root: &Path, threads: usize, batch: bool) -> u64 {
    let own = std::env::current_exe().expect("it runs");
    let how = if batch { "batch" } else { "dalek" };
    let output = Command::new(own).arg("one").arg(root).arg(threads.to_string()).arg(how).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("its peak")
}

fn paths(root: &Path) -> Vec<PathBuf> {
    vec![root.join("operator.jwt"), root.join("jwt")]
}

fn root(accounts: u64) -> PathBuf {
    let root = PathBuf::from(format!("/tmp/jwtfix-bench-{accounts}"));
    world::make(&root, accounts);
    root
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [one, root, threads, how] = &arguments[..]
        && one == "one"
    {
        whole(&paths(Path::new(root)), threads.parse().expect("a number"), how == "batch");
        println!("{}", peak());
        return;
    }
    let word = |word: &str| arguments.iter().any(|argument| argument == word);
    let mut numbers = arguments.iter().filter_map(|argument| argument.parse::<u64>().ok());
    let accounts = numbers.next().unwrap_or(200_000);
    let pairs = numbers.next().unwrap_or(5).max(1);
    large(accounts, pairs, word("quick"));
    verifier();
    [100, 1_000].into_iter().for_each(small);
    if word("million") {
        million();
    }
}

/// A large directory, warm.
fn large(accounts: u64, pairs: u64, quick: bool) {
    let root = root(accounts);
    let (directory, paths) = (root.join("jwt"), paths(&root));
    let bytes = floor(&directory);
    let report = whole(&paths, 2, true);
    println!("{accounts} accounts, {} bytes each, {} findings", bytes / accounts, report.total());
    report.groups.iter().for_each(|group| println!("  {} {}", group.total, group.rule.code));
    let go = peers::go(&root).filter(|_| !quick);
    let server = peers::server().filter(|_| !quick);
    let names = [
        "read_dir and fs::read",
        "audit",
        "audit, 2 threads",
        "audit, dalek's verify",
        "Go",
        "Go, 2 workers",
        "nats-server",
    ];
    let mut times: [Vec<Time>; 7] = Default::default();
    for _ in 0..pairs {
        times[0].push(time(|| _ = floor(&directory)));
        times[1].push(time(|| _ = whole(&paths, 1, true)));
        times[2].push(time(|| _ = whole(&paths, 2, true)));
        times[3].push(time(|| _ = whole(&paths, 1, false)));
        if let Some(go) = &go {
            times[4].push(time(|| peers::run_go(go, &directory, 0)));
            times[5].push(time(|| peers::run_go(go, &directory, 2)));
        }
        if let Some(server) = &server {
            times[6].push(time(|| peers::run_server(server, &root, &directory)));
        }
    }
    for (name, times) in names.iter().zip(&times).filter(|(_, times)| !times.is_empty()) {
        let per = |of: fn(&Time) -> f64| median(times.iter().map(of).collect()) * 1e6 / accounts as f64;
        println!(
            "{name:24} {:7.2} us an account on the wall {:7.2} of processors",
            per(|t| t.wall),
            per(|t| t.cpu)
        );
    }
    let ratio = |of: usize, to: usize, what: fn(&Time) -> f64| {
        median(times[of].iter().zip(&times[to]).map(|(of, to)| what(of) / what(to)).collect())
    };
    let cpu = |time: &Time| time.cpu;
    let wall = |time: &Time| time.wall;
    println!("{:44} {:5.2}   must be at most 2.7", "one thread / reading", ratio(1, 0, cpu));
    if go.is_some() {
        println!("{:44} {:5.1}   must be at least 7", "Go / one thread", ratio(4, 1, cpu));
        println!(
            "{:44} {:5.1}   must be at least 7",
            "Go's two workers / two threads, wall",
            ratio(5, 2, wall)
        );
    }
    if server.is_some() {
        println!(
            "{:44} {:5.1}   must be at least 12",
            "nats-server's start / two threads, wall",
            ratio(6, 2, wall)
        );
    }
    println!("{:44} {:5.2}   must be at least 2.8", "dalek's verify / one thread", ratio(3, 1, cpu));
    println!("{:44} {:5.2}   must be at most 0.62", "two threads / one, wall", ratio(2, 1, wall));
    memory(&root, accounts);
}

/// What an audit needs of memory, as a process of its own.
fn memory(root: &Path, accounts: u64) {
    let peak = process(root, 2, true);
    let most = 64 * 1024 + accounts * 80 / 1024;
    println!("{:44} {:5} MB must be at most {} MB", "peak of memory, two threads", peak / 1024, most / 1024);
}

/// One key, messages of 1 KB.
fn verifier() {
    let seed = Seed::generate(Role::Operator);
    let messages: Vec<Vec<u8>> = (0..128u8).map(|n| (0..1024).map(|at| at as u8 ^ n).collect()).collect();
    let signatures: Vec<[u8; 64]> =
        messages.iter().map(|message| seed.sign(message).expect("signs")).collect();
    let both = messages.iter().zip(&signatures);
    let all: Vec<Signed<'_>> =
        both.map(|(message, signature)| Signed { key: seed.public(), message, signature }).collect();
    let batch = Batch::new();
    // Until its tables have grown to what a large directory gives them.
    (0..400).for_each(|_| assert!(batch.verify(&all).iter().all(|holds| *holds)));
    let ratios = (0..51).map(|_| {
        let dalek = time(|| assert!(one_by_one(&all).iter().all(|holds| *holds))).wall;
        let own = time(|| assert!(batch.verify(&all).iter().all(|holds| *holds))).wall;
        dalek / own
    });
    println!(
        "{:44} {:5.1}   must be at least 6",
        "dalek's verify / Batch, one key, 1 KB",
        median(ratios.collect())
    );
}

/// A small directory, as whole processes.
fn small(accounts: u64) {
    let root = root(accounts);
    let ratios = (0..41).map(|_| {
        let own = time(|| _ = process(&root, 2, true)).wall;
        own / time(|| _ = process(&root, 2, false)).wall
    });
    let most = if accounts <= 100 { "1.0" } else { "0.6" };
    let name = format!("{accounts} accounts, Batch / dalek's verify, process");
    println!("{name:44} {:5.2}   must be at most {most}", median(ratios.collect()));
}

/// A million accounts, read once before.
fn million() {
    let root = root(1_000_000);
    floor(&root.join("jwt"));
    let walls = (0..3).map(|_| time(|| _ = process(&root, 2, true)).wall);
    println!(
        "{:44} {:5.1} s must be at most 15",
        "1,000,000 accounts, two threads, warm",
        median(walls.collect())
    );
    memory(&root, 1_000_000);
}
