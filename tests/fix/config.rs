//! Configurations of servers: lines change in place, the rest stays as it is to the byte.

use std::fs;

use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::encode;

use crate::common::jwtfix;
use crate::signed::{ACCOUNT, CREDS};
use crate::store::{Store, lately, public};
use crate::{fix, puts_right};

/// A configuration with everything in it that people write there.
fn conf(store: &Store, orders_key: &str, orders: &str, system: &str) -> String {
    let system_token = store.get("stores/acme/accounts/SYS/SYS.jwt");
    format!(
        "# ours\r\nport: 4222 // as ever\n\noperator: '../acme.jwt'\nsystem_account: {system}\n\
         resolver: MEMORY\nresolver_preload: {{\n  {orders_key}: {orders} # orders\n\t{}: {system_token}\n}}\n# ends without a line end",
        public(&store.system)
    )
}

struct Configured {
    store: Store,
}

impl Configured {
    fn new() -> Configured {
        let store = Store::new();
        store.put("acme.jwt", store.get("stores/acme/acme.jwt"));
        Configured { store }
    }

    /// Puts the configuration right, and proves that it is `sound` then.
    fn becomes(&self, conf: &str, sound: &str) -> String {
        let path = self.store.put("conf/nats.conf", conf);
        let (conf, stores) = (self.store.arg("conf"), self.store.arg("stores"));
        let said =
            puts_right(&self.store.root().join("conf"), &self.store.runs(), &[&conf, "--store", &stores]);
        assert_eq!(fs::read_to_string(path).expect("there"), sound);
        said
    }
}

#[test]
fn a_preloaded_token_stands_under_its_subject() {
    let configured = Configured::new();
    let store = &configured.store;
    let (key, system) = (public(&store.account), public(&store.system));
    let sound = conf(store, &key, &store.get(ACCOUNT), &system);
    let stranger = public(&Seed::generate(Role::Account));
    for wrong in [stranger.clone(), key.to_lowercase(), format!("\"{stranger}\"")] {
        let said = configured.becomes(&conf(store, &wrong, &store.get(ACCOUNT), &system), &sound);
        assert!(said.contains("[config-preload-key-mismatch]") && said.contains("line 8:"), "{said}");
    }
}

#[test]
fn a_preloaded_token_is_the_newest() {
    let configured = Configured::new();
    let store = &configured.store;
    let old = store.get(ACCOUNT);
    let mut claims = store.claims(ACCOUNT);
    let sign = |_: &PublicKey, message: &[u8]| Ok(store.operator_key.sign(message).expect("signs").to_vec());
    let new = encode(&mut claims, &store.operator_key.public(), lately() + 30, &sign).expect("made");
    store.put(ACCOUNT, &new);
    let (key, system) = (public(&store.account), public(&store.system));
    let said = configured.becomes(&conf(store, &key, &old, &system), &conf(store, &key, &new, &system));
    assert!(said.contains("[account-older-copy]") && said.contains("the newer one"), "{said}");
}

#[test]
fn the_system_account_is_the_operators() {
    let configured = Configured::new();
    let store = &configured.store;
    let (key, system) = (public(&store.account), public(&store.system));
    let sound = conf(store, &key, &store.get(ACCOUNT), &system);
    let said = configured.becomes(&conf(store, &key, &store.get(ACCOUNT), &key), &sound);
    assert!(said.contains("[config-system-account-mismatch]"), "{said}");
    // Written in quotes, the quotes go.
    configured.becomes(&conf(store, &key, &store.get(ACCOUNT), &format!("'{key}'")), &sound);
}

#[test]
fn the_operator_of_a_server_is_the_newest() {
    let configured = Configured::new();
    let store = &configured.store;
    let old = store.get("acme.jwt");
    let mut claims = store.claims("acme.jwt");
    let sign = |_: &PublicKey, message: &[u8]| Ok(store.operator.sign(message).expect("signs").to_vec());
    let new = encode(&mut claims, &store.operator.public(), lately() + 30, &sign).expect("made");
    store.put("stores/acme/acme.jwt", &new);
    // As a path, and in the configuration itself.
    let (file, stores) = (store.arg("acme.jwt"), store.arg("stores"));
    fix(&store.runs(), &[&file, "--store", &stores, "--write"]).run().exits(0).says("operator");
    assert_eq!(store.get("acme.jwt"), new);
    let (key, system) = (public(&store.account), public(&store.system));
    let inline = |token: &str| {
        conf(store, &key, &store.get(ACCOUNT), &system)
            .replace("operator: '../acme.jwt'", &format!("operator: {token}"))
    };
    configured.becomes(&inline(&old), &inline(&new));
}

