//! How long does an audit take, against reading the same files? Ratios of one interleaved run, medians.
//!
//! `cargo bench --bench audit [-- ACCOUNTS [PAIRS]]`; 200,000 accounts and 7 pairs where nothing is said. The accounts are
//! made once, in `/tmp/jwtfix-bench-ACCOUNTS`.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, missing_docs)]

mod world;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use jwtfix::audit::{Policy, Report, Settings, Verify, audit};
use jwtfix::nkey::{self, Batch, Signed};
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
        expirations: 1000,
        trust: Vec::new(),
        servers: Vec::new(),
        environment: &|_| None,
        told: None,
        progress: &progress,
    };
    audit(paths.to_vec(), &settings)
}

/// A plain loop that reads every file.
fn floor(directory: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory).expect("readable") {
        bytes += std::fs::read(entry.expect("an entry").path()).expect("readable").len() as u64;
    }
    bytes
}

fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let accounts = numbers.next().unwrap_or(200_000);
    let pairs = numbers.next().unwrap_or(7).max(1);
    let root = PathBuf::from(format!("/tmp/jwtfix-bench-{accounts}"));
    let directory = world::make(&root, accounts);
    let paths = [root.join("operator.jwt"), directory.clone()];
    let (_, bytes) = time(|| floor(&directory));
    let one_by_one: Verify<'_> = &|all: &[Signed<'_>]| {
        all.iter().map(|one| nkey::verify(one.key.bytes(), one.message, one.signature)).collect()
    };
    let report = run(&paths, 1, &|all| Batch::new().verify(all));
    println!("{accounts} accounts, {} bytes each, {} findings", bytes / accounts, report.total());
    for group in &report.groups {
        println!("  {} {}", group.total, group.rule.code);
    }
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..pairs {
        times[0].push(time(|| floor(&directory)).0);
        let batch = Batch::new();
        times[1].push(time(|| run(&paths, 1, &|all| batch.verify(all))).0);
        let batch = Batch::new();
        times[2].push(time(|| run(&paths, 2, &|all| batch.verify(all))).0);
        if std::env::var_os("QUICK").is_none() {
            times[3].push(time(|| run(&paths, 1, one_by_one)).0);
        }
    }
    let per = |seconds: f64| seconds * 1e6 / accounts as f64;
    let names = ["read_dir and fs::read", "audit, one thread", "audit, two threads", "audit, dalek's verify"];
    let medians: Vec<f64> =
        times.iter_mut().map(|times| if times.is_empty() { 0.0 } else { median(times) }).collect();
    for (name, median) in names.iter().zip(&medians) {
        println!("{name:24} {median:7.3} s  {:6.2} us an account", per(*median));
    }
    println!("one thread / reading      {:.2}", medians[1] / medians[0]);
    println!("two threads / one         {:.2}", medians[2] / medians[1]);
    println!("dalek's verify / batch    {:.2}", medians[3] / medians[1]);
    println!("peak memory               {}", peak());
}
