//! A run that is killed at any moment leaves every file the old or the new one; the same command finishes it, and undo
//! returns every byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::nkey::{Role, Seed};
use jwtfix::token::{Account, Body, decode};

use crate::common::jwtfix;
use crate::store::{Store, files, lately, public, signed, unlimited};

/// So many accounts in a resolver's directory.
fn accounts(store: &Store, count: usize) {
    let key = Seed::generate(Role::Account);
    for number in 0..count {
        let account = Seed::generate(Role::Account);
        let body = Account { limits: unlimited(), ..Account::default() };
        let name = format!("ACCOUNT {number}");
        let text =
            signed(&account, &name, Body::Account(Box::new(body)), &store.operator_key, lately() - 1_000);
        store.put(&format!("jwt/{}.jwt", public(&account)), text);
    }
    drop(key);
}

fn command(store: &Store) -> Vec<String> {
    let mut args = vec!["reissue".to_owned()];
    for (option, value) in [("--all", "jwt"), ("--operator", "stores/acme/acme.jwt"), ("--key", "keys")] {
        args.extend([option.to_owned(), store.arg(value)]);
    }
    args.extend(["--journal".to_owned(), store.journal()]);
    args.extend(["--set".to_owned(), "nats.limits.conn=7".to_owned(), "--write".to_owned()]);
    args
}

fn jwt(store: &Store) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    files(&store.root().join("jwt"))
}

/// What stands there after a kill: how many files are new. All are whole.
fn whole(before: &BTreeMap<PathBuf, (Vec<u8>, u32)>, store: &Store) -> usize {
    let mut new = 0;
    for (path, (bytes, mode)) in jwt(store) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".tmp") {
            assert!(name.starts_with(".jwtfix-"), "{name}");
            continue;
        }
        let (old, old_mode) = &before[&path];
        assert_eq!(mode, *old_mode, "{name}");
        if bytes != *old {
            let claims = decode(&bytes).unwrap_or_else(|error| panic!("{name} is neither: {error}"));
            assert_eq!(claims.account().expect("one").limits.conn, 7);
            new += 1;
        }
    }
    new
}

/// How large the last journal is.
fn journal_of(store: &Store) -> u64 {
    let Ok(runs) = fs::read_dir(store.runs()) else { return 0 };
    let size = |run: fs::DirEntry| fs::metadata(run.path().join("journal")).map_or(0, |file| file.len());
    runs.filter_map(Result::ok).map(size).max().unwrap_or_default()
}

/// Kills `jwtfix` so many times, or as often as there is time for, at moments spread evenly over the time that a run takes:
/// what a process leaves behind does not depend on the disk, so it may be one in memory.
fn killed(count: usize, kills: usize, within: Duration) {
    let memory = Path::new("/dev/shm");
    let store = if memory.is_dir() { Store::within(memory) } else { Store::new() };
    accounts(&store, count);
    let before = jwt(&store);
    let binary = env!("CARGO_BIN_EXE_jwtfix");
    let args = command(&store);
    let start = || {
        Command::new(binary)
            .args(&args)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts")
    };
    let began = Instant::now();
    assert!(start().wait().expect("it ends").success());
    let whole_run = began.elapsed();
    let journal = journal_of(&store);
    let undo = || jwtfix(["undo", "--journal", &store.journal()]).run();
    undo().exits(0);
    assert_eq!(jwt(&store), before);
    fs::remove_dir_all(store.runs()).expect("removed");
    let (mut amid, mut done) = (0, 0);
    let mut moment = 0.0_f64;
    let killing = Instant::now();
    for round in 0..kills {
        // Whole stretches of five: the last of each is finished, undone and compared.
        if round % 5 == 0 && round > 0 && killing.elapsed() > within {
            break;
        }
        done += 1;
        // Each run goes on where the one before was killed; now and then one begins anew. However few there are, their
        // moments lie evenly: the golden section leaves no gap.
        moment = (moment + 0.618_033_988_749_895).fract();
        let share = moment;
        let mut child = start();
        if round % 2 == 0 {
            std::thread::sleep(Duration::from_secs_f64(whole_run.as_secs_f64() * share));
        } else {
            // Amid the writing: when the journal has grown so far.
            let far = f64::from(u32::try_from(journal).expect("a small journal")) * share;
            while f64::from(u32::try_from(journal_of(&store)).expect("a small journal")) < far
                && child.try_wait().expect("our child").is_none()
            {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
        child.kill().expect("our child");
        let ended = child.wait().expect("it ends");
        let new = whole(&before, &store);
        amid += usize::from(new > 0 && new < count);
        if ended.success() || round % 5 == 4 {
            assert!(start().wait().expect("it ends").success());
            assert_eq!(whole(&before, &store), count);
            let after = jwt(&store);
            assert_eq!(after.len(), count, "no drafts are left");
            let signed_at: Vec<i64> =
                after.values().map(|(bytes, _)| decode(bytes).expect("whole").data.iat).collect();
            assert!(signed_at.windows(2).all(|pair| pair[0] == pair[1]), "one run, one time");
            undo().exits(0);
            assert_eq!(jwt(&store), before, "round {round}");
            fs::remove_dir_all(store.runs()).expect("removed");
        }
    }
    assert!(amid * 8 >= done, "only {amid} of {done} were killed amid their work");
    println!("{done} of {kills} kills, {amid} amid the work; a whole run took {whole_run:?}");
}

#[test]
fn every_file_is_the_old_or_the_new_one() {
    killed(700, 8, Duration::MAX);
}

/// As many of the five hundred as there is time for: all of them with JWTFIX_KILL_SECONDS=3600 and `--release`.
#[test]
#[ignore = "takes a minute and a half"]
fn killed_five_hundred_times() {
    let seconds = std::env::var("JWTFIX_KILL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(90);
    killed(10_000, 500, Duration::from_secs(seconds));
}
