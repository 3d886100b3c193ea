//! What does it cost to sign a whole directory again, durably? `cargo bench --bench reissue`.
//!
//! Resolver directories of 100,000 accounts in all (or `JWTFIX_ACCOUNTS`), on the disk that `target` is on (or below
//! `JWTFIX_BENCH_DIR`: in memory it is the processor alone that counts): looked at, planned, signed, proven, journalled and
//! written, with every byte on the disk before its file takes its name. In turn with it a plain loop that writes and syncs the
//! same bytes. Then what a plan of `jwtfix fix` costs, which writes nothing. Where nsc is (`NSC`, or /opt/nats/bin/nsc), both move a store to a new operator as well; nsc waits for no disk and proves
//! nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a bench reads the clock, writes files and prints"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::file::layout;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::repair::{
    Case, Given, Order, Permit, Planner, Ring, Runs, Survey, Wanted, Wish, Work, plan_fixes,
};
use jwtfix::server::Version;
use jwtfix::token::{Account, Body, Claims, ClaimsData, Kind, Operator, OperatorLimits, encode};

const NOW: i64 = 1_795_500_000;
/// Each of the two has its turn so often.
const ROUNDS: usize = 5;
/// Accounts of a store that nsc moves.
const STORE: usize = 2_000;
/// Accounts that are put right.
const FIXED: usize = 10_000;

fn main() {
    let accounts: usize =
        std::env::var("JWTFIX_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let base = std::env::var_os("JWTFIX_BENCH_DIR")
        .map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from);
    let root = tempfile::tempdir_in(base).expect("a directory");
    let operator = Seed::generate(Role::Operator);
    let share = accounts.div_ceil(ROUNDS);
    let (mut ours, mut plain, mut ratios) = (Duration::ZERO, Duration::ZERO, Vec::new());
    for round in 0..ROUNDS {
        let at = root.path().join(round.to_string());
        resolver(&at, &operator, share);
        let again = reissue(&at, &operator, share);
        let written = plain_loop(&at.join("jwt"), &at.join("plain"));
        ratios.push(again.as_secs_f64() / written.as_secs_f64());
        (ours, plain) = (ours + again, plain + written);
    }
    ratios.sort_by(f64::total_cmp);
    println!("{} accounts, {ROUNDS} rounds", share * ROUNDS);
    println!("  signed again {:>8.2} s, {:.0} µs for each", ours.as_secs_f64(), each(ours, share * ROUNDS));
    println!("  plain loop   {:>8.2} s, {:.0} µs for each", plain.as_secs_f64(), each(plain, share * ROUNDS));
    println!(
        "  ratio        {:>8.2}, of the rounds {:.2} to {:.2}",
        ours.as_secs_f64() / plain.as_secs_f64(),
        ratios[0],
        ratios[ROUNDS - 1]
    );
    let at = root.path().join("0");
    let undoing = Instant::now();
    let runs = Runs::at(at.join("runs"));
    let undone = runs.undo(&runs.find(None).expect("the run"), false).expect("undone");
    println!("  undone       {:>8.2} s, {undone} files", undoing.elapsed().as_secs_f64());
    planned(&root.path().join("fix"));
    let nsc = std::env::var_os("NSC").map_or_else(|| PathBuf::from("/opt/nats/bin/nsc"), PathBuf::from);
    match nsc.exists() {
        true => beside_nsc(root.path(), &nsc),
        false => println!("no nsc at {}", nsc.display()),
    }
}

/// A plan of `jwtfix fix` for accounts that all have to be signed again: examined, planned, signed, and examined as they would
/// be.
fn planned(at: &Path) {
    let (operator, stranger) = (Seed::generate(Role::Operator), Seed::generate(Role::Operator));
    resolver(at, &stranger, FIXED);
    put(
        &at.join("op.jwt"),
        mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default())).as_bytes(),
    );
    let mut ring = Ring::default();
    ring.insert(operator, "bench");
    let mut wanted = Wanted::default();
    wanted.let_in(["adopt"]).expect("a known word");
    let paths = [(at.join("jwt"), Given::Below), (at.join("op.jwt"), Given::Context)];
    let began = Instant::now();
    let mut survey = Survey::default();
    survey.look(&paths, true);
    let case = Case {
        paths: &paths,
        survey: &survey,
        ring: &ring,
        wanted: &wanted,
        now: NOW,
        version: Version::NEWEST,
        server: None,
        write: false,
    };
    let (fixes, unread) = plan_fixes(&case).expect("a plan");
    let took = began.elapsed();
    assert_eq!((fixes.len(), unread.len()), (FIXED, 0));
    println!("a plan of fix for {FIXED} accounts");
    println!("  planned      {:>8.2} s, {:.0} µs for each", took.as_secs_f64(), each(took, FIXED));
}

