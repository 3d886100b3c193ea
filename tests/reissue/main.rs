//! What comes of `jwtfix reissue` and `jwtfix undo`, run as people run them: plans, refusals, files, interruptions.

#![allow(unreachable_pub, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

#[path = "../common/mod.rs"]
mod common;
mod kill;
mod real;
mod server;
mod store;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{FULL, READ_ONLY, Run, jwtfix, on_a_disk, secret_in};
use jwtfix::nkey::{Role, Seed};
use store::{Store, files, public};

/// `jwtfix reissue` with these arguments and the store's journal.
fn reissue(store: &Store, args: &[&str]) -> Run {
    let journal = store.journal();
    let mut all = vec!["reissue", "--journal", &journal];
    all.extend(args);
    jwtfix(all)
}

const ACCOUNT: &str = "stores/acme/accounts/ORDERS/ORDERS.jwt";
const USER: &str = "stores/acme/accounts/ORDERS/users/alice.jwt";
const CREDS: &str = "keys/creds/acme/ORDERS/alice.creds";

#[test]
fn a_plan_changes_nothing_and_a_run_comes_back() {
    let store = Store::new();
    let before = store.all();
    let (all, keys) = (store.arg("stores"), store.arg("keys"));
    let args = ["--store", &all, "--key", &keys, "--set", "nats.limits.conn=500"];
    reissue(&store, &args).run().exits(1).says("~ nats.limits.conn  unlimited → 500").says("--write does it");
    assert_eq!(store.all(), before);
    assert!(!store.runs().exists(), "a plan leaves no journal");
    let mut write = args.to_vec();
    write.push("--write");
    reissue(&store, &write).run().exits(0).says("2 tokens in 2 files are signed again");
    let account = store.claims(ACCOUNT);
    assert_eq!(account.account().expect("one").limits.conn, 500);
    // Once more there is nothing to do, and no run.
    reissue(&store, &write).run().exits(0).says("nothing to sign again");
    let journal = store.journal();
    jwtfix(["undo", "--list", "--journal", &journal]).run().exits(0).says("done");
    jwtfix(["undo", "--journal", &journal]).run().exits(0).says("2 files as before");
    assert_eq!(store.all(), before);
    jwtfix(["undo", "--journal", &journal]).run().exits(2).warns("no run");
}

/// A file is one by whatever path it is met: below two directories that are one, and by a link beside it.
#[test]
fn what_is_met_twice_is_written_once() {
    let store = Store::new();
    let (stores, again, keys) = (store.arg("stores"), store.arg("again"), store.arg("keys"));
    std::os::unix::fs::symlink(&stores, &again).expect("linked");
    let link = store.arg("stores/acme/accounts/ORDERS/A.jwt");
    std::os::unix::fs::symlink("ORDERS.jwt", &link).expect("linked");
    let dotted = format!("{}/./stores", store.arg(""));
    let before = store.all();
    let args = [
        "--store",
        &stores,
        "--store",
        &again,
        "--store",
        &dotted,
        "--key",
        &keys,
        "--expires",
        "+30d",
        "--write",
    ];
    reissue(&store, &args).run().exits(0).says("2 tokens in 2 files are signed again");
    assert!(store.claims(ACCOUNT).data.exp > 0);
    assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink(), "the link is still one");
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0).says("2 files as before");
    assert_eq!(store.all(), before);
    // Named itself, it is meant, by whatever name it is found.
    let plan =
        reissue(&store, &[&link, "--store", &again, "--key", &keys, "--expires", "+30d"]).run().exits(1);
    assert!(plan.stdout.contains("1 token in 1 file would be"), "{}", plan.stdout);
}

#[test]
fn what_cannot_be_taken_away_is_told() {
    let store = Store::new();
    let (stores, keys) = (store.arg("stores"), store.arg("keys"));
    let unset = |paths: &[&str]| {
        let mut args = vec!["--store", &stores, "--key", &keys, "--set", "nats.limits.conn=5"];
        paths.iter().for_each(|path| args.extend(["--unset", path]));
        reissue(&store, &args).run().exits(1)
    };
    unset(&["nats.limits/conn"]).warns("--unset nats.limits/conn: no token that is meant has it");
    let told = unset(&["nats.signing_keys[0]", "/nats/default_permissions"]);
    assert!(told.stderr.is_empty(), "{}", told.stderr);
}

