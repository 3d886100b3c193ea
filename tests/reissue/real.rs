//! What real servers and the real nsc make of it: refused before, accepted after. `cargo test --test reissue -- --ignored`.

use std::fs;

use jwtfix::nkey::{Role, Seed};
use jwtfix::token::{Body, Layout, Operator, Tree, decode};
use serde_json::{Value, json};

use crate::common::jwtfix;
use crate::server::{lets_in, nsc, serve, serve_config, servers};
use crate::store::{Store, lately, public, signed};
use crate::{ACCOUNT, CREDS, USER, reissue};

/// Refused by every server before, accepted by every server after.
fn put_right(name: &str, breaks: &dyn Fn(&mut Store), mends: &dyn Fn(&Store)) {
    for binary in servers() {
        let mut store = Store::new();
        let server = serve(&binary, &store).expect("a whole store");
        assert!(lets_in(&server, &store.get(CREDS)), "{name}: whole at first");
        drop(server);
        breaks(&mut store);
        let refused = match serve(&binary, &store) {
            Some(server) => !lets_in(&server, &store.get(CREDS)),
            None => true,
        };
        assert!(refused, "{name}: {} lets it in before", binary.display());
        mends(&store);
        let server = serve(&binary, &store).unwrap_or_else(|| panic!("{name}: {} starts", binary.display()));
        assert!(lets_in(&server, &store.get(CREDS)), "{name}: {} refuses it after", binary.display());
    }
}

fn write(store: &Store, args: &[&str]) {
    let keys = store.arg("keys");
    let mut all = vec!["--key", &keys, "--write"];
    all.extend(args);
    reissue(store, &all).run().exits(0);
}

