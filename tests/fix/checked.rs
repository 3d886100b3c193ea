//! What `check` would put right of a server: keys and names of its configuration, and files of its resolver.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Account, Body, encode};

use crate::common::jwtfix;
use crate::server::{lets_in, serve_config, servers};
use crate::signed::{ACCOUNT, CREDS, USER};
use crate::store::{Store, lately, public, signed, unlimited};
use crate::{fix, for_server};

const OPERATOR: &str = "stores/acme/acme.jwt";
const SYSTEM: &str = "stores/acme/accounts/SYS/SYS.jwt";

/// A letter of a key is another one.
fn misspelled(key: &str) -> String {
    let letter = if key.as_bytes()[20] == b'Q' { "R" } else { "Q" };
    format!("{}{letter}{}", &key[..20], &key[21..])
}

/// What a server has that does not start, or does not let the client in.
struct Wrong {
    name: &'static str,
    /// The word that lets its fix in; none is needed.
    word: Option<&'static str>,
    conf: String,
    sound: String,
}

/// Configurations, and what becomes of them.
fn all() -> Vec<Wrong> {
    let bare = "accounts { ORDERS { users: [ { user: a, password: b } ] } }\n";
    let leaf = |account: &str| {
        format!(
            "{bare}leafnodes {{ port: -1, host: 127.0.0.1, authorization {{ user: l, password: m, account: '{account}' }} }}\n"
        )
    };
    vec![Wrong {
        name: "an account of leafnodes in another letter case",
        word: Some("account-letter-case"),
        conf: leaf("orders"),
        sound: leaf("ORDERS"),
    }]
}

#[test]
fn a_name_of_the_configuration_is_corrected_with_a_word() {
    let store = Store::new();
    for Wrong { name, word, conf, sound } in all() {
        store.put("nats.conf", &conf);
        let before = store.all();
        let word = word.map(|word| format!("--unsafe={word}"));
        if let Some(word) = &word {
            for_server(&store, &["--write"]).exits(1).says(word);
            assert_eq!(store.all(), before, "{name}");
        }
        let words: Vec<&str> = word.iter().map(String::as_str).chain(["--write"]).collect();
        for_server(&store, &words).says("does not start before").says("1 file changed");
        assert_eq!(store.get("nats.conf"), sound, "{name}");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert_eq!(store.all(), before, "{name}: undone to the byte");
    }
}

/// The server names its system account by a key with a letter wrong.
fn put_misspelled(store: &Store) -> (String, String) {
    let operator = jwtfix::token::Operator {
        signing_keys: vec![public(&store.operator_key)],
        ..jwtfix::token::Operator::default()
    };
    let body = jwtfix::token::Body::Operator(operator);
    store.put(OPERATOR, crate::store::signed(&store.operator, "acme", body, &store.operator, lately()));
    let conf = |system: &str| {
        let preload = |name: &str, seed: &Seed| format!("  {}: {}\n", public(seed), store.get(name));
        let preloads = preload(ACCOUNT, &store.account) + &preload(SYSTEM, &store.system);
        format!(
            "operator: '{}'\nsystem_account: {system} # SYS\nresolver: MEM\nresolver_preload {{\n{preloads}}}\n",
            store.arg(OPERATOR)
        )
    };
    let key = public(&store.system);
    store.put("nats.conf", conf(&misspelled(&key)));
    (conf(&misspelled(&key)), conf(&key))
}

#[test]
fn a_misspelled_system_account_is_corrected_with_a_word() {
    let store = Store::new();
    let (_, sound) = put_misspelled(&store);
    let before = store.all();
    for_server(&store, &["--write"]).exits(1).says("--unsafe=system-account-unresolved");
    assert_eq!(store.all(), before);
    for_server(&store, &["--unsafe=system-account-unresolved", "--write"])
        .exits(0)
        .says("does not start before and lets in 1 after");
    assert_eq!(store.get("nats.conf"), sound);
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

/// A directory of a server in which the account's file has the name of another one.
fn put_renamed(store: &Store) {
    let dir = store.arg("jwt");
    let conf = format!("operator: '{}'\nresolver {{ type: full, dir: '{dir}' }}\n", store.arg(OPERATOR));
    store.put("nats.conf", conf);
    store.put(&format!("jwt/{}.jwt", public(&store.system)), store.get(SYSTEM));
    store.put(&format!("jwt/{}.jwt", public(&store.account).to_lowercase()), store.get(ACCOUNT));
}

/// Another account with a user and its credentials: its key and its token.
fn put_billing(store: &Store) -> (Seed, String) {
    let (other, user) = (Seed::generate(Role::Account), Seed::generate(Role::User));
    let body = Account { limits: unlimited(), ..Account::default() };
    let account = signed(&other, "BILLING", Body::Account(Box::new(body)), &store.operator_key, lately());
    let body = Body::User(Box::new(store.claims(USER).user().expect("one").clone()));
    let token = signed(&user, "bob", body, &other, lately());
    let creds = creds::canonical(&token, &user.expose());
    let path = store.put("keys/creds/acme/BILLING/bob.creds", creds.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    (other, account)
}

/// Two accounts whose files have the names of others, and a client of each: who is asked again after the one is named
/// rightly is still known after the other.
#[test]
fn files_of_several_accounts_get_their_names() {
    let store = Store::new();
    put_renamed(&store);
    let (other, account) = put_billing(&store);
    store.put(&format!("jwt/{}.jwt", public(&other).to_lowercase()), account);
    let before = store.all();
    let (all, server) = (store.arg("keys/creds"), store.arg("nats.conf"));
    let run =
        |more: &[&str]| fix(&store.runs(), &[&[all.as_str(), "--server", &server], more].concat()).run();
    run(&["--write"])
        .exits(0)
        .says("of 2 clients")
        .says("lets in 0 before and lets in 2 after")
        .says("2 files changed");
    for seed in [&store.account, &other] {
        assert!(store.root().join(format!("jwt/{}.jwt", public(seed))).is_file());
    }
    run(&[]).exits(0).says("nothing to put right");
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0).says("2 files as before");
    assert_eq!(store.all(), before);
}

/// The one account's file has the token of another: that one gets it, and the first its own.
#[test]
fn a_name_that_becomes_free_is_taken() {
    let store = Store::new();
    let (other, account) = put_billing(&store);
    let dir = store.arg("jwt");
    let conf = format!("operator: '{}'\nresolver {{ type: full, dir: '{dir}' }}\n", store.arg(OPERATOR));
    store.put("nats.conf", conf);
    let [orders, billing] = [&store.account, &other].map(|seed| format!("jwt/{}.jwt", public(seed)));
    store.put(&orders, &account);
    let before = store.all();
    let (all, server, stores) = (store.arg("keys/creds"), store.arg("nats.conf"), store.arg("stores"));
    let args = [&all, "--server", &server, "--store", &stores, "--write"];
    fix(&store.runs(), &args).run().exits(0).says("lets in 0 before and lets in 2 after");
    assert_eq!((store.get(&orders), store.get(&billing)), (store.get(ACCOUNT), account));
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0).says("3 files as before");
    assert_eq!(store.all(), before);
}

