//! What `nsc fix` drops with exit 0, or brings back to life: each is kept, told, and can be put right.

use std::fs;

use jwtfix::file::creds;
use jwtfix::nkey::{Role, Seed};
use jwtfix::token::{Account, Body, Operator, User, decode};

use crate::common::{FULL, READ_ONLY, jwtfix, on_a_disk};
use crate::store::{Store, lately, public, signed, unlimited};
use crate::{Out, recover};

const ACCOUNT: &str = "stores/acme/accounts/ORDERS/ORDERS.jwt";
const USER: &str = "stores/acme/accounts/ORDERS/users/alice.jwt";

fn key_path(key: &str) -> String {
    format!("keys/{}/{}/{key}.nk", &key[..1], &key[1..3])
}

/// Runs the command that a recovery says is next.
fn do_next(out: &Out, words: &str) {
    let list = out.list();
    let next = list["next"].as_array().expect("a list");
    let step = next.iter().find(|step| step["what"].as_str().expect("words").contains(words));
    let command = step.unwrap_or_else(|| panic!("nothing about {words}: {next:?}"))["command"]
        .as_str()
        .expect("a command");
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let journal = out.dir.path().join("runs");
    jwtfix(args).env("XDG_STATE_HOME", journal.to_str().expect("UTF-8")).run().exits(0);
}

