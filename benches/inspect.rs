//! What does it cost to look at a credential, and at a whole store? `cargo bench --bench inspect`.
//!
//! Processor time and wall-clock time of whole processes, `jwtfix inspect` and `nsc` in turn: one credentials file, and a
//! store of nsc with 10,000 accounts of two users each (or `JWTFIX_ACCOUNTS`), a line a file and everything of every one
//! (`-v`, `--format json`). Without nsc on the PATH, jwtfix is measured alone. Of the store it also says what plain verification of its users' signatures takes: nobody can be faster than that
//! who has to look at every one.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a bench reads the clock, writes files and prints"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed, verify};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Operator, OperatorLimits, UNLIMITED, User, encode};
use nix::sys::resource::{UsageWho, getrusage};

const NOW: i64 = 1_795_500_000;

fn mint(signer: &Seed, subject: &PublicKey, name: &str, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), NOW, &sign).expect("claims of the right kind")
}

/// Where nsc keeps credentials; at its top it takes them for a keystore of old and does nothing.
const CREDS: &str = "creds/acme/last/writer.creds";

/// A store as nsc lays it out, and the credentials of its last user.
fn store(root: &Path, accounts: usize) {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let operator = Seed::generate(Role::Operator);
    let settings =
        format!("{{\"store_root\":{:?},\"operator\":\"acme\",\"account\":\"A0\"}}", root.display());
    write("nsc.json", &settings);
    write("acme/.nsc", r#"{"managed":false,"name":"acme","kind":"operator","version":"1"}"#);
    let token = mint(&operator, &operator.public(), "acme", Body::Operator(Operator::default()));
    write("acme/acme.jwt", &token);
    for number in 0..accounts {
        let (account, name) = (Seed::generate(Role::Account), format!("A{number}"));
        let body =
            Body::Account(Box::new(Account { limits: OperatorLimits::unlimited(), ..Account::default() }));
        let token = mint(&operator, &account.public(), &name, body);
        write(&format!("acme/accounts/{name}/{name}.jwt"), &token);
        for user in ["reader", "writer"] {
            let seed = Seed::generate(Role::User);
            let mut body = User::default();
            let permissions = &mut body.permissions;
            (permissions.subs, permissions.data, permissions.payload) = (UNLIMITED, UNLIMITED, UNLIMITED);
            let token = mint(&account, &seed.public(), user, Body::User(Box::new(body)));
            write(&format!("acme/accounts/{name}/users/{user}.jwt"), &token);
            if number + 1 == accounts {
                write(CREDS, &creds::canonical(&token, &seed.expose()));
            }
        }
    }
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(root.join(CREDS), private).expect("ours");
}

/// Processor time of all processes that were waited for.
fn spent() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| Duration::new(time.tv_sec().unsigned_abs(), time.tv_usec().unsigned_abs() as u32 * 1000))
        .sum()
}

/// Processor time and wall-clock time.
type Cost = [Duration; 2];

fn cost(command: &mut Command) -> Cost {
    let (before, start) = (spent(), Instant::now());
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
    // Nothing is wrong with anything here: whoever says otherwise has not done the work.
    assert!(status.success(), "{command:?}: {status}");
    [spent() - before, start.elapsed()]
}

fn jwtfix(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jwtfix"));
    command.args(arguments);
    command
}

fn nsc(home: &Path, arguments: &[&str]) -> Option<Command> {
    let mut command = Command::new("nsc");
    command.env("HOME", home).env("NSC_NO_GIT_IGNORE", "true").arg("-H").arg(home).args(arguments);
    let there = Command::new("nsc").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success()).then_some(command)
}

/// Runs both in turn and prints medians and their ratios.
fn compare(what: &str, runs: usize, mut ours: Command, mut theirs: Option<Command>) {
    let (mut our, mut their) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        our.push(cost(&mut ours));
        their.extend(theirs.as_mut().map(cost));
    }
    for (index, time) in ["processor", "wall clock"].into_iter().enumerate() {
        let ours = median(our.iter().map(|cost| cost[index]).collect()).expect("it ran");
        match median(their.iter().map(|cost| cost[index]).collect()) {
            Some(theirs) => {
                println!("{what}, {time}: jwtfix {ours:.2} ms, nsc {theirs:.2} ms: {:.1} ×", theirs / ours);
            }
            None => println!("{what}, {time}: jwtfix {ours:.2} ms; no nsc on the PATH to compare with"),
        }
    }
}

/// Runs `inspect` with each of these ways to tell more in turn with its short form, and prints what they take beside it.
fn in_full(store: &str, runs: usize, ways: &[&[&str]]) {
    let mut short = Vec::new();
    let mut full = vec![Vec::new(); ways.len()];
    for _ in 0..runs {
        short.push(cost(&mut jwtfix(&["inspect", store])));
        for (way, costs) in ways.iter().zip(&mut full) {
            costs.push(cost(jwtfix(&["inspect", store]).args(*way)));
        }
    }
    for (way, costs) in ways.iter().zip(&full) {
        for (index, time) in ["processor", "wall clock"].into_iter().enumerate() {
            let [short, full] = [&short, costs]
                .map(|costs| median(costs.iter().map(|cost| cost[index]).collect()).expect("it ran"));
            let (way, ratio) = (way.join(" "), full / short);
            println!(
                "all of the store with {way}, {time}: {full:.2} ms, a line a file {short:.2} ms: {ratio:.1} ×"
            );
        }
    }
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> Option<f64> {
    times.sort_unstable();
    times.get(times.len() / 2).map(|time| time.as_secs_f64() * 1e3)
}

/// Microseconds of one plain verification of a token's signature.
fn verification() -> f64 {
    let seed = Seed::generate(Role::Account);
    let message = [b'x'; 500];
    let signature = seed.sign(&message).expect("it signs");
    let times = (0..2000).map(|_| {
        let start = Instant::now();
        assert!(verify(seed.public().bytes(), &message, &signature));
        start.elapsed()
    });
    median(times.collect()).expect("it ran") * 1e3
}

fn main() {
    let accounts: usize =
        std::env::var("JWTFIX_ACCOUNTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let root = root.path();
    store(root, accounts);
    let creds = root.join(CREDS);
    let creds = creds.to_str().expect("UTF-8");
    let acme = root.join("acme");
    let acme = acme.to_str().expect("UTF-8");

    println!("whole processes, medians");
    compare(
        "one credentials file",
        101,
        jwtfix(&["inspect", creds]),
        nsc(root, &["describe", "jwt", "-f", creds]),
    );
    compare(
        &format!("a store of {accounts} accounts of 2 users each"),
        3,
        jwtfix(&["inspect", acme]),
        nsc(root, &["validate", "-A"]),
    );
    in_full(acme, 5, &[&["--format", "json"], &["-v"]]);
    let one = verification();
    let all = one * 2.0 * accounts as f64 / 1e3;
    println!("plain verification: {one:.1} us a signature, {all:.0} ms for those of the users, one by one");
}
