//! What does it cost to sign a whole directory again, durably? `cargo bench --bench reissue`.
//!
//! A resolver's directory of 100,000 accounts (or `JWTFIX_ACCOUNTS`), on the disk that `target` is on: looked at, planned,
//! signed, proven, journalled and written, each file synced before it takes its name. Beside it a plain loop that writes
//! and syncs the same bytes. Both in one run.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a bench reads the clock, writes files and prints"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::repair::{Given, Order, Permit, Planner, Ring, Runs, Survey, Wish, Work};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Kind, Operator, OperatorLimits, UNLIMITED, encode};

const NOW: i64 = 1_795_500_000;

fn mint(signer: &Seed, subject: &PublicKey, name: &str, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), NOW - 1_000, &sign).expect("claims of the right kind")
}

fn main() {
    let accounts: usize =
        std::env::var("JWTFIX_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let root = tempfile::tempdir_in(target).expect("a directory");
    let at = |name: &str| root.path().join(name);
    std::fs::create_dir(at("jwt")).expect("made");
    let operator = Seed::generate(Role::Operator);
    std::fs::write(
        at("op.jwt"),
        mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default())),
    )
    .expect("written");
    let limits = OperatorLimits {
        subs: UNLIMITED,
        data: UNLIMITED,
        payload: UNLIMITED,
        imports: UNLIMITED,
        exports: UNLIMITED,
        wildcards: true,
        conn: UNLIMITED,
        leaf: UNLIMITED,
        ..OperatorLimits::default()
    };
    for number in 0..accounts {
        let subject = Seed::generate(Role::Account).public();
        let body = Account { limits: limits.clone(), ..Account::default() };
        let token = mint(&operator, &subject, &format!("ACCOUNT {number}"), Body::Account(Box::new(body)));
        std::fs::write(at("jwt").join(format!("{subject}.jwt")), token).expect("written");
    }

    let order = Order {
        wishes: vec![Wish::Set { pointer: "/nats/limits/conn".into(), value: 500.into() }],
        issuer: None,
        issued_by: Vec::new(),
        kinds: vec![Kind::Account],
        permit: Permit::none(),
        now: NOW,
    };
    let mut ring = Ring::default();
    ring.insert(operator, "bench");
    let began = Instant::now();
    let mut survey = Survey::default();
    survey.look(&[(at("jwt"), Given::Below), (at("op.jwt"), Given::Context)], false);
    let looked = began.elapsed();
    let mut planner = Planner::new(&order, &survey, &ring);
    let plan = planner.plan();
    let planned = began.elapsed();
    assert_eq!((plan.steps.len(), plan.failed.len(), plan.held.len()), (accounts, 0, 0));
    let run = Runs::at(at("runs")).begin("bench", "bench", NOW, &[at("jwt")]).expect("begun");
    let work = Work::of(&planner, &plan);
    let files = work.carry_out(&planner, &plan, run, &mut |_| {}).expect("written");
    let whole = began.elapsed();
    assert_eq!(files, accounts);

    let plain = plain_loop(&at("jwt"), &at("plain"));
    println!("{accounts} accounts");
    println!("  looked at      {:>8.2} s", looked.as_secs_f64());
    println!("  planned        {:>8.2} s", (planned - looked).as_secs_f64());
    println!("  signed, written{:>8.2} s", (whole - planned).as_secs_f64());
    println!("  in all         {:>8.2} s, {:.0} µs for each", whole.as_secs_f64(), each(whole, accounts));
    println!("  plain loop     {:>8.2} s, {:.0} µs for each", plain.as_secs_f64(), each(plain, accounts));
    println!("  ratio          {:>8.2}", whole.as_secs_f64() / plain.as_secs_f64());
    let undoing = Instant::now();
    let runs = Runs::at(at("runs"));
    let undone = runs.undo(&runs.find(None).expect("the run"), false).expect("undone");
    println!("  undone         {:>8.2} s, {undone} files", undoing.elapsed().as_secs_f64());
}

fn each(time: Duration, accounts: usize) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(u32::try_from(accounts).expect("few enough"))
}

/// Writes and syncs the same bytes, one file after the other.
fn plain_loop(from: &Path, to: &Path) -> Duration {
    let files: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(from)
        .expect("readable")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (to.join(path.file_name().expect("a name")), std::fs::read(&path).expect("readable")))
        .collect();
    std::fs::create_dir(to).expect("made");
    let began = Instant::now();
    for (path, bytes) in &files {
        let mut file = std::fs::File::create(path).expect("made");
        file.write_all(bytes).expect("written");
        file.sync_all().expect("on the disk");
    }
    began.elapsed()
}
