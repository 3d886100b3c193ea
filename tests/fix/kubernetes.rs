//! Secrets of Kubernetes: a value of plain base64 on one line is written anew, and nothing else of the file.

use data_encoding::BASE64;

use jwtfix::nkey::Role;
use jwtfix::nkey::Seed;

use crate::common::jwtfix;
use crate::fix;
use crate::server::{lets_in, serve, servers};
use crate::signed::CREDS;
use crate::store::{Store, public};

const SECRET: &str = "deploy/secret.yaml";
const WORD: &str = "--unsafe=signing-key-removed";

/// A manifest with everything in it that people write there; `value` is the credentials'.
fn manifest(value: &str) -> String {
    format!(
        "# ours\r\napiVersion: v1\nkind: Secret\nmetadata: {{ name: nats-user }}\ndata:\n  ca.crt: bm9uZQ==   # none\n  \
         user.creds: {value} # alice\n  \"other\": 'eA=='\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n\
         data:\n  url: nats://x\n# ends without a line end"
    )
}

fn value(store: &Store) -> String {
    BASE64.encode(store.get(CREDS).as_bytes())
}

/// What the value of the manifest means.
fn meant(store: &Store) -> String {
    let text = store.get(SECRET);
    let value = text.split("user.creds: ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a value");
    String::from_utf8(BASE64.decode(value.as_bytes()).expect("base64")).expect("UTF-8")
}

/// A store whose user is of a key that is gone, and whose credentials stand in a manifest alone.
fn broken() -> Store {
    let store = Store::new();
    store.put_user(&Seed::generate(Role::Account), |_, _| {});
    store.put(SECRET, manifest(&value(&store)));
    store
}

fn args(store: &Store) -> [String; 3] {
    [store.arg(""), "--key".into(), store.arg("keys")]
}

#[test]
fn a_value_of_a_secret_is_written_anew_and_comes_back() {
    let store = broken();
    let before = store.all();
    let args = args(&store);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    fix(&store.runs(), &[&args[..], &[WORD]].concat())
        .run()
        .exits(1)
        .says("secret.yaml")
        .says("then: manifests have changed: `kubectl apply` them again");
    assert_eq!(store.all(), before, "a plan changes nothing");
    fix(&store.runs(), &[&args[..], &[WORD, "--write"]].concat()).run().exits(0).says("and none new");
    // Byte for byte the manifest with the credentials that the file has, too.
    assert_eq!(store.get(SECRET), manifest(&value(&store)));
    assert_eq!(meant(&store), store.get(CREDS));
    fix(&store.runs(), &[&args[..], &[WORD, "--write"]].concat()).run().exits(0).says("nothing to put right");
    // The journal, which could be read by others, has no seed, not even in base64.
    let seed = store.user.expose();
    let windows: Vec<String> = (0..3).map(|cut| BASE64.encode(&seed.as_bytes()[cut..cut + 30])).collect();
    for (path, (bytes, _)) in crate::store::files(&store.runs()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            !text.contains(&*seed) && windows.iter().all(|part| !text.contains(part)),
            "{}",
            path.display()
        );
    }
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before, "undone to the byte");
}

#[test]
fn a_manifest_alone_is_put_right_too() {
    let store = broken();
    let (secret, keys, accounts) = (store.arg(SECRET), store.arg("keys"), store.arg("stores"));
    let args = [&secret, "--accounts", &accounts, "--key", &keys, WORD, "--write"];
    fix(&store.runs(), &args).run().exits(0).says("and none new");
    let signer = jwtfix::file::creds::parse(meant(&store).as_bytes()).token.expect("one").text().to_owned();
    let user = jwtfix::token::decode(signer.as_bytes()).expect("it decodes");
    assert!([&store.account, &store.plain].iter().any(|key| public(key) == user.data.iss));
    let reissued = [
        &secret,
        "--accounts",
        &accounts,
        "--key",
        &keys,
        "--kind",
        "user",
        "--expires",
        "+30d",
        "--unsafe",
        "--write",
    ];
    let before = store.all();
    jwtfix([&["reissue", "--journal", &store.journal()][..], &reissued].concat()).run().exits(0);
    let read = jwtfix::file::creds::parse(meant(&store).as_bytes()).token.expect("one").text().to_owned();
    assert!(jwtfix::token::decode(read.as_bytes()).expect("it decodes").data.exp > 0);
    jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
    assert_eq!(store.all(), before);
}

#[test]
fn what_is_written_in_another_way_is_told_and_stays() {
    let store = broken();
    let whole = value(&store);
    let (head, tail) = whole.split_at(76);
    let folded = format!(">-\n    {head}\n    {tail}\n ");
    let padless = whole.trim_end_matches('=').to_owned();
    let twice = BASE64.encode(format!("{}{}", store.get(CREDS), store.get(CREDS)).as_bytes());
    let mut told = 0;
    for value in [folded, padless, twice] {
        if value == whole {
            continue;
        }
        let path = store.put("alone/secret.yaml", manifest(&value)).to_string_lossy().into_owned();
        let before = store.all();
        let (keys, accounts) = (store.arg("keys"), store.arg("stores"));
        fix(&store.runs(), &[&path, "--accounts", &accounts, "--key", &keys, WORD, "--write"])
            .run()
            .exits(2)
            .warns("no plain base64 on one line");
        assert_eq!(store.all(), before);
        told += 1;
    }
    assert!(told > 1);
}

#[test]
#[ignore = "needs nats-servers"]
fn servers_let_in_whom_the_secret_is_of() {
    for binary in servers() {
        let store = broken();
        let accepts = || serve(&binary, &store).is_some_and(|server| lets_in(&server, &meant(&store)));
        let at = binary.display();
        assert!(!accepts(), "{at} lets it in before");
        let args = args(&store);
        let args: Vec<&str> = args.iter().map(String::as_str).chain([WORD, "--write"]).collect();
        fix(&store.runs(), &args).run().exits(0);
        assert!(accepts(), "{at} refuses it after");
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert!(!accepts(), "{at} lets it in when taken back");
    }
}