#[test]
#[ignore = "needs nats-servers"]
fn accounts_of_another_operator() {
    let old = std::cell::RefCell::new(String::new());
    put_right(
        "half migrated",
        &|store| {
            *old.borrow_mut() = public(&store.operator_key);
            store.operator_key = Seed::generate(Role::Operator);
            store.put_seed(&store.operator_key);
            store.put_operator(false);
        },
        &|store| write(store, &["--store", &store.arg("stores"), "--issued-by", &old.borrow()]),
    );
    put_right(
        "self-signed",
        &|store| {
            store.put_account(&Seed::parse(store.account.expose().as_bytes()).expect("a seed"), |_, _| {})
        },
        &|store| write(store, &["--store", &store.arg("stores"), "--unsafe=adopt"]),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn an_identity_signature_under_a_strict_operator() {
    put_right(
        "strict",
        &|store| {
            store.put_operator(true);
            store.put_account(&store.operator, |_, _| {});
            // What the account itself signed is refused there too.
            store.put_user(&store.plain, |_, _| {});
        },
        &|store| write(store, &["--store", &store.arg("stores")]),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn an_account_that_expired() {
    put_right(
        "expired",
        &|store| {
            let mut claims = store.claims(ACCOUNT);
            claims.data.exp = lately();
            let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
                Ok(store.operator_key.sign(message).expect("signs").to_vec())
            };
            let text = jwtfix::token::encode(&mut claims, &store.operator_key.public(), lately() - 60, &sign)
                .expect("encoded");
            store.put(ACCOUNT, text);
        },
        &|store| write(store, &[&store.arg(ACCOUNT), "--store", &store.arg("stores"), "--expires", "+30d"]),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn users_of_wrong_keys_and_shapes() {
    put_right(
        "a user with a role and permissions of its own",
        &|store| {
            store.put_user(&store.scoped, |_, user| {
                user.permissions.permissions.publish.allow = Some(vec!["a.>".into()]);
            });
        },
        &|store| write(store, &[&store.arg(CREDS), "--store", &store.arg(""), "--unset", "nats.pub.allow"]),
    );
    put_right(
        "a user of a removed key",
        &|store| {
            let gone = Seed::generate(Role::Account);
            store.put_user(&gone, |_, _| {});
        },
        &|store| {
            let plain = public(&store.plain);
            write(
                store,
                &[&store.arg(CREDS), "--store", &store.arg(""), "--issuer", &plain, "--unsafe=adopt"],
            );
        },
    );
    put_right(
        "a revoked user",
        &|store| {
            store.put_account(&store.operator_key, |store, account| {
                account.revocations.insert(public(&store.user), lately() + 5);
            });
        },
        &|store| write(store, &[&store.arg(CREDS), "--store", &store.arg(""), "--unsafe=unrevoke"]),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn a_key_that_was_replaced() {
    put_right(
        "replaced by hand, the users left behind",
        &|store| {
            store.put_user(&store.plain, |_, _| {});
            let new = Seed::generate(Role::Account);
            store.put_seed(&new);
            let old = store.get(ACCOUNT);
            let mut tree = tree(&old);
            let keys = tree.get("/nats/signing_keys").and_then(Value::as_array).cloned().unwrap_or_default();
            let keys: Vec<Value> = keys.into_iter().filter(|key| *key != public(&store.plain)).collect();
            tree.set("/nats/signing_keys", json!(keys));
            store.put("before.jwt", old);
            sign(store, ACCOUNT, tree, Layout::V2);
        },
        &|store| {
            // From before the key was taken away by hand: then with all that hangs on it.
            store.put(ACCOUNT, store.get("before.jwt"));
            fs::remove_file(store.root().join("before.jwt")).expect("removed");
            let new = Seed::generate(Role::Account);
            store.put_seed(&new);
            let replace = format!("{}={}", public(&store.plain), public(&new));
            write(
                store,
                &[&store.arg(ACCOUNT), "--store", &store.arg(""), "--signing-key", "replace", &replace],
            );
            assert_eq!(store.claims(USER).data.iss, public(&new));
        },
    );
}

fn tree(text: &str) -> Tree {
    let payload =
        data_encoding::BASE64URL_NOPAD.decode(text.split('.').nth(1).expect("a payload").as_bytes());
    Tree::parse(&payload.expect("base64")).expect("JSON")
}

fn sign(store: &Store, name: &str, mut tree: Tree, layout: Layout) {
    let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
        Ok(store.operator_key.sign(message).expect("signs").to_vec())
    };
    store.put(name, tree.sign(layout, &store.operator_key.public(), lately(), &sign).expect("signed"));
}

#[test]
#[ignore = "needs nats-servers"]
fn a_draft_of_2020() {
    put_right(
        "draft-v2",
        &|store| sign(store, ACCOUNT, tree(&store.get(ACCOUNT)), Layout::DraftV2),
        &|store| write(store, &["--store", &store.arg("stores")]),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn an_account_before_its_time() {
    put_right(
        "it begins tomorrow",
        &|store| {
            let mut tree = tree(&store.get(ACCOUNT));
            tree.set("/nbf", json!(lately() + 86_400));
            sign(store, ACCOUNT, tree, Layout::V2);
        },
        &|store| {
            let account = store.arg(ACCOUNT);
            write(store, &[&account, "--store", &store.arg("stores"), "--not-before", "now"]);
        },
    );
}

/// nsc does not work on tokens of v1 at all.
#[test]
#[ignore = "needs nsc and nats-servers"]
fn tokens_of_v1() {
    let store = Store::new();
    let v1 = |key: &Seed, name: &str, kind: &str, nats: Value, signer: &Seed| {
        let payload = json!({"sub": public(key), "name": name, "type": kind, "nats": nats});
        let sign =
            |_: &jwtfix::nkey::PublicKey, message: &[u8]| Ok(signer.sign(message).expect("signs").to_vec());
        let mut tree = Tree::of(payload).expect("an object");
        tree.sign(Layout::V1, &signer.public(), lately(), &sign).expect("signed")
    };
    let limits = json!({"limits": {"subs": -1, "conn": -1, "leaf": -1, "imports": -1, "exports": -1, "data": -1, "payload": -1, "wildcards": true}});
    let operator =
        json!({"signing_keys": [public(&store.operator_key)], "system_account": public(&store.system)});
    store.put("stores/acme/acme.jwt", v1(&store.operator, "acme", "operator", operator, &store.operator));
    store.put("stores/acme/.nsc", r#"{"managed":false,"name":"acme","kind":"operator","version":"1"}"#);
    store.put(
        "stores/acme/accounts/SYS/SYS.jwt",
        v1(&store.system, "SYS", "account", limits.clone(), &store.operator_key),
    );
    store.put(ACCOUNT, v1(&store.account, "ORDERS", "account", limits, &store.operator_key));
    let user = v1(&store.user, "alice", "user", json!({"pub": {"allow": ["a.>"]}}), &store.account);
    store.put(USER, &user);
    store.put(CREDS, jwtfix::file::creds::canonical(&user, &store.user.expose()).as_bytes());
    let nsc = || {
        let output = std::process::Command::new("/opt/nats/bin/nsc")
            .args(["--config-dir", &store.arg("config"), "--data-dir", &store.arg("stores")])
            .args(["--keystore-dir", &store.arg("keys"), "validate", "-A"])
            .env_clear()
            .env("HOME", store.root())
            .output()
            .expect("nsc runs");
        output.status.code()
    };
    assert_ne!(nsc(), Some(0), "before");
    let all = ["--kind", "operator", "--kind", "account", "--kind", "user"];
    write(
        &store,
        &[&["--store", &store.arg("stores"), "--store", &store.arg("keys/creds")][..], &all].concat(),
    );
    assert_eq!(nsc(), Some(0), "after");
    assert_eq!(store.claims(USER).version, 2);
    for binary in servers() {
        let server = serve(&binary, &store).expect("it starts");
        assert!(lets_in(&server, &store.get(CREDS)), "{}", binary.display());
    }
}

#[test]
#[ignore = "needs nats-servers"]
fn an_operator_that_moved() {
    put_right(
        "moved by hand",
        &|store| {
            // As `nsc reissue operator` leaves it when it stops half-way: the operator is new, its accounts are not.
            let new = Seed::generate(Role::Operator);
            store.put_seed(&new);
            let body = Operator { system_account: public(&store.system), ..Operator::default() };
            store.put("stores/acme/acme.jwt", signed(&new, "acme", Body::Operator(body), &new, lately()));
        },
        &|store| {
            let old = public(&store.operator_key);
            write(store, &["--store", &store.arg("stores"), "--issued-by", &old]);
        },
    );
    for binary in servers() {
        let store = Store::new();
        let new = Seed::generate(Role::Operator);
        store.put_seed(&new);
        write(&store, &["--store", &store.arg("stores"), "--move-to", &public(&new)]);
        let server = serve(&binary, &store).expect("it starts");
        assert!(lets_in(&server, &store.get(CREDS)));
        drop(server);
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert!(lets_in(&serve(&binary, &store).expect("it starts"), &store.get(CREDS)));
    }
}

/// A server that runs keeps what it has in memory, and goes by the ends that it read at its start: it is recognised, and
/// told of. Our drafts in its directory are nothing to it.
#[test]
#[ignore = "needs nats-servers"]
fn a_directory_that_a_server_uses() {
    for binary in servers() {
        let store = Store::new();
        let ends = lately() + 90;
        for (seed, name) in [(&store.system, "SYS"), (&store.account, "ORDERS")] {
            let mut claims = store.claims(&format!("stores/acme/accounts/{name}/{name}.jwt"));
            claims.data.exp = if name == "ORDERS" { ends } else { 0 };
            let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
                Ok(store.operator_key.sign(message).expect("signs").to_vec())
            };
            let key = store.operator_key.public();
            let text = jwtfix::token::encode(&mut claims, &key, lately(), &sign).expect("encoded");
            store.put(&format!("jwt/{}.jwt", public(seed)), text);
        }
        store.put("jwt/.jwtfix-1-1.tmp", "junk");
        let config = format!(
            "operator: \"{}\"\nsystem_account: {}\nresolver {{ type: full, dir: \"{}\" }}\n",
            store.arg("stores/acme/acme.jwt"),
            public(&store.system),
            store.arg("jwt"),
        );
        let server = serve_config(&binary, &config).expect("it starts");
        assert!(lets_in(&server, &store.get(CREDS)));
        let (jwt, operator, keys) = (store.arg("jwt"), store.arg("stores/acme/acme.jwt"), store.arg("keys"));
        let args = ["--all", &jwt, "--operator", &operator, "--key", &keys, "--expires", "+90d"];
        let process = format!("process {}", server.child.id());
        let told = |ran: crate::common::Ran| {
            ran.warns(&process).warns("push the new tokens").warns("ends of the old tokens")
        };
        told(reissue(&store, &args).run().exits(1));
        told(reissue(&store, &[&args[..], &["--write"]].concat()).run().exits(0));
        assert!(lets_in(&server, &store.get(CREDS)));
        drop(server);
        assert!(!reissue(&store, &args).run().stderr.contains("process "), "it runs no more");
        let server = serve_config(&binary, &config).expect("it starts");
        assert!(lets_in(&server, &store.get(CREDS)), "{} takes the new tokens", binary.display());
    }
}

/// nsc replaces the operator, dies on the unreadable account, and leaves a store that nothing verifies.
#[test]
#[ignore = "needs nsc"]
fn what_nsc_leaves_half_done() {
    let home = tempfile::tempdir().expect("a scratch directory");
    let at = |name: &str| home.path().join("all").join(name).to_str().expect("UTF-8").to_owned();
    for args in [
        &["add", "operator", "acme"][..],
        &["add", "account", "A"],
        &["add", "user", "u"],
        &["add", "account", "B"],
        &["add", "account", "C"],
    ] {
        assert_eq!(nsc(home.path(), args).0, Some(0), "{args:?}");
    }
    let old = decode(fs::read_to_string(at("acme/acme.jwt")).expect("there").as_bytes()).expect("it decodes");
    fs::write(at("acme/accounts/A/A.jwt"), "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJ")
        .expect("written");
    assert_eq!(nsc(home.path(), &["reissue", "operator"]).0, Some(2), "it panics");
    let new = decode(fs::read_to_string(at("acme/acme.jwt")).expect("there").as_bytes()).expect("it decodes");
    assert_ne!(old.data.sub, new.data.sub);
    fs::remove_dir_all(at("acme/accounts/A")).expect("removed");
    assert_eq!(nsc(home.path(), &["validate", "-A"]).0, Some(1), "the others are of the old operator");
    let (code, said) = nsc(home.path(), &["reissue", "operator"]);
    let _ = (code, said);
    let (store, keys, journal) = (at("acme"), at("keys"), home.path().join("runs"));
    let operator =
        decode(fs::read_to_string(at("acme/acme.jwt")).expect("there").as_bytes()).expect("it decodes");
    let issuer = |name: &str| {
        let text = fs::read_to_string(at(&format!("acme/accounts/{name}/{name}.jwt"))).expect("there");
        decode(text.as_bytes()).expect("it decodes").data.iss
    };
    let (b, c) = (issuer("B"), issuer("C"));
    assert!(
        b == old.data.sub && c == old.data.sub && operator.data.sub != old.data.sub,
        "nsc does not put it right"
    );
    jwtfix([
        "reissue",
        "--store",
        &store,
        "--key",
        &keys,
        "--journal",
        journal.to_str().expect("UTF-8"),
        "--issued-by",
        &b,
        "--write",
    ])
    .run()
    .exits(0)
    .says("2 tokens");
    assert_eq!(nsc(home.path(), &["validate", "-A"]), (Some(0), nsc(home.path(), &["validate", "-A"]).1));
    assert_eq!(issuer("B"), operator.data.sub);
}