#[test]
fn a_token_that_is_signed_again_is_preloaded_anew() {
    let configured = Configured::new();
    let store = &configured.store;
    let (key, system) = (public(&store.account), public(&store.system));
    let draft =
        crate::signed::again(store, ACCOUNT, &store.operator_key, jwtfix::token::Layout::DraftV2, |_| {});
    let path = store.put("conf/nats.conf", conf(store, &key, &draft, &system));
    let (all, keys) = (store.arg(""), store.arg("keys"));
    let said = puts_right(store.root(), &store.runs(), &[&all, "--key", &keys]);
    assert!(said.contains("[token-draft-v2]"), "{said}");
    assert_eq!(fs::read_to_string(path).expect("there"), conf(store, &key, &store.get(ACCOUNT), &system));
}

#[test]
fn a_server_is_asked_before_and_after() {
    let configured = Configured::new();
    let store = &configured.store;
    let (key, system) = (public(&store.account), public(&store.system));
    // Whoever looks for the account finds none.
    let stranger = public(&Seed::generate(Role::Account));
    store.put("conf/nats.conf", conf(store, &stranger, &store.get(ACCOUNT), &system));
    let (all, server) = (store.arg(""), store.arg("conf/nats.conf"));
    let args = [all.as_str(), "--server", &server];
    fix(&store.runs(), &args)
        .run()
        .exits(1)
        .says("of 1 client, a server with")
        .says("lets in 0 before and lets in 1 after");
    let json = fix(&store.runs(), &[&args[..], &["--format", "json"]].concat()).run().json();
    assert_eq!(json["server"]["after"], serde_json::json!({"starts": true, "accepted": 1}));
    // A system account that is not the operator's: it does not even start.
    store.put("conf/nats.conf", conf(store, &key, &store.get(ACCOUNT), &key));
    fix(&store.runs(), &[&args[..], &["--write"]].concat())
        .run()
        .exits(0)
        .says("does not start before and lets in 1 after");
}

#[test]
fn an_account_that_the_server_lacks_is_put_into_its_directory() {
    let configured = Configured::new();
    let store = &configured.store;
    let key = public(&store.account);
    let conf = "operator: '../acme.jwt'\nresolver: { type: full, dir: './jwt' }\n";
    store.put("conf/nats.conf", conf);
    let system = format!("conf/jwt/{}.jwt", public(&store.system));
    store.put(&system, store.get("stores/acme/accounts/SYS/SYS.jwt"));
    let token = format!("conf/jwt/{key}.jwt");
    let (creds, server, stores) = (store.arg(CREDS), store.arg("conf/nats.conf"), store.arg("stores"));
    let args = [creds.as_str(), "--server", &server, "--store", &stores];
    let before = store.all();
    fix(&store.runs(), &args)
        .run()
        .exits(1)
        .says(&format!("{key}.jwt  [account-not-in-resolver]"))
        .says("made: the token of account \"ORDERS\" from ")
        .says("lets in 0 before and lets in 1 after");
    assert_eq!(store.all(), before);
    let json = fix(&store.runs(), &[&args[..], &["--format", "json"]].concat()).run().json();
    assert_eq!(json["files"][0]["deeds"][0]["what"], "made");
    // It goes elsewhere, or to its place; and comes back out of it.
    fix(&store.runs(), &[&args[..], &["-o", &store.arg("out")]].concat()).run().exits(0);
    assert_eq!(store.get(&format!("out/{key}.jwt")), store.get(ACCOUNT));
    fs::remove_dir_all(store.root().join("out")).expect("removed");
    fix(&store.runs(), &[&args[..], &["--write"]].concat()).run().exits(0).says("1 file changed");
    assert_eq!(store.get(&token), store.get(ACCOUNT));
    fix(&store.runs(), &args).run().exits(0).says("nothing to put right");
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
    // Whoever asks for something else, or deleted it, does not get it.
    fix(&store.runs(), &[&args[..], &["--only", "secret-readable"]].concat()).run().exits(0);
    store.put(&format!("{token}.deleted"), store.get(ACCOUNT));
    fix(&store.runs(), &args)
        .run()
        .exits(1)
        .says("the account was deleted here")
        .says("nothing to put right");
}

#[test]
fn a_token_that_the_server_would_not_take_is_not_put_there() {
    let configured = Configured::new();
    let store = &configured.store;
    store.put("conf/nats.conf", "operator: '../acme.jwt'\nresolver: { type: full, dir: './jwt' }\n");
    let system = format!("conf/jwt/{}.jwt", public(&store.system));
    store.put(&system, store.get("stores/acme/accounts/SYS/SYS.jwt"));
    let stranger = Seed::generate(Role::Operator);
    crate::signed::again(store, ACCOUNT, &stranger, jwtfix::token::Layout::V2, |_| {});
    let (creds, server, account) = (store.arg(CREDS), store.arg("conf/nats.conf"), store.arg(ACCOUNT));
    fix(&store.runs(), &[&creds, "--server", &server, "--accounts", &account])
        .run()
        .exits(1)
        .says("would not take this token of it")
        .says("nothing to put right");
}