/// Both move the same store to a new operator, in turn.
fn beside_nsc(root: &Path, nsc: &Path) {
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for round in 0..ROUNDS {
        let operator = Seed::generate(Role::Operator);
        let at = root.join(format!("nsc{round}"));
        store(&at.join("ours"), &operator);
        store(&at.join("theirs"), &operator);
        let new = Seed::generate(Role::Operator);
        let order = order(vec![Wish::Become(new.public())], vec![Kind::Operator]);
        ours += carried_out(&at.join("ours/acme"), &at.join("runs"), &order, [operator, new], STORE + 1);
        let began = Instant::now();
        let home = at.join("theirs");
        let ended = Command::new(nsc)
            .arg("-H")
            .arg(&home)
            .args(["reissue", "operator", "--name", "acme"])
            .env_clear()
            .env("HOME", &home)
            .env("NSC_NO_GIT_IGNORE", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("nsc runs");
        theirs += began.elapsed();
        assert!(ended.success());
    }
    println!("a store of {STORE} accounts moved, {ROUNDS} times");
    println!("  jwtfix       {:>8.2} s, {:.0} µs for each", ours.as_secs_f64(), each(ours, STORE * ROUNDS));
    println!(
        "  nsc          {:>8.2} s, {:.0} µs for each",
        theirs.as_secs_f64(),
        each(theirs, STORE * ROUNDS)
    );
    println!("  nsc / jwtfix {:>8.2}", theirs.as_secs_f64() / ours.as_secs_f64());
}

fn order(wishes: Vec<Wish>, kinds: Vec<Kind>) -> Order {
    Order { wishes, issuer: None, issued_by: Vec::new(), kinds, permit: Permit::none(), now: NOW }
}

/// Signs every account of a resolver's directory again.
fn reissue(at: &Path, operator: &Seed, accounts: usize) -> Duration {
    let wish = Wish::Set { pointer: "/nats/limits/conn".into(), value: 500.into() };
    let order = order(vec![wish], vec![Kind::Account]);
    let again = Seed::parse(operator.expose().as_bytes()).expect("its own text");
    carried_out(&at.join("jwt"), &at.join("runs"), &order, [again], accounts)
}

fn carried_out<const N: usize>(
    directory: &Path,
    runs: &Path,
    order: &Order,
    keys: [Seed; N],
    wanted: usize,
) -> Duration {
    let mut ring = Ring::default();
    keys.into_iter().for_each(|key| ring.insert(key, "bench"));
    let began = Instant::now();
    let mut survey = Survey::default();
    let operator = directory.with_file_name("op.jwt");
    let mut paths = vec![(directory.to_owned(), Given::Below)];
    paths.extend(operator.exists().then_some((operator, Given::Context)));
    survey.look(&paths, false);
    let mut planner = Planner::new(order, &survey, &ring);
    let plan = planner.plan();
    assert_eq!((plan.steps.len(), plan.failed.len(), plan.held.len()), (wanted, 0, 0));
    let run = Runs::at(runs.to_owned()).begin("bench", "bench", NOW, &[directory.to_owned()]).expect("begun");
    let work = Work::of(&planner, &plan);
    let files = work.carry_out(&planner, &plan, run, &mut |_| {}).expect("written");
    assert_eq!(files, wanted);
    began.elapsed()
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

fn mint(signer: &Seed, subject: &PublicKey, name: &str, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), NOW - 1_000, &sign).expect("claims of the right kind")
}

fn account(operator: &Seed, name: &str) -> (String, String) {
    let limits = OperatorLimits::unlimited();
    let subject = Seed::generate(Role::Account).public();
    let body = Body::Account(Box::new(Account { limits, ..Account::default() }));
    (subject.to_string(), mint(operator, &subject, name, body))
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    std::fs::write(path, bytes).expect("written");
}

/// A resolver's directory, and its operator beside it.
fn resolver(at: &Path, operator: &Seed, accounts: usize) {
    let body = Body::Operator(Operator::default());
    put(&at.join("op.jwt"), mint(operator, &operator.public(), "acme", body).as_bytes());
    for number in 0..accounts {
        let (subject, token) = account(operator, &format!("ACCOUNT {number}"));
        put(&at.join("jwt").join(format!("{subject}.jwt")), token.as_bytes());
    }
}

/// A store of nsc.
fn store(at: &Path, operator: &Seed) {
    let body = Body::Operator(Operator::default());
    put(&at.join("acme/acme.jwt"), mint(operator, &operator.public(), "acme", body).as_bytes());
    put(&at.join("acme/.nsc"), br#"{"managed":false,"name":"acme","kind":"operator","version":"1"}"#);
    put(&at.join("keys").join(layout::key_path(&operator.public())), operator.expose().as_bytes());
    for number in 0..STORE {
        let name = format!("A{number}");
        let (_, token) = account(operator, &name);
        put(&at.join(format!("acme/accounts/{name}/{name}.jwt")), token.as_bytes());
    }
}

fn each(time: Duration, accounts: usize) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(u32::try_from(accounts).expect("few enough"))
}
