//! What goes wrong: keys that do not fit, disks that do not take it. Then everything stays as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jwtfix::nkey::{Role, Seed};
use jwtfix::token::Layout;

use crate::common::{FULL, READ_ONLY, jwtfix, on_a_disk, secret_in};
use crate::fix;
use crate::signed::{ACCOUNT, CREDS, again};
use crate::store::{Store, files, public};

/// A store in which an account has to be signed again, and credentials have to be rewritten.
fn broken() -> Store {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {});
    let crlf = store.get(CREDS).replace('\n', "\r\n");
    store.put(CREDS, crlf);
    store
}

#[test]
fn a_seed_comes_in_by_standard_input_and_goes_nowhere() {
    let store = broken();
    let all = store.arg("");
    let seed = store.operator_key.expose();
    fix(&store.runs(), &[&all, "--key", &seed, "--write"])
        .run()
        .exits(2)
        .warns("a seed stands on the command line");
    // A key that has nothing to do with it is as good as none.
    let stranger = Seed::generate(Role::Operator).expose();
    let before = store.all();
    fix(&store.runs(), &[&all, "--key", "-", "--write"])
        .stdin(stranger.as_bytes().to_vec())
        .run()
        .exits(2)
        .warns("none of the keys that may sign it was given")
        .warns(&format!("these may: {}", public(&store.operator_key)))
        .warns("1 seed was given");
    assert_eq!(store.all(), before);
    fix(&store.runs(), &[&all, "--key", "-", "--write"])
        .stdin(seed.as_bytes().to_vec())
        .run()
        .exits(0)
        .says("1 new token verified");
    for (path, (bytes, mode)) in files(&store.runs()) {
        assert!(secret_in(&String::from_utf8_lossy(&bytes)).is_none(), "{}", path.display());
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    assert_eq!(store.all()[&store.root().join(CREDS)].1, 0o600);
}

#[test]
fn under_a_strict_operator_its_identity_is_no_key_that_fits() {
    let store = Store::new();
    store.put_operator(true);
    store.put_account(&store.operator, |_, _| {});
    let before = store.all();
    let all = store.arg("");
    fix(&store.runs(), &[&all, "--key", "-", "--write"])
        .stdin(store.operator.expose().as_bytes().to_vec())
        .run()
        .exits(2)
        .warns(&format!("these may: {} (signing key", public(&store.operator_key)));
    assert_eq!(store.all(), before);
}

#[test]
fn another_program_signs_or_nobody_does() {
    let store = broken();
    let all = store.arg("");
    let before = store.all();
    // A plan asks nobody: the program would be asked for a person's word.
    let mark = store.state.path().join("asked");
    let asks = format!("touch {}; exit 1 #", mark.display());
    let path = std::env::var("PATH").expect("a path");
    let with = |command: &str, more: &[&str]| {
        let mut args = vec![all.as_str(), "--sign-with", command];
        args.extend(more);
        fix(&store.runs(), &args).env("PATH", &path).run()
    };
    with(&asks, &[]).exits(1).says("not proven yet: another program would sign");
    assert!(!mark.exists());
    with("exit 7 #", &["--write"]).exits(2).warns("the command failed");
    with("cat >/dev/null; echo junk #", &["--write"]).exits(2).warns("is not its signature");
    assert_eq!(store.all(), before);
    assert!(!store.runs().exists());
    // The key itself is needed for its signature: here as a program that has it from a file.
    let raw = data_encoding::BASE32_NOPAD.decode(store.operator_key.expose().as_bytes()).expect("base32");
    let prefix = data_encoding::HEXLOWER.decode(b"302e020100300506032b657004220420").expect("hex");
    let der = [&prefix, &raw[2..34]].concat();
    let pem = store.state.path().join("hsm.pem");
    let key = data_encoding::BASE64.encode(&der);
    fs::write(&pem, format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"))
        .expect("written");
    let script = store.state.path().join("sign.sh");
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = {} ] || exit 3\ncat > \"$0.in\"\nopenssl pkeyutl -sign -rawin -inkey {} -in \"$0.in\"\n",
        public(&store.operator_key),
        pem.display()
    );
    fs::write(&script, text).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("set");
    with(script.to_str().expect("UTF-8"), &["--write"]).exits(0).says("1 new token verified");
}

#[test]
fn bad_arguments_are_told() {
    let store = Store::new();
    let all = store.arg("");
    for (args, said) in [
        (&[][..], "nothing named to put right"),
        (&["-"], "standard input"),
        (&["none"], "no such file"),
        (&[&all, "--only", "nothing"], "no rule is called `nothing`"),
        (&[&all, "--unsafe=everything"], "nothing is called `everything`"),
        (&[&all, "--write", "-o", "x"], "cannot be used with"),
    ] {
        fix(&store.runs(), args).run().exits(2).warns(said);
    }
}

/// A disk without room, and one that is read only: as root in a mount namespace of its own.
#[test]
#[ignore = "needs root"]
fn a_full_or_readonly_disk_leaves_everything_as_it_was() {
    let store = broken();
    // Enough that some of it fits.
    for number in 0..40 {
        let crlf = store.get(CREDS);
        store.put(&format!("keys/creds/acme/ORDERS/{number}.creds"), crlf);
    }
    let (all, journal) = (store.arg(""), store.journal());
    let disk = store.state.path().join("disk");
    let at = disk.display().to_string();
    let keys = format!("{at}/keys");
    for (size, (prepare, said)) in [("size=300k", FULL), ("size=4m", READ_ONLY)] {
        let args = ["fix", &at, "--key", &keys, "--journal", &journal, "--write"];
        on_a_disk(&disk, (size, prepare), &all, &args).exits(2).warns(said);
    }
    jwtfix(["undo", "--list", "--journal", &journal]).run().exits(0);
}