#[test]
fn credentials_change_with_their_token() {
    let store = Store::new();
    let keys = store.arg("keys");
    let (creds, stores) = (store.arg(CREDS), store.arg(""));
    reissue(
        &store,
        &[&creds, "--store", &stores, "--key", &keys, "--set", "nats.pub.allow=[\"a.>\"]", "--write"],
    )
    .run()
    .exits(0)
    .says("in 2 files");
    let (token, file) = (store.get(USER), store.get(CREDS));
    assert!(file.contains(&token) && file.contains(store.user.expose().as_str()));
    assert_eq!(store.claims(USER).user().expect("one").permissions.permissions.publish.allowed(), ["a.>"]);
    assert_eq!(store.all()[&store.root().join(CREDS)].1, 0o600);
    // Nothing that is kept has a seed in it.
    for (path, (bytes, mode)) in files(&store.runs()) {
        assert!(secret_in(&String::from_utf8_lossy(&bytes)).is_none(), "{}", path.display());
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn a_missing_or_wrong_key_changes_nothing() {
    let store = Store::new();
    let before = store.all();
    let (stores, account, users) = (store.arg("stores"), store.arg(ACCOUNT), store.arg(CREDS));
    let signing = public(&store.operator_key);
    reissue(&store, &["--store", &stores, "--key", &users, "--write"])
        .run()
        .exits(2)
        .warns("none of the keys that may sign it was given")
        .warns(&format!("{signing} (signing key of operator"))
        .warns("nothing was written");
    let stranger = public(&Seed::generate(Role::Operator));
    let keys = store.arg("keys");
    reissue(&store, &["--store", &stores, "--key", &keys, "--issuer", &stranger, "--write"])
        .run()
        .exits(2)
        .warns("may not sign it")
        .warns(&signing);
    reissue(&store, &[&account, "--key", &keys, "--write"]).run().exits(2).warns("operator");
    store.put_operator(true);
    let before_strict = store.all();
    reissue(&store, &["--store", &stores, "--key", &keys, "--issuer", &public(&store.operator), "--write"])
        .run()
        .exits(2)
        .warns("may not sign it");
    assert_eq!(store.all(), before_strict);
    assert_ne!(before, before_strict);
    assert!(!store.runs().exists());
}

#[test]
fn keys_come_from_standard_input_but_never_from_the_command_line() {
    let store = Store::new();
    let stores = store.arg("stores");
    let seed = store.operator_key.expose();
    reissue(&store, &["--store", &stores, "--key", &seed])
        .run()
        .exits(2)
        .warns("a seed stands on the command line");
    reissue(&store, &["--store", &stores, "--issuer", &seed])
        .run()
        .exits(2)
        .warns("a seed stands on the command line");
    let run = reissue(&store, &["--store", &stores, "--key", "-"]).stdin(seed.as_bytes().to_vec()).run();
    run.exits(1).says("2 tokens in 2 files would be signed again");
}

#[test]
fn another_program_signs() {
    let store = Store::new();
    let stores = store.arg("stores");
    let before = store.all();
    // OpenSSL, with the key in the form that it wants.
    let raw = data_encoding::BASE32_NOPAD.decode(store.operator_key.expose().as_bytes()).expect("base32");
    let der =
        [&data_encoding::HEXLOWER.decode(b"302e020100300506032b657004220420").expect("hex"), &raw[2..34]]
            .concat();
    let pem = store.put(
        "hsm.pem",
        format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            data_encoding::BASE64.encode(&der)
        ),
    );
    let script = store.put(
        "sign.sh",
        format!(
            "#!/bin/sh\n[ \"$1\" = {} ] || {{ echo \"no key $1\" >&2; exit 3; }}\ncat > \"$0.in\"\nopenssl pkeyutl -sign -rawin -inkey {} -in \"$0.in\"\n",
            public(&store.operator_key),
            pem.display()
        ),
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("set");
    let (script, issuer) = (script.to_str().expect("UTF-8"), public(&store.operator_key));
    let path = std::env::var("PATH").expect("a path");
    let with = |sign: &str, more: &[&str]| {
        let mut args = vec!["--store", &stores, "--sign-with", sign];
        args.extend(more);
        reissue(&store, &args).env("PATH", &path)
    };
    with("cat >/dev/null; echo junk #", &["--write"]).run().exits(2).warns("is not its signature");
    with("exit 7 #", &["--write"]).run().exits(2).warns("the command failed");
    for (path, (bytes, _)) in before {
        assert_eq!(fs::read(&path).expect("there"), bytes, "{}", path.display());
    }
    with(script, &["--write"]).run().exits(0).says("2 tokens in 2 files are signed again");
    assert_eq!(store.claims(ACCOUNT).data.iss, issuer);
}

#[test]
fn what_would_decide_something_is_held_back() {
    let store = Store::new();
    let (all, keys, creds) = (store.arg(""), store.arg("keys"), store.arg(CREDS));
    store.put_account(&store.operator_key, |store, account| {
        account.revocations.insert(public(&store.user), store::lately() + 5);
    });
    let before = store.all();
    let args = [creds.as_str(), "--store", &all, "--key", &keys, "--write"];
    reissue(&store, &args).run().exits(1).says("it is revoked").says("--unsafe=unrevoke");
    assert_eq!(store.all(), before);
    let mut unsafely = args.to_vec();
    unsafely.push("--unsafe=adopt,role");
    reissue(&store, &unsafely).run().exits(1).says("it is revoked");
    unsafely[5] = "--unsafe=unrevok";
    unsafely.truncate(6);
    reissue(&store, &unsafely).run().exits(2).warns("nothing is called `unrevok`").warns("unrevoke");
    let mut unsafely = args.to_vec();
    unsafely.push("--unsafe=unrevoke");
    reissue(&store, &unsafely).run().exits(0).says("let in: it is revoked");
    assert_ne!(store.all(), before);
}

#[test]
fn an_operator_moves_and_its_store_still_holds() {
    let store = Store::new();
    let new = Seed::generate(Role::Operator);
    store.put_seed(&new);
    let (stores, keys) = (store.arg("stores"), store.arg("keys"));
    reissue(&store, &["--store", &stores, "--move-to", &public(&new), "--key", &keys, "--write"])
        .run()
        .exits(0)
        .says("servers read `operator` at their start alone");
    assert_eq!(store.claims("stores/acme/acme.jwt").data.sub, public(&new));
    jwtfix(["inspect", &store.arg(CREDS), "--store", &stores])
        .run()
        .exits(0)
        .says("every link up to operator \"acme\" holds");
}

#[test]
fn elsewhere_is_written_and_the_old_stands() {
    let store = Store::new();
    let before = store.all();
    let (stores, keys, out) = (store.arg("stores"), store.arg("keys"), store.arg("out"));
    reissue(&store, &["--store", &stores, "--key", &keys, "-o", &out]).run().exits(0).says("2 files in");
    let new = store.claims("out/acme/accounts/ORDERS/ORDERS.jwt");
    assert!(new.data.iat > store.claims(ACCOUNT).data.iat);
    // Nothing that stands there is replaced.
    reissue(&store, &["--store", &stores, "--key", &keys, "-o", &out]).run().exits(2).warns("exists already");
    let mut after = store.all();
    after.retain(|path, _| !path.starts_with(store.root().join("out")));
    assert_eq!(after, before);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let store = Store::new();
    let path = store
        .put("stores/acme/accounts/BAD/BAD.jwt", "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJ9.x");
    let (stores, keys) = (store.arg("stores"), store.arg("keys"));
    reissue(&store, &["--store", &stores, "--key", &keys, "--write"])
        .run()
        .exits(2)
        .says("2 tokens in 2 files are signed again")
        .warns(&format!("{}: no token can be read", path.display()));
    let bad = path.to_str().expect("UTF-8");
    reissue(&store, &[bad, "--store", &stores, "--key", &keys]).run().exits(2).warns("no token can be read");
}

#[test]
fn json_states_the_plan() {
    let store = Store::new();
    let (stores, keys) = (store.arg("stores"), store.arg("keys"));
    let plan = reissue(&store, &["--store", &stores, "--key", &keys, "--renew", "--format", "json"]).run();
    let plan = plan.exits(0).json();
    assert_eq!((&plan["schema"], &plan["unchanged"]), (&"jwtfix/plan/v1".into(), &2.into()));
    let plan =
        reissue(&store, &["--store", &stores, "--key", &keys, "--expires", "+30d", "--format", "json"]).run();
    let plan = plan.exits(1).json();
    let steps = plan["steps"].as_array().expect("a list");
    assert_eq!((steps.len(), &plan["written"], &plan["run"]), (2, &false.into(), &serde_json::Value::Null));
    assert!(steps.iter().all(|step| {
        step["changes"].as_array().is_some_and(|all| all.iter().any(|one| one["pointer"] == "/exp"))
    }));
}

#[test]
fn bad_arguments_are_told() {
    let store = Store::new();
    let (stores, account) = (store.arg("stores"), store.arg(ACCOUNT));
    for (args, said) in [
        (&["--key", "x"][..], "nothing named to sign again"),
        (&[&stores], "is a directory"),
        (&[&account, "--set", "nats.limits.conn"], "PATH=VALUE"),
        (&[&account, "--set", "iat=5", "--operator", &store.arg("stores/acme/acme.jwt")], "set by signing"),
        (&[&account, "--expires", "soon"], "give a time"),
        (&[&account, "--signing-key", "drop", "X"], "add KEY, remove KEY or replace OLD=NEW"),
        (&[&account, "--issuer", "AXX"], "no public key"),
        (&["none.jwt"], "no such file"),
        (&["-"], "standard input"),
    ] {
        reissue(&store, args).run().exits(2).warns(said);
    }
}

/// A disk without room, and one that is read only: as root in a mount namespace of its own.
#[test]
#[ignore = "needs root"]
fn a_full_or_readonly_disk_leaves_everything_as_it_was() {
    let store = Store::new();
    let (stores, keys, journal) = (store.arg("stores"), store.arg("keys"), store.journal());
    let disk = store.state.path().join("disk");
    let at = disk.display().to_string();
    for (size, (prepare, said)) in [("size=120k", FULL), ("size=4m", READ_ONLY)] {
        let args = ["reissue", "--store", &at, "--key", &keys, "--journal", &journal, "--write"];
        on_a_disk(&disk, (size, prepare), &stores, &args).exits(2).warns(said);
    }
}
