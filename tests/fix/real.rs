//! What real servers make of it: refused before, accepted after, and refused again when it is taken back.
//! `cargo test --test fix -- --ignored`.

use std::fs;
use std::path::Path;

use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Layout, Operator, decode, encode};

use crate::common::jwtfix;
use crate::fix;
use crate::server::{Running, lets_in, serve, serve_config, servers};
use crate::signed::{ACCOUNT, CREDS, again};
use crate::store::{Store, lately, public, signed, unlimited};

/// A server for a store; none: it does not start.
type Serve<'a> = &'a dyn Fn(&Path, &Store) -> Option<Running>;

/// Accepted when whole, refused when broken, accepted when put right, to the byte as before when taken back.
fn put_right(name: &str, serve: Serve<'_>, breaks: &dyn Fn(&mut Store), args: &[&str]) {
    for binary in servers() {
        let mut store = Store::new();
        let accepts =
            |store: &Store| serve(&binary, store).is_some_and(|server| lets_in(&server, &store.get(CREDS)));
        assert!(accepts(&store), "{name}: whole at first");
        breaks(&mut store);
        let broken = store.all();
        let at = binary.display();
        assert!(!accepts(&store), "{name}: {at} lets it in before");
        let (all, keys, journal) = (store.arg(""), store.arg("keys"), store.journal());
        let mut all_args = vec![all.as_str(), "--key", &keys, "--write"];
        all_args.extend(args);
        let ran = fix(&store.runs(), &all_args).run();
        assert!(ran.code == 0 && ran.stdout.contains("and none new"), "{name}: {ran:?}");
        assert!(accepts(&store), "{name}: {at} refuses it after");
        jwtfix(["undo", "--journal", &journal]).run().exits(0);
        assert_eq!(store.all(), broken, "{name}: undone to the byte");
    }
}

/// The directory of a resolver, beside the store.
fn put_directory(store: &Store) {
    if store.root().join("jwt").is_dir() {
        return;
    }
    for (name, key) in [("SYS", &store.system), ("ORDERS", &store.account)] {
        let text = store.get(&format!("stores/acme/accounts/{name}/{name}.jwt"));
        store.put(&format!("jwt/{}.jwt", public(key)), text);
    }
}

fn directory(binary: &Path, store: &Store) -> Option<Running> {
    put_directory(store);
    // A server writes into its directory.
    let copy = tempfile::tempdir_in(store.state.path()).expect("a scratch directory").keep();
    for entry in fs::read_dir(store.root().join("jwt")).expect("readable") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("copied");
    }
    let (operator, dir) = (store.arg("stores/acme/acme.jwt"), copy.display());
    serve_config(binary, &format!("operator: \"{operator}\"\nresolver {{ type: full, dir: \"{dir}\" }}\n"))
}

fn rename(store: &Store, to: &str) {
    let path = store.root().join(format!("jwt/{}.jwt", public(&store.account)));
    fs::rename(&path, path.with_file_name(to)).expect("renamed");
}

