//! What two sides claim differently, and what counts as no difference: two tokens, two directories, a store and a resolver,
//! credentials and a store, a configuration and a store.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

mod common;
#[path = "reissue/store.rs"]
mod store;

use common::{Ran, jwtfix};
use jwtfix::file::creds;
use store::{Store, public};

const ACCOUNT: &str = "stores/acme/accounts/ORDERS/ORDERS.jwt";
const SYSTEM: &str = "stores/acme/accounts/SYS/SYS.jwt";

fn diff(store: &Store, a: &str, b: &str) -> Ran {
    jwtfix(["diff", &store.arg(a), &store.arg(b)]).run()
}

/// A resolver's directory with the store's accounts, and a configuration that names it.
fn serve(store: &Store) {
    for (key, path) in [(&store.account, ACCOUNT), (&store.system, SYSTEM)] {
        store.put(&format!("etc/jwt/{}.jwt", public(key)), store.get(path));
    }
    store.put("etc/acme.jwt", store.get("stores/acme/acme.jwt"));
    let system = public(&store.system);
    store.put(
        "etc/nats.conf",
        format!("operator: acme.jwt\nsystem_account: {system}\nresolver {{ type: full, dir: \"./jwt\" }}\n"),
    );
    store.put(
        "etc/mem.conf",
        format!(
            "operator: acme.jwt\nresolver: MEMORY\nresolver_preload {{ {system}: {} }}\n",
            store.get(SYSTEM)
        ),
    );
}

#[test]
fn sides_that_say_the_same() {
    let store = Store::new();
    serve(&store);
    for (a, b, same) in [
        (ACCOUNT, ACCOUNT, "1 the same"),
        ("stores", "etc/jwt", "2 the same"),
        ("etc/nats.conf", "stores", "3 the same"),
        ("stores", "etc/nats.conf", "3 the same"),
        ("etc/mem.conf", "stores", "2 the same"),
        ("keys/creds/acme/ORDERS/alice.creds", "stores", "1 the same"),
    ] {
        diff(&store, a, b).exits(0).says(same);
    }
}

#[test]
fn sides_that_differ() {
    let store = Store::new();
    serve(&store);
    let (old, user) = (store.get(ACCOUNT), store.get("stores/acme/accounts/ORDERS/users/alice.jwt"));
    store.put_account(&store.operator_key, |_, account| account.limits.conn = 5);
    store.put("old.jwt", old);
    diff(&store, "old.jwt", ACCOUNT).exits(1).says("~ nats.limits.conn  unlimited → 5").says("1 differs");
    diff(&store, "stores", "etc/jwt").exits(1).says("1 differs, 1 the same");
    diff(&store, "etc/nats.conf", "stores").exits(1).says("1 differs, 2 the same");
    // What a full resolver does not have is missing; of a preload that is not known.
    std::fs::remove_file(store.root().join(format!("etc/jwt/{}.jwt", public(&store.account))))
        .expect("removed");
    diff(&store, "etc/nats.conf", "stores").exits(1).says("1 only on the second side");
    diff(&store, "etc/mem.conf", "stores").exits(0).says("2 the same");
    // The store knows a newer token of the user than its credentials.
    let stale = creds::canonical(&user, &store.user.expose()).to_string();
    store.put_user(&store.account, |_, user| {
        user.permissions.permissions.publish.allow = Some(vec!["a".into()])
    });
    store.put("stale.creds", stale);
    diff(&store, "stale.creds", "stores").exits(1).says("+ nats.pub.allow[a]");
    let unified =
        jwtfix(["diff", "--format", "unified", &store.arg("old.jwt"), &store.arg(ACCOUNT)]).run().exits(1);
    let hunk = "@@ /nats/limits/conn @@\n--1\n+5\n";
    assert!(unified.stdout.starts_with("--- ") && unified.stdout.contains(hunk), "{}", unified.stdout);
}

/// Two files are compared whatever they are about: what is told is of the first.
#[test]
fn tokens_of_two_accounts() {
    let store = Store::new();
    let system = "stores/acme/accounts/SYS/SYS.jwt";
    let whose = format!("account \"ORDERS\" {}", &public(&store.account)[..6]);
    diff(&store, ACCOUNT, system).exits(1).says(&whose).says("~ name  \"ORDERS\" → \"SYS\"");
}

#[test]
fn sides_that_are_not_there() {
    let store = Store::new();
    diff(&store, "none", ACCOUNT).exits(2).warns("no such file");
    store.put("cut.jwt", &store.get(ACCOUNT)[..200]);
    diff(&store, "cut.jwt", ACCOUNT).exits(2).warns("no token can be read").warns("jwtfix inspect");
    store.put("empty", "");
    diff(&store, "empty", "stores").exits(0).warns("no token is in it");
}
