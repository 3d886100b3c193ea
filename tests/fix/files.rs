//! Names, modes and copies: what needs no signature.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use jwtfix::nkey::{Role, Seed};
use jwtfix::token::{Account, Body};

use crate::common::jwtfix;
use crate::signed::{ACCOUNT, CREDS};
use crate::store::{Store, lately, public, signed, unlimited};
use crate::{fix, puts_right};

/// A resolver's directory with the accounts of a store, named by their keys.
struct Resolver {
    store: Store,
    other: Seed,
}

const JWT: &str = "jwt";

impl Resolver {
    fn new() -> Resolver {
        let store = Store::new();
        let resolver = Resolver { store, other: Seed::generate(Role::Account) };
        for seed in [&resolver.store.system, &resolver.store.account, &resolver.other] {
            resolver.put(&format!("{}.jwt", public(seed)), seed, lately());
        }
        fs::copy(resolver.store.root().join("stores/acme/acme.jwt"), resolver.store.root().join("acme.jwt"))
            .expect("copied");
        resolver
    }

    fn token(&self, of: &Seed, iat: i64) -> String {
        let body = Account { limits: unlimited(), ..Account::default() };
        signed(of, "X", Body::Account(Box::new(body)), &self.store.operator_key, iat)
    }

    fn put(&self, name: &str, of: &Seed, iat: i64) -> PathBuf {
        self.store.put(&format!("{JWT}/{name}"), self.token(of, iat))
    }

    fn puts_right(&self) -> String {
        let (jwt, operator) = (self.store.arg(JWT), self.store.arg("acme.jwt"));
        let root = self.store.root().join(JWT);
        puts_right(&root, &self.store.runs(), &[&jwt, "--operator", &operator])
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.store.root().join(JWT))
            .expect("readable")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("ASCII"))
            .collect();
        names.sort();
        names
    }

    fn sound(&self) -> Vec<String> {
        let mut names: Vec<String> = [&self.store.system, &self.store.account, &self.other]
            .iter()
            .map(|seed| format!("{}.jwt", public(seed)))
            .collect();
        names.sort();
        names
    }

    fn path(&self, of: &Seed) -> PathBuf {
        self.store.root().join(JWT).join(format!("{}.jwt", public(of)))
    }
}

#[test]
fn a_file_gets_the_name_of_its_account() {
    let resolver = Resolver::new();
    let wrong = format!("{}.jwt", public(&Seed::generate(Role::Account)));
    fs::rename(resolver.path(&resolver.other), resolver.store.root().join(JWT).join(&wrong))
        .expect("renamed");
    let said = resolver.puts_right();
    assert!(said.contains("[resolver-name-mismatch]") && said.contains("renamed to"), "{said}");
    assert_eq!(resolver.names(), resolver.sound());
}

#[test]
fn letters_get_their_case() {
    let resolver = Resolver::new();
    let path = resolver.path(&resolver.other);
    let lower = format!("{}.jwt", public(&resolver.other).to_lowercase());
    fs::rename(&path, path.with_file_name(lower)).expect("renamed");
    let said = resolver.puts_right();
    assert!(said.contains("[resolver-name-case]"), "{said}");
    assert_eq!(resolver.names(), resolver.sound());
}

#[test]
fn two_files_change_their_names() {
    let resolver = Resolver::new();
    let (one, two) = (resolver.path(&resolver.other), resolver.path(&resolver.store.account));
    let between = one.with_file_name("between");
    fs::rename(&one, &between).expect("renamed");
    fs::rename(&two, &one).expect("renamed");
    fs::rename(&between, &two).expect("renamed");
    resolver.puts_right();
    assert_eq!(resolver.names(), resolver.sound());
    let text = fs::read_to_string(&one).expect("there");
    assert_eq!(jwtfix::token::decode(text.as_bytes()).expect("it decodes").data.sub, public(&resolver.other));
}

#[test]
fn a_shard_is_found_by_its_last_letters() {
    let resolver = Resolver::new();
    let key = public(&resolver.other);
    let path = resolver.path(&resolver.other);
    let stranger = public(&Seed::generate(Role::Account));
    let shard = path.with_file_name(&stranger[54..]);
    fs::create_dir_all(&shard).expect("made");
    fs::rename(&path, shard.join(format!("{stranger}.jwt"))).expect("renamed");
    for name in resolver.sound() {
        let _ = fs::remove_file(resolver.store.root().join(JWT).join(name));
    }
    resolver.puts_right();
    let there = resolver.store.root().join(JWT).join(&key[54..]).join(format!("{key}.jwt"));
    assert!(there.is_file(), "{}", there.display());
}

#[test]
fn of_two_copies_the_newest_has_the_name() {
    let resolver = Resolver::new();
    let wrong = format!("{}.jwt", public(&Seed::generate(Role::Account)));
    // The newer one under another account's name: it takes the place of the older one.
    let newer = resolver.token(&resolver.other, lately() + 30);
    resolver.store.put(&format!("{JWT}/{wrong}"), &newer);
    let said = resolver.puts_right();
    assert!(said.contains("put out of the way") && said.contains("[account-older-copy]"), "{said}");
    let name = format!("{}.jwt", public(&resolver.other));
    let mut names = resolver.sound();
    names.push(format!("{name}.set-aside"));
    names.sort();
    assert_eq!(resolver.names(), names);
    assert_eq!(fs::read_to_string(resolver.path(&resolver.other)).expect("there"), newer);
}