/// The server is told of the operator by a token that does not list the key which signed the accounts.
fn put_older(store: &Store) {
    let mut claims = store.claims(OPERATOR);
    if let jwtfix::token::Body::Operator(body) = &mut claims.body {
        body.signing_keys.clear();
    }
    let sign = |_: &PublicKey, message: &[u8]| Ok(store.operator.sign(message).expect("signs").to_vec());
    let old = encode(&mut claims, &store.operator.public(), lately() - 500, &sign).expect("encoded");
    let dir = store.arg("jwt");
    store.put("nats.conf", format!("operator: {old}\nresolver {{ type: full, dir: '{dir}' }}\n"));
    for (name, seed) in [(SYSTEM, &store.system), (ACCOUNT, &store.account)] {
        store.put(&format!("jwt/{}.jwt", public(seed)), store.get(name));
    }
}

#[test]
fn an_older_token_of_the_operator_gives_way() {
    let store = Store::new();
    put_older(&store);
    let before = store.all();
    for_server(&store, &["--write"])
        .exits(0)
        .says("[operator-older-in-config]")
        .says("operator \"acme\": its newer token, from ")
        .says("lets in 0 before and lets in 1 after");
    assert!(store.get("nats.conf").contains(&format!("operator: {}\n", store.get(OPERATOR))));
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
    // A stranger's token of the same key is none.
    let stranger = Seed::generate(Role::Operator);
    crate::signed::again(&store, OPERATOR, &stranger, jwtfix::token::Layout::V2, |_| {});
    let before = store.all();
    for_server(&store, &["--write"]).exits(1);
    assert_eq!(store.all(), before);
}

/// What is wrong, how it is put there, and what puts it right.
type Case<'a> = (&'a str, &'a dyn Fn(), &'a [&'a str]);

#[test]
#[ignore = "needs nats-servers"]
fn servers_start_and_let_the_client_in() {
    for binary in servers() {
        let store = Store::new();
        let at = binary.display();
        let serve = || {
            let copy = tempfile::tempdir_in(store.state.path()).expect("a scratch directory").keep();
            for entry in fs::read_dir(store.root().join("jwt")).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("copied");
            }
            let conf = store.get("nats.conf").replace(&store.arg("jwt"), copy.to_str().expect("UTF-8"));
            serve_config(Path::new(&binary), &conf)
        };
        let accepts = || serve().is_some_and(|server| lets_in(&server, &store.get(CREDS)));
        for wrong in all() {
            store.put("nats.conf", &wrong.conf);
            assert!(serve().is_none(), "{at} {}: it starts before", wrong.name);
            for_server(&store, &[&format!("--unsafe={}", wrong.word.expect("one")), "--write"]);
            assert!(serve().is_some(), "{at} {}: it does not start after", wrong.name);
            jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
            assert!(serve().is_none(), "{at} {}: it starts when taken back", wrong.name);
        }
        let cases: [Case<'_>; 3] = [
            ("older operator", &|| put_older(&store), &["--write"]),
            ("file of another name", &|| put_renamed(&store), &["--write"]),
            (
                "misspelled",
                &|| _ = put_misspelled(&store),
                &["--unsafe=system-account-unresolved", "--write"],
            ),
        ];
        for (name, put, args) in cases {
            let _ = fs::remove_dir_all(store.root().join("jwt"));
            put();
            let before = store.all();
            assert!(!accepts(), "{at} {name}: lets it in before");
            for_server(&store, args).exits(0);
            assert!(accepts(), "{at} {name}: refuses it after");
            jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
            assert_eq!(store.all(), before, "{at} {name}");
            assert!(!accepts(), "{at} {name}: lets it in when taken back");
        }
    }
}
