//! Operators that were moved to another key, and servers whose configurations still name the old one.

use std::fs;
use std::path::Path;

use jwtfix::nkey::{Role, Seed};

use crate::common::{Ran, jwtfix};
use crate::fix;
use crate::server::{Running, lets_in, serve_config, servers};
use crate::signed::{ACCOUNT, CREDS};
use crate::store::{Store, public};

const OPERATOR: &str = "stores/acme/acme.jwt";
const SYSTEM: &str = "stores/acme/accounts/SYS/SYS.jwt";
const WORD: &str = "--unsafe=config-operator-moved";

/// How a configuration names its operator.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    File,
    Token,
    Member,
}

/// A store whose operator was moved, and a server of before that: its directory has the accounts as they are now.
struct Moved {
    store: Store,
    before: String,
    after: String,
}

impl Moved {
    fn new(by: By) -> Moved {
        let store = Store::new();
        let old = store.get(OPERATOR);
        let before = public(&store.operator);
        store.put("server.jwt", &old);
        let operator = match by {
            By::File => format!("operator: \"{}\" # ours", store.arg("server.jwt")),
            By::Token => format!("operator = {old}"),
            By::Member => format!("operators: [ '{old}' ]"),
        };
        let dir = store.arg("jwt");
        store.put(
            "nats.conf",
            format!("port: 4222\r\n{operator}\nresolver {{ type: full, dir: \"{dir}\" }}\n"),
        );
        let new = Seed::generate(Role::Operator);
        store.put_seed(&new);
        let (stores, keys, key) = (store.arg("stores"), store.arg("keys"), public(&new));
        let runs = tempfile::tempdir().expect("a scratch directory");
        let journal = runs.path().join("runs").display().to_string();
        jwtfix([
            "reissue",
            "--store",
            &stores,
            "--move-to",
            &key,
            "--key",
            &keys,
            "--unsafe",
            "--write",
            "--journal",
            &journal,
        ])
        .run()
        .exits(0);
        // Its signing key stays; what the old identity has signed is what it is about.
        let resign = |name: &str| {
            crate::signed::again(&store, name, &new, jwtfix::token::Layout::V2, |_| {});
        };
        [ACCOUNT, SYSTEM].into_iter().for_each(resign);
        for (name, seed) in [(SYSTEM, &store.system), (ACCOUNT, &store.account)] {
            store.put(&format!("jwt/{}.jwt", public(seed)), store.get(name));
        }
        Moved { store, before, after: key }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let store = &self.store;
        let (creds, server, stores) = (store.arg(CREDS), store.arg("nats.conf"), store.arg("stores"));
        let args = [&[creds.as_str(), "--server", &server, "--store", &stores], more].concat();
        fix(&store.runs(), &args).run()
    }
}

#[test]
fn whom_a_server_trusts_changes_with_a_word_only() {
    for by in [By::File, By::Token, By::Member] {
        let moved = Moved::new(by);
        let store = &moved.store;
        let before = store.all();
        moved
            .run(&["--write"])
            .exits(1)
            .says("nats.conf:2: operator \"acme\" is trusted here as ")
            .says("to have the server trust ")
            .says(WORD);
        assert_eq!(store.all(), before, "{by:?}");
        moved
            .run(&[WORD])
            .exits(1)
            .says("[config-operator-moved]")
            .says("then: restart the server: a reload does not take in another operator")
            .says("lets in 0 before and lets in 1 after");
        let json = moved.run(&[WORD, "--format", "json"]).json();
        assert_eq!(json["files"][0]["deeds"][0]["what"], "operator");
        assert_eq!(json["files"][0]["deeds"][0]["before"], moved.before.as_str());
        assert_eq!(json["files"][0]["deeds"][0]["after"], moved.after.as_str());
        assert_eq!(json["server"]["changes"][0]["needs"], "restart");
        moved.run(&[WORD, "--write"]).exits(0).says("1 file changed");
        let changed = if by == By::File { "server.jwt" } else { "nats.conf" };
        for (path, (bytes, _)) in &store.all() {
            let same = &before[path].0 == bytes;
            assert_eq!(same, !path.ends_with(changed), "{by:?}: {}", path.display());
        }
        assert!(store.get(changed).contains(&store.get(OPERATOR)), "{by:?}");
        moved.run(&[]).exits(0).says("nothing to put right");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert_eq!(store.all(), before, "{by:?}: undone to the byte");
    }
}

#[test]
fn what_would_be_lost_is_told_of_with_the_line_and_the_word() {
    for by in [By::Token, By::File] {
        would_be_lost(by);
    }
}