#[test]
fn a_second_name_of_the_same_token_goes() {
    let resolver = Resolver::new();
    let wrong = format!("{}.jwt", public(&Seed::generate(Role::Account)));
    let path = resolver.path(&resolver.other);
    fs::copy(&path, path.with_file_name(&wrong)).expect("copied");
    resolver.puts_right();
    let mut names = resolver.sound();
    names.push(format!("{wrong}.set-aside"));
    names.sort();
    assert_eq!(resolver.names(), names);
}

#[test]
fn seeds_are_for_their_owner() {
    let store = Store::new();
    let path = store.put_seed(&store.account);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).expect("set");
    let keys = store.arg("keys");
    let said = puts_right(&store.root().join("keys"), &store.runs(), &[&keys]);
    assert!(said.contains("mode 0664 → 0600"), "{said}");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o7777, 0o600);
}

#[test]
fn credentials_get_the_newest_token_of_their_user() {
    let store = Store::new();
    let creds = store.get(crate::signed::CREDS);
    store.put_user(&store.account, |_, user| {
        user.permissions.permissions.publish.allow = Some(vec!["orders.>".into()]);
    });
    // Signed in the same second as the one before it, nobody could tell which is the newer.
    let mut claims = store.claims(crate::signed::USER);
    let sign = |_: &jwtfix::nkey::PublicKey, message: &[u8]| {
        Ok(store.account.sign(message).expect("signs").to_vec())
    };
    let newer =
        jwtfix::token::encode(&mut claims, &store.account.public(), lately() + 30, &sign).expect("made");
    store.put(crate::signed::USER, &newer);
    store.put(crate::signed::CREDS, creds);
    let all = store.arg("");
    let said = puts_right(store.root(), &store.runs(), &[&all]);
    assert!(said.contains("[user-older-copy]") && said.contains("the newer one"), "{said}");
    let file = store.get(crate::signed::CREDS);
    assert!(file.contains(&newer) && file.contains(store.user.expose().as_str()));
}

/// Of a run that changed several files one is taken back, by the name that it has now or had before; then the rest.
#[test]
fn single_files_are_taken_back() {
    let store = Store::new();
    let crlf = store.get(CREDS).replace('\n', "\r\n");
    for name in ["a.creds", "below/b.creds", "below/c.creds"] {
        let path = store.put(name, &crlf);
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
    }
    let token = store.get(ACCOUNT);
    let wrong = store.put(&format!("jwt/{}.jwt", public(&Seed::generate(Role::Account))), &token);
    let right = store.root().join(format!("jwt/{}.jwt", public(&store.account)));
    let before = store.all();
    fix(&store.runs(), &[&store.arg(""), "--write"]).run().exits(0);
    let after = store.all();
    assert!(right.exists() && !wrong.exists());
    let journal = store.journal();
    let run = fs::read_dir(store.runs()).expect("there").next().expect("one").expect("readable").file_name();
    let run = run.into_string().expect("UTF-8");
    let undo = |paths: &[&str]| {
        let mut args = vec!["undo", "--journal", &journal, &run];
        args.extend(paths);
        jwtfix(args).run()
    };
    undo(&[&store.arg(ACCOUNT)]).exits(2).warns("did nothing to");
    assert_eq!(store.all(), after);
    undo(&[&store.arg("below"), right.to_str().expect("UTF-8")]).exits(0).says("3 files as before");
    assert!(wrong.exists() && !right.exists());
    for (path, file) in store.all() {
        let back = path == wrong || path.starts_with(store.root().join("below"));
        assert_eq!(
            Some(&file),
            if back { before.get(&path) } else { after.get(&path) },
            "{}",
            path.display()
        );
    }
    undo(&[]).exits(0);
    assert_eq!(store.all(), before);
}

/// Older tokens are in it, and undoing needs them.
#[test]
fn the_journal_of_a_run_is_nobodys_to_put_right() {
    let store = Store::new();
    let first = store.all();
    let [account, stores, keys, runs] = [ACCOUNT, "stores", "keys", "runs"].map(|name| store.arg(name));
    jwtfix(["reissue", &account, "--store", &stores, "--key", &keys, "--journal", &runs, "--write"])
        .run()
        .exits(0);
    let before = store.all();
    let plan = fix(&store.runs(), &[&store.arg(""), "--key", &keys, "--write"]).run().exits(0);
    assert!(plan.stdout.starts_with("nothing to put right"), "{}", plan.stdout);
    assert_eq!(store.all(), before);
    jwtfix(["undo", "--journal", &runs]).run().exits(0);
    let mut after = store.all();
    after.retain(|path, _| !path.starts_with(&runs));
    assert_eq!(after, first);
}

#[test]
fn a_file_of_which_two_things_change_is_one() {
    let store = Store::new();
    let path = store.put("our a.creds", store.get(CREDS).replace('\n', "\r\n"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    let (path, journal) = (path.to_str().expect("UTF-8"), store.journal());
    fix(&store.runs(), &[path, "--write"]).run().exits(0).says("mode 0644 → 0600").says("1 file changed");
    let typed = format!(" '{path}' --write\n");
    jwtfix(["undo", "--list", "--journal", &journal]).run().exits(0).says(&typed);
    jwtfix(["undo", "--journal", &journal]).run().exits(0).says("1 file as before");
}
