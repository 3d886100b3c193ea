//! What the real nsc and real servers make of a recovered store. `cargo test --test recover -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jwtfix::nkey::{Role, Seed};

use crate::common::jwtfix;
use crate::server::{lets_in, nsc, serve_config, servers};
use crate::store::{Store, public};
use crate::{Out, recover};

/// nsc on what was recovered: exit status, and what it said.
fn nsc_on(out: &Out, args: &[&str]) -> (Option<i32>, String) {
    let at = |below: &str| out.path().join(below);
    let output = Command::new("/opt/nats/bin/nsc")
        .arg("--config-dir")
        .arg(out.dir.path().join("config"))
        .arg("--data-dir")
        .arg(at("stores"))
        .arg("--keystore-dir")
        .arg(at("keys"))
        .args(args)
        .env_clear()
        .env("HOME", out.dir.path())
        .env("NSC_NO_GIT_IGNORE", "true")
        .stdin(Stdio::null())
        .output()
        .expect("nsc runs");
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    (output.status.code(), said)
}

/// nsc finds nothing wrong, has every key, and makes a configuration with which every server lets these credentials in.
fn works(out: &Out, system: &str, creds: &str) {
    let (code, said) = nsc_on(out, &["validate", "-A"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = nsc_on(out, &["list", "keys", "-A", "-S"]);
    assert_eq!(code, Some(0), "{said}");
    // As a word: a seed may have these letters in it.
    assert!(!said.split(|c: char| !c.is_alphanumeric()).any(|word| word == "BAD"), "{said}");
    let config = out.dir.path().join("nats.conf");
    let _ = fs::remove_file(&config);
    let file = config.to_str().expect("UTF-8");
    let (code, said) = nsc_on(
        out,
        &["generate", "config", "--mem-resolver", "--sys-account", system, "--config-file", file],
    );
    assert_eq!(code, Some(0), "{said}");
    let config = fs::read_to_string(&config).expect("nsc wrote it");
    let creds = fs::read_to_string(out.path().join("keys/creds").join(creds)).expect("they are there");
    for binary in servers() {
        let server = serve_config(&binary, &config).unwrap_or_else(|| panic!("{} starts", binary.display()));
        assert!(lets_in(&server, &creds), "{} lets it in", binary.display());
    }
}

/// A store that nsc makes, with roles, curve keys and old keys in it.
fn made_by_nsc(home: &Path) -> PathBuf {
    for args in [
        &["add", "operator", "acme", "--generate-signing-key"][..],
        &["add", "account", "SYS"],
        &["add", "account", "A"],
        &["edit", "account", "A", "--sk", "generate"],
        &["add", "user", "u", "-a", "A"],
        &["add", "user", "v", "-a", "A"],
        &["add", "account", "B"],
        &["add", "user", "w", "-a", "B"],
        &["generate", "nkey", "-x", "-S"],
        &["generate", "nkey", "-a", "-S"],
        &["edit", "operator", "--system-account", "SYS"],
    ] {
        let (code, said) = nsc(home, args);
        assert_eq!(code, Some(0), "{args:?}: {said}");
    }
    home.join("all")
}

#[test]
#[ignore = "needs nsc and nats-servers"]
fn a_store_of_nsc_comes_back_from_its_pieces() {
    let home = tempfile::tempdir().expect("a scratch directory");
    let all = made_by_nsc(home.path());
    let exported = home.path().join("exported");
    let (code, said) =
        nsc(home.path(), &["export", "keys", "-A", "--curves", "-d", exported.to_str().expect("UTF-8")]);
    assert_eq!(code, Some(0), "{said}");
    // What is left: a resolver's directory with the accounts, the operator, the exported keys, and credentials.
    let pieces = home.path().join("pieces");
    fs::create_dir_all(pieces.join("jwt")).expect("made");
    let copy = |from: PathBuf, to: &str| {
        fs::copy(&from, pieces.join(to)).unwrap_or_else(|error| panic!("{from:?}: {error}"))
    };
    copy(all.join("acme/acme.jwt"), "operator");
    for name in ["SYS", "A", "B"] {
        let file = all.join(format!("acme/accounts/{name}/{name}.jwt"));
        let claims = jwtfix::token::decode(&fs::read(&file).expect("there")).expect("it decodes");
        copy(file, &format!("jwt/{}.jwt", claims.data.sub));
    }
    for (account, user) in [("A", "u"), ("A", "v"), ("B", "w")] {
        copy(all.join(format!("creds/acme/{account}/{user}.creds")), &format!("{user}.any"));
    }
    let out = Out::new();
    recover(&out, &[pieces.to_str().expect("UTF-8"), exported.to_str().expect("UTF-8")]).exits(0);
    for name in ["SYS", "A", "B"] {
        let path = format!("acme/accounts/{name}/{name}.jwt");
        assert_eq!(out.files("stores")[&path], fs::read(all.join(&path)).expect("there"));
    }
    works(&out, "SYS", "acme/A/u.creds");
    // nsc goes on where it was.
    let (code, said) = nsc_on(&out, &["add", "user", "x", "-a", "B"]);
    assert_eq!(code, Some(0), "{said}");
    works(&out, "SYS", "acme/B/x.creds");
}

/// The state that nsc leaves and cannot leave: `nsc fix` drops every account of it.
#[test]
#[ignore = "needs nsc and nats-servers"]
fn a_store_that_verifies_nothing_comes_back() {
    let home = tempfile::tempdir().expect("a scratch directory");
    let all = made_by_nsc(home.path());
    // The first account that nsc comes to: it has replaced the operator by then, and no account.
    assert_eq!(nsc(home.path(), &["add", "account", "0"]).0, Some(0));
    fs::write(all.join("acme/accounts/0/0.jwt"), "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJ")
        .expect("written");
    let (code, said) = nsc(home.path(), &["reissue", "operator", "--name", "acme"]);
    assert_eq!(code, Some(2), "it panics: {said}");
    let fixed = home.path().join("fixed");
    let (_, said) = nsc(
        home.path(),
        &["fix", "--in", all.to_str().expect("UTF-8"), "--out", fixed.to_str().expect("UTF-8")],
    );
    assert!(said.matches("ignoring account").count() >= 3, "{said}");
    assert!(!fixed.join("operators/acme/accounts/A").exists());
    let out = Out::new();
    recover(&out, &[all.to_str().expect("UTF-8")]).exits(1);
    let text = fs::read(all.join("acme/accounts/A/A.jwt")).expect("there");
    let old = jwtfix::token::decode(&text).expect("it decodes").data.iss;
    let (store, keys) = (out.path().join("stores/acme"), out.path().join("keys"));
    let (store, keys) = (store.to_str().expect("UTF-8"), keys.to_str().expect("UTF-8"));
    assert_ne!(nsc_on(&out, &["validate", "-A"]).0, Some(0), "before");
    jwtfix(["reissue", "--store", store, "--issued-by", &old, "--key", keys, "--write"])
        .env("XDG_STATE_HOME", out.dir.path().join("state").to_str().expect("UTF-8"))
        .run()
        .exits(0);
    works(&out, "SYS", "acme/A/u.creds");
}

/// F6: the account's token is lost; keys, credentials and the operator's seed are there.
#[test]
#[ignore = "needs nsc and nats-servers"]
fn a_lost_account_is_made_for_its_users() {
    let store = Store::new();
    store.put_user(&store.plain, |_, _| {});
    fs::remove_file(store.root().join("stores/acme/accounts/ORDERS/ORDERS.jwt")).expect("removed");
    let curve = Seed::generate(Role::Curve);
    store.put(&format!("flat/{}.nk", public(&curve)), curve.expose().as_bytes());
    let out = Out::new();
    recover(&out, &["--make-missing", &store.arg("")]).exits(1);
    works(&out, "SYS", "acme/ORDERS/alice.creds");
}

/// The system account's token is lost, and credentials have the seed of another: no server starts with the one, none lets
/// the other in; nsc finds nothing wrong with either.
#[test]
#[ignore = "needs nsc and nats-servers"]
fn what_nsc_does_not_see() {
    let store = Store::new();
    let creds = store.get("keys/creds/acme/ORDERS/alice.creds");
    let other = Seed::generate(Role::User);
    let swapped = creds.replace(&*store.user.expose(), &other.expose());
    store.put("keys/creds/acme/ORDERS/alice.creds", &swapped);
    for binary in servers() {
        let server = crate::server::serve(&binary, &store).expect("it starts");
        assert!(!lets_in(&server, &swapped), "before");
    }
    fs::remove_dir_all(store.root().join("stores/acme/accounts/SYS")).expect("removed");
    for binary in servers() {
        assert!(crate::server::serve(&binary, &store).is_none(), "before");
    }
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(1).says("without it no server starts");
    assert_eq!(nsc_on(&out, &["validate", "-A"]).0, Some(0), "nsc does not see it");
    let out = Out::new();
    recover(&out, &["--make-missing", &store.arg("")]).exits(1);
    works(&out, "SYS", "acme/ORDERS/alice.creds");
}

/// Names that no directory can have: nsc reads the store all the same.
#[test]
#[ignore = "needs nsc and nats-servers"]
fn names_that_nsc_can_live_with() {
    let store = Store::new();
    for name in ["../../x", "", ".nsc", "a/b", "CON", "y\u{1b}[2J", &"long".repeat(100), "ORDERS"] {
        let account = Seed::generate(Role::Account);
        let body = jwtfix::token::Account { limits: crate::store::unlimited(), ..Default::default() };
        let body = jwtfix::token::Body::Account(Box::new(body));
        let token = crate::store::signed(&account, name, body, &store.operator_key, crate::store::lately());
        store.put(&format!("jwt/{}.jwt", public(&account)), token);
    }
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(0);
    works(&out, "SYS", "acme/ORDERS/alice.creds");
}