#[test]
#[ignore = "needs nats-servers"]
fn a_file_of_a_resolver_with_another_name() {
    let stranger = format!("{}.jwt", public(&Seed::generate(Role::Account)));
    put_right("another account's name", &directory, &|store| rename(store, &stranger), &[]);
    put_right(
        "lower case",
        &directory,
        &|store| rename(store, &format!("{}.jwt", public(&store.account).to_lowercase())),
        &[],
    );
    put_right(
        "the other account's name, and the other way round",
        &directory,
        &|store| {
            let path = |key: &Seed| store.root().join(format!("jwt/{}.jwt", public(key)));
            let (one, two) = (path(&store.account), path(&store.system));
            let between = one.with_extension("between");
            fs::rename(&one, &between).expect("renamed");
            fs::rename(&two, &one).expect("renamed");
            fs::rename(&between, &two).expect("renamed");
        },
        &[],
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn an_account_that_the_directory_lacks() {
    for binary in servers() {
        let store = Store::new();
        let accepts = || directory(&binary, &store).is_some_and(|server| lets_in(&server, &store.get(CREDS)));
        assert!(accepts(), "whole at first");
        fs::remove_file(store.root().join(format!("jwt/{}.jwt", public(&store.account)))).expect("removed");
        assert!(!accepts(), "{} lets it in before", binary.display());
        let conf = "operator: 'stores/acme/acme.jwt'\nresolver: { type: full, dir: './jwt' }\n";
        let conf = store.put("nats.conf", conf).to_string_lossy().into_owned();
        let stores = store.arg("stores");
        let args = [store.arg(CREDS), "--server".into(), conf, "--store".into(), stores, "--write".into()];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        fix(&store.runs(), &args).run().exits(0).says("lets in 0 before and lets in 1 after");
        assert!(accepts(), "{} refuses it after", binary.display());
        jwtfix(["undo", "--journal", &store.journal()]).run().exits(0);
        assert!(!accepts(), "{} lets it in again", binary.display());
    }
}

#[test]
#[ignore = "needs nats-servers"]
fn a_copy_that_was_left_behind() {
    put_right(
        "a resolver with an account of before its key was listed",
        &directory,
        &|store| {
            // The user is of a key that only the newer token lists.
            let new = Seed::generate(Role::Account);
            store.put_seed(&new);
            let key = public(&new);
            again(store, ACCOUNT, &store.operator_key, Layout::V2, |tree| {
                tree.set("/nats/signing_keys", serde_json::json!([key]));
                tree.set("/nats/description", "newer".into());
            });
            store.put_user(&new, |_, _| {});
            // The older copy was signed before it.
            let mut older = store.claims(&format!("jwt/{}.jwt", public(&store.account)));
            let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
                Ok(store.operator_key.sign(message).expect("signs").to_vec())
            };
            let key = store.operator_key.public();
            let text = jwtfix::token::encode(&mut older, &key, lately() - 60, &sign).expect("encoded");
            store.put(&format!("jwt/{}.jwt", public(&store.account)), text);
        },
        &[],
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn chains_that_do_not_hold() {
    put_right(
        "an operator that nobody knows",
        &serve,
        &|store| store.put_account(&Seed::generate(Role::Operator), |_, _| {}),
        &["--unsafe=adopt"],
    );
    put_right(
        "self-signed",
        &serve,
        &|store| {
            let itself = Seed::parse(store.account.expose().as_bytes()).expect("a seed");
            store.put_account(&itself, |_, _| {});
        },
        &["--unsafe=account-self-signed"],
    );
    put_right(
        "an identity key under a strict operator",
        &serve,
        &|store| {
            store.put_operator(true);
            store.put_account(&store.operator, |_, _| {});
        },
        &[],
    );
    put_right(
        "a user of a key that is gone",
        &serve,
        &|store| store.put_user(&Seed::generate(Role::Account), |_, _| {}),
        &["--unsafe=signing-key-removed"],
    );
    put_right(
        "a user that does not name its account",
        &serve,
        &|store| store.put_user(&store.plain, |_, user| user.issuer_account.clear()),
        &[],
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn what_tokens_say() {
    put_right(
        "draft-v2",
        &serve,
        &|store| _ = again(store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {}),
        &[],
    );
    put_right(
        "a user of a role with limits of its own",
        &serve,
        &|store| {
            store.put_user(&store.scoped, |_, user| {
                (user.permissions.subs, user.permissions.data, user.permissions.payload) = (-1, -1, -1);
            });
        },
        &[],
    );
    put_right(
        "expired",
        &serve,
        &|store| {
            again(store, ACCOUNT, &store.operator_key, Layout::V2, |tree| {
                tree.set("/exp", (lately() + 50).into());
            });
        },
        &["--unsafe=token-expired"],
    );
    put_right(
        "no connections",
        &serve,
        &|store| store.put_account(&store.operator_key, |_, account| account.limits.conn = 0),
        &["--unsafe=account-connections-none"],
    );
    put_right(
        "revoked",
        &serve,
        &|store| {
            store.put_account(&store.operator_key, |store, account| {
                account.revocations.insert(public(&store.user), lately() + 5);
            });
        },
        &["--unsafe=user-revoked"],
    );
}

/// A server with the configuration of the store.
fn configured(binary: &Path, store: &Store) -> Option<Running> {
    serve_config(binary, &store.get("nats.conf"))
}

fn put_config(store: &Store, orders: &str, system_account: &str) {
    let [orders_token, system_token] =
        [ACCOUNT, "stores/acme/accounts/SYS/SYS.jwt"].map(|name| store.get(name));
    let operator = store.arg("stores/acme/acme.jwt");
    let system = public(&store.system);
    store.put(
        "nats.conf",
        format!(
            "operator: '{operator}'\nsystem_account: {system_account}\nresolver: MEMORY\nresolver_preload {{\n \
             {orders}: {orders_token}\n {system}: {system_token}\n}}\n"
        ),
    );
}

#[test]
#[ignore = "needs nats-servers"]
fn lines_of_a_configuration() {
    let sound = |store: &Store| put_config(store, &public(&store.account), &public(&store.system));
    let serve = |binary: &Path, store: &Store| {
        if !store.root().join("nats.conf").is_file() {
            sound(store);
        }
        configured(binary, store)
    };
    put_right(
        "a preload under another key",
        &serve,
        &|store| put_config(store, &public(&Seed::generate(Role::Account)), &public(&store.system)),
        &[],
    );
    put_right(
        "another system account than the operator's",
        &serve,
        &|store| put_config(store, &public(&store.account), &public(&store.account)),
        &[],
    );
}

/// A server that connects to another one with these credentials, as its leafnode: whether it gets in.
fn leafnode_gets_in(binary: &Path, hub: &Running, creds: &Path) -> bool {
    let address = hub.says("Listening for leafnode connections on ").expect("a hub");
    let config = format!(
        "leafnodes {{ remotes: [ {{ url: \"nats-leaf://{address}\", credentials: \"{}\" }} ] }}\n",
        creds.display()
    );
    // The leaf's own log says that a connection is made before anybody was asked: only the hub knows who got in.
    let let_in = || hub.times("Authenticated JWT: Leafnode");
    let before = let_in();
    let Some(leaf) = serve_config(binary, &config) else { return false };
    let began = std::time::Instant::now();
    while began.elapsed() < std::time::Duration::from_secs(10) {
        if let_in() > before {
            return true;
        }
        if leaf.says("[ERR]").is_some() {
            return false;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    false
}

/// Every release reads credentials itself, for its leafnodes: of every shape what it did not read before it reads after.
#[test]
#[ignore = "needs nats-servers"]
fn credentials_that_a_server_reads_itself() {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/creds");
    let standard = fs::read(shapes.join("01_std")).expect("readable");
    let user = decode(creds::parse(&standard).token.expect("one").text().as_bytes()).expect("it decodes");
    let operator = Seed::generate(Role::Operator);
    let account = if user.issuer_account().is_empty() { &user.data.iss } else { user.issuer_account() };
    // Whoever holds the account's key: an operator may vouch for it.
    let mut body = Account { limits: unlimited(), ..Account::default() };
    if user.data.iss != *account {
        body.signing_keys.insert(user.data.iss.clone(), None);
    }
    let mut claims = Claims {
        data: ClaimsData { sub: account.to_owned(), ..ClaimsData::default() },
        claim_type: String::new(),
        tags: Vec::new(),
        version: 2,
        body: Body::Account(Box::new(body)),
    };
    let sign = |_: &PublicKey, message: &[u8]| Ok(operator.sign(message).expect("signs").to_vec());
    let token = encode(&mut claims, &operator.public(), lately(), &sign).expect("encoded");
    let trusts = signed(&operator, "o", Body::Operator(Operator::default()), &operator, lately());
    let hub = format!(
        "operator: {trusts}\nresolver: MEMORY\nresolver_preload {{ {account}: {token} }}\nleafnodes {{ host: 127.0.0.1, port: -1 }}\n"
    );
    let (mut broken, mut healed) = (0, 0);
    for binary in servers() {
        let hub = serve_config(&binary, &hub).expect("it starts");
        for shape in fs::read_dir(&shapes).expect("the shapes are there") {
            let shape = shape.expect("an entry").path();
            let bytes = fs::read(&shape).expect("readable");
            let whole = creds::parse(&bytes);
            if whole.token.is_none() || whole.seed.is_none() {
                continue;
            }
            let dir = tempfile::tempdir().expect("a scratch directory");
            let path = dir.path().join("user.creds");
            fs::write(&path, &bytes).expect("written");
            let at = format!("{} {}", binary.display(), shape.display());
            let before = leafnode_gets_in(&binary, &hub, &path);
            broken += usize::from(!before);
            let journal = dir.path().join("runs");
            fix(&journal, &[path.to_str().expect("UTF-8"), "--write"]).run().exits(0);
            assert!(leafnode_gets_in(&binary, &hub, &path), "{at}: after");
            healed += usize::from(!before);
        }
    }
    println!("{broken} were not read before; all were read after");
    assert!(broken == healed && broken >= 3 * servers().len(), "{broken} were broken, {healed} healed");
}
