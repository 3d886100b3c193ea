//! The same store comes back, whatever shape it is found in.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jwtfix::file::creds;
use serde_json::Value;

use crate::common::jwtfix;
use crate::store::{Store, public};
use crate::{Out, rebuilt, recover, whole};

const ACCOUNT: &str = "stores/acme/accounts/ORDERS/ORDERS.jwt";
const USER: &str = "stores/acme/accounts/ORDERS/users/alice.jwt";

#[test]
fn a_store_becomes_itself() {
    let (store, out) = (Store::new(), Out::new());
    recover(&out, &[&store.arg("")])
        .exits(0)
        .says("1 operator, 2 accounts, 1 user, 7 keys, 1 credentials file");
    assert_eq!(rebuilt(&out), whole(&store));
    let mark: Value = serde_json::from_slice(&out.files("stores")["acme/.nsc"]).expect("JSON");
    assert_eq!(
        mark,
        serde_json::json!({"managed": false, "name": "acme", "kind": "operator", "version": "1"})
    );
    for (path, (_, mode)) in crate::files(&out.path()) {
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let mode = fs::metadata(out.path().join("keys")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // What came of it becomes itself once more.
    let again = Out::new();
    recover(&again, &[&out.arg()]).exits(0);
    assert_eq!(rebuilt(&again), rebuilt(&out));
}

#[test]
fn any_mix_of_files_will_do() {
    let (store, out) = (Store::new(), Out::new());
    let mix = Store::new();
    for entry in fs::read_dir(mix.root()).expect("readable") {
        fs::remove_dir_all(entry.expect("an entry").path()).expect("removed");
    }
    let operator = store.get("stores/acme/acme.jwt");
    let (system, account) = (store.get("stores/acme/accounts/SYS/SYS.jwt"), store.get(ACCOUNT));
    let user = store.get(USER);
    let creds = creds::canonical(&user, &store.user.expose()).to_string();
    // A configuration with the operator and a preload, a pack, a log, a secret of Kubernetes, keys in three layouts.
    mix.put(
        "etc/nats.conf",
        format!(
            "operator: {operator}\nresolver: MEMORY\nresolver_preload {{\n  {}: {system}\n}}\n",
            public(&store.system)
        ),
    );
    mix.put("pack", format!("{}|{account}\n", public(&store.account)));
    mix.put("old.log", format!("[1] 2026/01/01 [DBG] {user} was seen\n"));
    let coded = data_encoding::BASE64.encode(creds.replace('\n', "\r\n").as_bytes());
    mix.put(
        "secret.yaml",
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  alice: {coded}\n"),
    );
    mix.put("exported/any name", store.operator.expose().as_bytes());
    mix.put(&format!("exported/{}.nk", public(&store.operator_key)), store.operator_key.expose().as_bytes());
    mix.put(".nkeys/acme/accounts/SYS/SYS.nk", format!("{}\r\n", &*store.system.expose()));
    mix.put("x.nk", store.account.expose().as_bytes());
    mix.put(
        "dump.json",
        serde_json::json!({"keys": [*store.plain.expose(), *store.scoped.expose()]}).to_string(),
    );
    recover(&out, &[&mix.arg("")]).exits(0);
    assert_eq!(rebuilt(&out), whole(&store));
    let list = out.list();
    let files = list["files"].as_array().expect("a list");
    let from = |path: &str| {
        let file = files.iter().find(|file| file["path"] == path).expect("it is listed");
        file["from"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|from| from["file"].as_str().expect("a path").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(from("stores/acme/accounts/SYS/SYS.jwt"), [mix.arg("etc/nats.conf")]);
    assert_eq!(from(USER), [mix.arg("old.log"), mix.arg("secret.yaml")]);
    assert_eq!(files.len() + 1, crate::files(&out.path()).len(), "every file but the list itself is listed");
}

/// What makes a client say "Authorization Violation" and nsc "expected 3 chunks" comes back in the one form that all read.
#[test]
fn credentials_of_any_shape_become_canonical() {
    let store = Store::new();
    let canonical = store.get("keys/creds/acme/ORDERS/alice.creds");
    let (token, seed) = (store.get(USER), store.user.expose());
    let half = token.len() / 2;
    let wide: Vec<u8> = canonical.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let blocks: Vec<&str> = canonical.split("\n\n").collect();
    let shapes: [(&str, Vec<u8>); 10] = [
        ("wrapped", canonical.replace(&token, &format!("{}\n{}", &token[..half], &token[half..])).into()),
        ("blank lines", canonical.replace(&token, &format!("\n{token}\n")).into()),
        ("blanks", canonical.replace(&token, &format!("  {token} ")).into()),
        ("no header lines", format!("{token}\n{}\n", *seed).into()),
        ("escaped", canonical.replace('\n', "\\n").into()),
        ("one line", canonical.replace('\n', " ").into()),
        ("indented", canonical.replace('\n', "\n    ").into()),
        ("swapped", blocks.iter().rev().copied().collect::<Vec<_>>().join("\n\n").into()),
        ("UTF-16", wide),
        (
            "the token alone",
            format!("-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n").into(),
        ),
    ];
    for (name, bytes) in shapes {
        let (mix, out) = (tempfile::tempdir().expect("a directory"), Out::new());
        fs::create_dir_all(mix.path().join("x")).expect("made");
        fs::write(mix.path().join("x/alice.creds"), bytes).expect("written");
        let mut args =
            vec![store.arg("stores/acme/acme.jwt"), store.arg("stores/acme/accounts/ORDERS/ORDERS.jwt")];
        args.push(mix.path().to_str().expect("UTF-8").to_owned());
        if name == "the token alone" {
            args.push(store.arg("keys/keys/U"));
        }
        recover(&out, &args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(out.files("keys/creds")["acme/ORDERS/alice.creds"], canonical.as_bytes(), "{name}");
    }
}

/// Credentials with the seed of another: each user gets its own.
#[test]
fn seeds_find_their_users() {
    let (store, out) = (Store::new(), Out::new());
    let canonical = store.get("keys/creds/acme/ORDERS/alice.creds");
    let other = jwtfix::nkey::Seed::generate(jwtfix::nkey::Role::User);
    store
        .put("keys/creds/acme/ORDERS/alice.creds", canonical.replace(&*store.user.expose(), &other.expose()));
    recover(&out, &[&store.arg("")]).exits(0);
    assert_eq!(out.files("keys/creds")["acme/ORDERS/alice.creds"], canonical.as_bytes());
}

#[test]
fn a_plan_writes_nothing() {
    let store = Store::new();
    let before = store.all();
    let ran = jwtfix(["recover", &store.arg("")]).run().exits(1).says("-o OUT writes it");
    assert!(ran.stdout.contains("operator \"acme\"") && ran.stdout.contains("account \"ORDERS\""));
    assert_eq!(store.all(), before);
    let plan = jwtfix(["recover", "--format", "json", &store.arg("")]).run().exits(1).json();
    assert_eq!(plan["written"], false);
    let out = Out::new();
    let written = recover(&out, &["--format", "json", &store.arg("")]).exits(0).json();
    assert_eq!((&written["written"], &written["files"]), (&Value::Bool(true), &plan["files"]));
    assert_eq!(written, out.list());
}

#[test]
fn it_goes_where_nothing_is() {
    let (store, out) = (Store::new(), Out::new());
    fs::create_dir(out.path()).expect("made");
    recover(&out, &[&store.arg("")]).exits(0);
    let before = crate::files(&out.path());
    recover(&out, &[&store.arg("")]).exits(2).warns("is not empty").warns("hint: ");
    assert_eq!(crate::files(&out.path()), before);
    // Not into what it reads: the next one would read what this one wrote.
    let inside = store.arg("stores/rescued");
    jwtfix(["recover", &store.arg(""), "-o", &inside]).run().exits(2).warns("is inside of");
    jwtfix(["recover", &store.arg("none"), "-o", &Out::new().arg()]).run().exits(2).warns("no such file");
    // A place that cannot be written.
    let file = store.put("file", "x");
    let below = file.join("x");
    jwtfix(["recover", &store.arg("stores"), "-o", below.to_str().expect("UTF-8")])
        .run()
        .exits(2)
        .warns("not a directory");
    jwtfix(["recover", "testdata/broken", "-o", &Out::new().arg()]).run();
    let empty = tempfile::tempdir().expect("a directory");
    let none = Out::new();
    recover(&none, &[empty.path().to_str().expect("UTF-8")]).exits(0).warns("no token and no key");
    assert!(!none.path().exists());
}

#[test]
fn names_lead_nowhere() {
    let store = Store::new();
    let hostile = [
        "../../escaped",
        "",
        ".nsc",
        "a/b\\c",
        "CON",
        "x\u{1b}[2J\u{202e}y",
        &"long".repeat(200),
        "/abs",
        "ORDERS",
        "orders",
    ];
    for name in hostile {
        let account = jwtfix::nkey::Seed::generate(jwtfix::nkey::Role::Account);
        let body = jwtfix::token::Account { limits: crate::store::unlimited(), ..Default::default() };
        let token = crate::store::signed(
            &account,
            name,
            jwtfix::token::Body::Account(Box::new(body)),
            &store.operator_key,
            crate::store::lately(),
        );
        store.put(&format!("jwt/{}.jwt", public(&account)), token);
        let user = jwtfix::nkey::Seed::generate(jwtfix::nkey::Role::User);
        let body = jwtfix::token::User::default();
        let token = crate::store::signed(
            &user,
            name,
            jwtfix::token::Body::User(Box::new(body)),
            &account,
            crate::store::lately(),
        );
        store.put(
            &format!("users/{}.creds", public(&user)),
            creds::canonical(&token, &user.expose()).as_bytes(),
        );
    }
    let out = Out::new();
    recover(&out, &[&store.arg("")]).says("12 accounts, 11 users");
    let outside: Vec<_> = fs::read_dir(out.dir.path()).expect("readable").collect();
    assert_eq!(outside.len(), 1, "{outside:?}");
    let accounts: Vec<String> =
        out.names("stores/acme/accounts").into_iter().filter(|name| !name.contains("/users/")).collect();
    assert_eq!(accounts.len(), 12, "{accounts:?}");
    for name in &accounts {
        let (directory, file) = name.split_once('/').expect("a directory and a file");
        assert_eq!(format!("{directory}.jwt"), file);
        assert!(
            !directory.starts_with('.') && !directory.chars().any(char::is_control) && directory.len() < 250
        );
    }
    let lower: std::collections::HashSet<String> = accounts.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), accounts.len(), "on every file system they are different");
    // The one whose directory had its name keeps it.
    assert_eq!(out.files("stores/acme/accounts")["ORDERS/ORDERS.jwt"], store.get(ACCOUNT).into_bytes());
}
