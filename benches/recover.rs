//! What does it cost to rebuild a store? `cargo bench --bench recover`.
//!
//! 10,000 accounts (or `JWTFIX_ACCOUNTS`) with two users each, scattered over a resolver's directory, credentials and keys;
//! then ten times fewer, in turn: a tenth of the work is to take a tenth of the time, and each file as much memory. Where nsc is (`NSC`, or
//! /opt/nats/bin/nsc), `nsc fix` on 400 and on 800 accounts beside it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a bench reads the clock, writes files and prints"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::disk::Tree;
use jwtfix::file::{creds, layout};
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::repair::{Decided, Found, Recovery};
use jwtfix::token::{Body, Claims, ClaimsData, Kind, Operator, encode};

const NOW: i64 = 1_795_500_000;
const ROUNDS: usize = 3;
/// Files of each account: its token and key, and credentials and a key of each user.
const FILES: usize = 6;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, one, from, to, accounts] = args.as_slice()
        && one == "one"
    {
        recovered(Path::new(from), Path::new(to), accounts.parse().expect("a number"));
        return println!("{}", peak());
    }
    let accounts: usize =
        std::env::var("JWTFIX_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let (many, few) = (root.path().join("many"), root.path().join("few"));
    scatter(&many, accounts);
    scatter(&few, accounts / 10);
    let mut times = [Duration::ZERO; 2];
    for round in 0..ROUNDS {
        times[0] += recovered(&many, &root.path().join(format!("many{round}")), accounts);
        times[1] += recovered(&few, &root.path().join(format!("few{round}")), accounts / 10);
    }
    let each = times.map(|time| time.as_secs_f64() / ROUNDS as f64);
    println!("{accounts} accounts with two users each: {:.2} s", each[0]);
    println!("{} accounts with two users each: {:.2} s", accounts / 10, each[1]);
    println!("ten times the work takes {:.1} times as long", each[0] / each[1]);
    let (more, less) = (FILES * accounts, FILES * (accounts / 10));
    let (much, little) = (process(&many, accounts), process(&few, accounts / 10));
    println!("{more} files: {} MiB at the most, {less} files: {} MiB", much >> 20, little >> 20);
    println!("each file more takes {:.0} bytes", (much as f64 - little as f64) / (more - less) as f64);
    let nsc = std::env::var_os("NSC").map_or_else(|| PathBuf::from("/opt/nats/bin/nsc"), PathBuf::from);
    if !nsc.exists() {
        return println!("no nsc at {}", nsc.display());
    }
    let mut times = [(Duration::ZERO, Duration::ZERO); 2];
    for (index, accounts) in [400, 800].into_iter().enumerate() {
        let from = root.path().join(format!("nsc{accounts}"));
        scatter(&from, accounts);
        times[index] = (
            recovered(&from, &root.path().join(format!("ours{accounts}")), accounts),
            fixed(&nsc, &from, &root.path().join(format!("theirs{accounts}"))),
        );
        let (ours, theirs) = times[index];
        println!(
            "{accounts} accounts: jwtfix {:.2} s, nsc fix {:.2} s, nsc / jwtfix {:.1}",
            ours.as_secs_f64(),
            theirs.as_secs_f64(),
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
    }
    let growth =
        |of: fn(&(Duration, Duration)) -> Duration| of(&times[1]).as_secs_f64() / of(&times[0]).as_secs_f64();
    println!(
        "twice the work takes jwtfix {:.1} and nsc {:.1} times as long",
        growth(|time| time.0),
        growth(|time| time.1)
    );
}

/// This program again, as one recovery: its peak of memory in bytes.
fn process(from: &Path, accounts: usize) -> u64 {
    let own = std::env::current_exe().expect("it runs");
    let to = from.with_extension("one");
    let output = Command::new(own).arg("one").arg(from).arg(&to).arg(accounts.to_string()).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("its peak")
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).expect("a number") << 10
}

/// Looks at everything, lays it out, writes it, waits for the disk and lets it take its place.
fn recovered(from: &Path, to: &Path, accounts: usize) -> Duration {
    let began = Instant::now();
    let mut found = Found::default();
    found.look(&[from.to_owned()]);
    let recovery = Recovery::of(found, &Decided { now: NOW, ..Decided::default() });
    assert_eq!((recovery.count(Kind::Account), recovery.count(Kind::User)), (accounts, accounts * 2));
    let tree = Tree::begin(to).expect("made").expect("nobody else is there");
    recovery.write(&tree).expect("written");
    tree.take_place("recovery.json").expect("placed");
    began.elapsed()
}

fn fixed(nsc: &Path, from: &Path, to: &Path) -> Duration {
    let began = Instant::now();
    let ended = Command::new(nsc)
        .arg("fix")
        .arg("--creds")
        .arg("--in")
        .arg(from)
        .arg("--out")
        .arg(to)
        .env_clear()
        .env("HOME", from)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("nsc runs");
    assert!(ended.success());
    began.elapsed()
}

/// A resolver's directory, credentials under any names, and keys in one directory.
fn scatter(at: &Path, accounts: usize) {
    let operator = Seed::generate(Role::Operator);
    let put = |name: &str, bytes: &[u8]| {
        let path = at.join(name);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(path, bytes).expect("written");
    };
    let key = |seed: &Seed| {
        let file = layout::key_path(&seed.public()).file_name().expect("a name").to_owned();
        put(&format!("keys/{}", file.to_string_lossy()), seed.expose().as_bytes());
    };
    put(
        "acme.jwt",
        mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default())).as_bytes(),
    );
    key(&operator);
    for number in 0..accounts {
        let account = Seed::generate(Role::Account);
        let body = Body::Account(Box::default());
        let token = mint(&operator, &account.public(), &format!("A{number}"), body);
        put(&format!("jwt/{}.jwt", account.public()), token.as_bytes());
        key(&account);
        for name in ["u", "v"] {
            let user = Seed::generate(Role::User);
            let token = mint(&account, &user.public(), name, Body::User(Box::default()));
            put(&format!("creds/{number}{name}.creds"), creds::canonical(&token, &user.expose()).as_bytes());
            key(&user);
        }
    }
}

fn mint(signer: &Seed, subject: &PublicKey, name: &str, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), NOW - 1_000, &sign).expect("claims of the right kind")
}