fn would_be_lost(by: By) {
    let moved = Moved::new(by);
    let store = &moved.store;
    let old = store.get("server.jwt");
    let named = |token: &str| {
        if by == By::File { format!("'{}'", store.arg("server.jwt")) } else { token.to_owned() }
    };
    // The server has the accounts of before, too, and both would be brought up to date.
    let preload = |name: &str, seed: &Seed| format!("  {}: {}\n", public(seed), store.get(name));
    let accounts = preload(ACCOUNT, &store.account) + &preload(SYSTEM, &store.system);
    let new = format!(
        "operator = {}\nresolver: MEMORY\nresolver_preload {{\n{accounts}}}\n",
        named(&store.get(OPERATOR))
    );
    for (name, seed) in [(ACCOUNT, &store.account), (SYSTEM, &store.system)] {
        let mut claims = store.claims(name);
        let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
            Ok(store.operator.sign(message).expect("signs").to_vec())
        };
        let iat = crate::store::lately() - 1_000;
        let token =
            jwtfix::token::encode(&mut claims, &store.operator.public(), iat, &sign).expect("encoded");
        store.put(&format!("old/{}", public(seed)), token);
    }
    let of = |seed: &Seed| format!("  {}: {}\n", public(seed), store.get(&format!("old/{}", public(seed))));
    let accounts = of(&store.account) + &of(&store.system);
    fs::remove_dir_all(store.root().join("old")).expect("removed");
    let conf = format!("operator = {}\nresolver: MEMORY\nresolver_preload {{\n{accounts}}}\n", named(&old));
    store.put("conf/nats.conf", conf);
    let before = store.all();
    let (dir, server, stores) = (store.arg("conf"), store.arg("conf/nats.conf"), store.arg("stores"));
    let creds = store.arg(CREDS);
    let args = [&dir, &creds, "--server", &server, "--store", &stores, "--write"];
    fix(&store.runs(), &args)
        .run()
        .exits(2)
        .warns("the server starts now, and would not start then")
        .warns(&format!("conf/nats.conf:1: operator names \"acme\" as {}", moved.before))
        .warns(&format!("is signed by {}", moved.after))
        .warns("the same command with --unsafe=config-operator-moved");
    assert_eq!(store.all(), before);
    fix(&store.runs(), &[&args[..], &[WORD]].concat()).run().exits(0).says("lets in 1\n");
    assert_eq!(store.get("conf/nats.conf"), new);
    let operator = if by == By::File { "server.jwt" } else { "conf/nats.conf" };
    assert!(store.get(operator).contains(&store.get(OPERATOR)), "{by:?}");
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

#[test]
fn a_server_that_is_told_of_keys_is_put_right_by_the_command_that_is_told() {
    let moved = Moved::new(By::Token);
    let store = &moved.store;
    let preload = |name: &str, seed: &Seed| format!("  {}: {}\n", public(seed), store.get(name));
    let accounts = preload(ACCOUNT, &store.account) + &preload(SYSTEM, &store.system);
    let keys = |key: &str| {
        format!("# ours\ntrusted_keys: [ {key} ]\nresolver: MEMORY\nresolver_preload {{\n{accounts}}}\n")
    };
    store.put("nats.conf", keys(&moved.before));
    let told = moved
        .run(&["--write"])
        .exits(1)
        .says("lets in 0")
        .says(&format!("nats.conf:2: trusted_keys names {}", moved.before))
        .says(&format!("is signed by {}", moved.after));
    let command = told.stdout.split('`').find(|words| words.starts_with("sed ")).expect("a command");
    assert!(std::process::Command::new("sh").args(["-c", command]).status().expect("sh runs").success());
    assert_eq!(store.get("nats.conf"), keys(&moved.after));
    moved.run(&[]).exits(0).says("nothing to put right");
    // Whose key it is nobody knows here.
    store.put("nats.conf", keys(&moved.before));
    let (creds, server, jwt) = (store.arg(CREDS), store.arg("nats.conf"), store.arg("jwt"));
    fix(&store.runs(), &[&creds, "--server", &server, "--accounts", &jwt])
        .run()
        .exits(1)
        .says("whose token is not among the files")
        .says("with --operator FILE or --store DIR");
}

/// A server with a copy of the configuration and of its directory, as they stand.
fn serve(binary: &Path, store: &Store) -> Option<Running> {
    let copy = tempfile::tempdir_in(store.state.path()).expect("a scratch directory").keep();
    for entry in fs::read_dir(store.root().join("jwt")).expect("readable") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("copied");
    }
    let conf = store.get("nats.conf").replace(&store.arg("jwt"), copy.to_str().expect("UTF-8"));
    serve_config(binary, &conf)
}

#[test]
#[ignore = "needs nats-servers"]
fn servers_take_the_new_operator_when_they_are_started_again() {
    for binary in servers() {
        for by in [By::File, By::Token, By::Member] {
            let moved = Moved::new(by);
            let store = &moved.store;
            let accepts = || serve(&binary, store).is_some_and(|server| lets_in(&server, &store.get(CREDS)));
            let at = binary.display();
            if by == By::Member && binary.to_string_lossy().contains("-2.9.") {
                // Those releases take no list: `error parsing operators: unsupported type []interface {}`.
                assert!(serve(&binary, store).is_none(), "{at} takes a list");
                continue;
            }
            assert!(!accepts(), "{at} {by:?} lets it in before");
            moved.run(&[WORD, "--write"]).exits(0);
            assert!(accepts(), "{at} {by:?} refuses it after");
            jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
            assert!(!accepts(), "{at} {by:?} lets it in when taken back");
        }
    }
}