/// F1: an account that no operator here signed is dropped, and its keys with it.
#[test]
fn accounts_of_unknown_removed_and_own_keys_stay() {
    let store = Store::new();
    let (foreign, removed) = (Seed::generate(Role::Operator), Seed::generate(Role::Operator));
    let body = Operator { signing_keys: vec![public(&removed)], ..Operator::default() };
    store.put(
        "backup/acme.jwt",
        signed(&store.operator, "acme", Body::Operator(body), &store.operator, lately() - 500),
    );
    for (name, signer) in [("FOREIGN", Some(&foreign)), ("REMOVED", Some(&removed)), ("OWN", None)] {
        let account = Seed::generate(Role::Account);
        let body = Account::default();
        let body =
            Account { limits: if signer.is_some() { unlimited() } else { body.limits.clone() }, ..body };
        let token =
            signed(&account, name, Body::Account(Box::new(body)), signer.unwrap_or(&account), lately());
        store.put(&format!("stores/acme/accounts/{name}/{name}.jwt"), token);
        store.put_seed(&account);
    }
    let out = Out::new();
    let ran = recover(&out, &[&store.arg("")]).exits(1);
    let names = out.names("stores/acme/accounts");
    for name in ["FOREIGN", "REMOVED", "OWN"] {
        assert!(names.contains(&format!("{name}/{name}.jwt")), "{name}: {names:?}");
    }
    assert_eq!(out.names("aside/older").len(), 1, "the operator's older token");
    for words in ["is no key of any operator here", "no longer a key of the one above", "it signed itself"] {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    // Each is signed by the operator when somebody says so.
    do_next(&out, "did not sign");
    let issuer = |name: &str| {
        decode(&out.files("stores/acme/accounts")[&format!("{name}/{name}.jwt")])
            .expect("it decodes")
            .data
            .iss
    };
    let foreign_or_removed = ["FOREIGN", "REMOVED"].map(|name| issuer(name) == public(&store.operator_key));
    assert!(foreign_or_removed.contains(&true), "{foreign_or_removed:?}");
    do_next(&out, "signed themselves");
    assert_eq!(issuer("OWN"), public(&store.operator_key));
    let keys = out.path().join("keys");
    jwtfix(["keys", &public(&store.account), keys.to_str().expect("UTF-8")]).run();
}

/// F2, F3: keys that nothing names, keys for sealing, and public keys alone.
#[test]
fn every_key_stays() {
    let (store, out) = (Store::new(), Out::new());
    let (old, curve, elsewhere) =
        (Seed::generate(Role::Account), Seed::generate(Role::Curve), Seed::generate(Role::Account));
    store.put_seed(&old);
    store.put("flat/curve", curve.expose().as_bytes());
    store.put(&format!("flat/{}.nk", public(&elsewhere)), public(&elsewhere));
    recover(&out, &[&store.arg("")]).exits(0).says("9 keys");
    let keys = out.files("keys");
    assert_eq!(keys[&key_path(&public(&old))], old.expose().as_bytes());
    assert_eq!(keys[&key_path(&public(&curve))], curve.expose().as_bytes());
    assert_eq!(keys[&key_path(&public(&elsewhere))], public(&elsewhere).into_bytes());
}

/// F4: users of a signing key that was taken away.
#[test]
fn users_of_removed_keys_stay() {
    let (store, out) = (Store::new(), Out::new());
    let gone = Seed::generate(Role::Account);
    store.put_user(&gone, |_, _| {});
    recover(&out, &[&store.arg("")]).exits(1).says("no longer a key of the one above");
    assert_eq!(out.files("stores")["acme/accounts/ORDERS/users/alice.jwt"], store.get(USER).into_bytes());
    assert!(out.names("keys/creds").contains(&"acme/ORDERS/alice.creds".to_owned()));
    do_next(&out, "removed signing key");
    let creds = out.files("keys/creds")["acme/ORDERS/alice.creds"].clone();
    let found = creds::parse(&creds);
    let issuer = decode(found.token.expect("a token").text().as_bytes()).expect("it decodes").data.iss;
    assert!([public(&store.plain), public(&store.account)].contains(&issuer), "{issuer}");
}

/// F5: a damaged file is told once, with its name, and the rest goes on.
#[test]
fn damage_is_told_once() {
    let (store, out) = (Store::new(), Out::new());
    store.put(ACCOUNT, "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJ.x");
    let tampered = store.get("stores/acme/accounts/SYS/SYS.jwt").replace(".eyJ", ".eyK");
    store.put("tampered.jwt", &tampered);
    store.put("cut.nk", &store.plain.expose()[..40]);
    let ran = recover(&out, &[&store.arg("")]).exits(1);
    let told = ran.stdout.matches("ORDERS.jwt: ").count();
    assert_eq!(told, 1, "{}", ran.stdout);
    let list = out.list();
    assert!(list["unusable"].as_array().expect("a list").iter().any(|one| one["file"] == store.arg(ACCOUNT)));
    assert_eq!(
        out.names("stores"),
        ["acme/.nsc", "acme/acme.jwt", "acme/accounts/SYS/SYS.jwt"]
            .map(String::from)
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
}

/// F6: an account without its token.
#[test]
fn an_account_is_made_for_its_users() {
    let store = Store::new();
    store.put_user(&store.plain, |_, _| {});
    let role = Seed::generate(Role::User);
    let body = User { issuer_account: public(&store.account), ..User::default() };
    let token = signed(&role, "with a role", Body::User(Box::new(body)), &store.scoped, lately());
    store.put("stores/acme/accounts/ORDERS/users/role.jwt", token);
    fs::remove_file(store.root().join(ACCOUNT)).expect("removed");
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(1).says("no token is left of").says("--make-missing");
    assert_eq!(out.names("aside/no-account").len(), 2);
    let list = out.list();
    assert!(list["missing"].as_array().expect("a list").iter().any(|one| {
        one["what"] == "token" && one["key"] == public(&store.account) && one["needed_by"] == 2
    }));
    let out = Out::new();
    recover(&out, &["--make-missing", &store.arg("")]).exits(1).says("made anew").says("role-unknown");
    let made = decode(&out.files("stores")["acme/accounts/ORDERS/ORDERS.jwt"]).expect("it decodes");
    assert_eq!(
        (made.data.sub.as_str(), made.data.iss.as_str()),
        (&*public(&store.account), &*public(&store.operator_key))
    );
    let keys: Vec<String> = made.account().expect("one").signing_keys.keys().cloned().collect();
    assert_eq!(keys, [public(&store.plain)], "a role that is not known is not given");
    assert!(out.names("keys/creds").contains(&"acme/ORDERS/alice.creds".to_owned()));
    // Without a key that may sign it, nothing is made.
    fs::remove_dir_all(store.root().join("keys")).expect("removed");
    let out = Out::new();
    recover(&out, &["--make-missing", &store.arg("")]).exits(1);
    assert_eq!(out.names("aside/no-account").len(), 2);
}

/// F7: credentials are all that is left; then a resolver's directory and keys, but no operator.
#[test]
fn what_waits_for_an_operator_is_kept() {
    let (store, out) = (Store::new(), Out::new());
    let creds = store.get("keys/creds/acme/ORDERS/alice.creds");
    recover(&out, &[&store.arg("keys/creds")]).exits(1);
    let kept = out.files("aside/no-account");
    assert_eq!(kept.into_values().collect::<Vec<_>>(), [creds.into_bytes()]);
    assert_eq!(out.names("keys"), [key_path(&public(&store.user))]);
    let store = Store::new();
    store.put_system(&store.operator);
    store.put_account(&store.operator, |_, _| {});
    fs::remove_file(store.root().join("stores/acme/acme.jwt")).expect("removed");
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(1).says("signed by an operator whose token is missing");
    assert_eq!(out.names("aside/no-operator").len(), 2);
    let out = Out::new();
    recover(&out, &["--make-missing", &store.arg("")]).exits(1).says("1 operator, 2 accounts, 1 user");
    let made = decode(&out.files("stores")["acme/acme.jwt"]).expect("it decodes");
    assert_eq!((made.data.sub.as_str(), made.data.name.as_str()), (&*public(&store.operator), "acme"));
}

/// F9: the last one counts, but for what is signed by nobody above; what was deleted stays so.
#[test]
fn the_right_one_of_many_counts() {
    let (store, out) = (Store::new(), Out::new());
    let of = |signer: &Seed, name: &str, iat: i64| {
        signed(
            &store.account,
            name,
            Body::Account(Box::new(Account { limits: unlimited(), ..Account::default() })),
            signer,
            iat,
        )
    };
    let newest = of(&store.operator_key, "NEW", lately() + 10);
    store.put("a/old", of(&store.operator_key, "OLD", lately() - 10));
    store.put("a/new.txt", &newest);
    let own = Account::default();
    store.put(
        "a/own",
        signed(&store.account, "OWN", Body::Account(Box::new(own)), &store.account, lately() + 50),
    );
    store.put("a/foreign", of(&Seed::generate(Role::Operator), "FOREIGN", lately() + 60));
    recover(&out, &[&store.arg("")]).exits(0);
    assert_eq!(out.files("stores")["acme/accounts/NEW/NEW.jwt"], newest.into_bytes());
    assert_eq!(out.names("aside/older").len(), 4, "all others are kept");
}

#[test]
fn what_was_deleted_stays_so() {
    let store = Store::new();
    let account = store.get(ACCOUNT);
    let key = public(&store.account);
    store.put(&format!("jwt/{key}.jwt.deleted"), &account);
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(0).says("--undelete");
    assert_eq!(out.names("stores/acme/accounts"), ["SYS/SYS.jwt"]);
    assert_eq!((out.names("aside/deleted").len(), out.names("aside/account-deleted").len()), (1, 1));
    // Somebody says so.
    let out = Out::new();
    recover(&out, &["--undelete", &key, &store.arg("")]).exits(0);
    assert_eq!(out.files("stores/acme/accounts")["ORDERS/ORDERS.jwt"], account.clone().into_bytes());
    // It was pushed again, as it was or a later one.
    store.put(&format!("jwt/{key}.jwt"), &account);
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(0);
    assert!(out.names("stores/acme/accounts").contains(&"ORDERS/ORDERS.jwt".to_owned()));
}

/// F9: two of one name.
#[test]
fn namesakes_stand_beside_each_other() {
    let store = Store::new();
    let body = || Account { limits: unlimited(), ..Account::default() };
    let namesake = Seed::generate(Role::Account);
    store.put(
        "other.jwt",
        signed(&namesake, "ORDERS", Body::Account(Box::new(body())), &store.operator_key, lately()),
    );
    let twin = Seed::generate(Role::User);
    let mut user = User::default();
    (user.permissions.subs, user.permissions.data, user.permissions.payload) = (-1, -1, -1);
    store.put("twin.jwt", signed(&twin, "alice", Body::User(Box::new(user)), &store.account, lately()));
    store.put_seed(&twin);
    let out = Out::new();
    recover(&out, &[&store.arg("")]).exits(0);
    let short = |key: String| key[..8].to_owned();
    let (a, u) = (short(public(&namesake)), short(public(&twin)));
    assert_eq!(
        out.names("stores/acme/accounts"),
        [
            format!("ORDERS-{a}/ORDERS-{a}.jwt"),
            "ORDERS/ORDERS.jwt".into(),
            format!("ORDERS/users/alice-{u}.jwt"),
            "ORDERS/users/alice.jwt".into(),
            "SYS/SYS.jwt".into()
        ]
    );
    assert!(out.names("keys/creds").contains(&format!("acme/ORDERS/alice-{u}.creds")));
}

/// F10: an operator whose keys are elsewhere is said to be so, not guessed.
#[test]
fn a_mark_is_believed() {
    for managed in [true, false] {
        let (store, out) = (Store::new(), Out::new());
        store.put(
            "stores/acme/.nsc",
            format!("{{\"managed\":{managed},\"name\":\"acme\",\"kind\":\"operator\",\"version\":\"1\"}}"),
        );
        recover(&out, &[&store.arg("")]).exits(0);
        let mark: serde_json::Value =
            serde_json::from_slice(&out.files("stores")["acme/.nsc"]).expect("JSON");
        assert_eq!(mark["managed"], managed);
    }
}

/// A disk that is full at once, after some files, and near the end; and one that is read only.
#[test]
#[ignore = "needs root"]
fn a_full_or_readonly_disk_is_left_as_it_was() {
    let store = Store::new();
    let disk = store.state.path().join("disk");
    let (all, at) = (store.arg(""), disk.display().to_string());
    let out = format!("{at}/rescued");
    let room = |pages: usize| format!("({}); truncate -s -{}K {{disk}}/fill", FULL.0, 4 * pages);
    // Room for one file more each time, until it is done.
    let mut failed = 0;
    for pages in 0.. {
        let ran = on_a_disk(&disk, ("size=400k", &room(pages)), &all, &["recover", "-o", &out, &all]);
        if ran.code < 2 {
            break;
        }
        ran.exits(2).warns(FULL.1);
        failed += 1;
    }
    assert!(failed > 5, "it was full {failed} times");
    let ran = on_a_disk(&disk, ("size=4m", READ_ONLY.0), &all, &["recover", "-o", &out, &all]);
    ran.exits(2).warns(READ_ONLY.1);
}
