//! Who signed whom: every verdict that a link can have, drawn and as JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Account, Body, Claims, ClaimsData, Operator, User, UserScope, encode};
use serde_json::Value;

use crate::common::{Ran, jwtfix};
use crate::{NOW, write};

/// Unix seconds of [`NOW`].
const SECOND: i64 = 1_795_435_200;

/// Keys, and a directory for their tokens.
struct Cast {
    root: tempfile::TempDir,
    operator: Seed,
    operator_signing: Seed,
    account: Seed,
    signing: Seed,
    scoped: Seed,
    user: Seed,
}

fn mint(signer: &Seed, subject: &PublicKey, name: &str, exp: i64, body: Body) -> String {
    let data = ClaimsData { sub: subject.to_string(), name: name.into(), exp, ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    encode(&mut claims, &signer.public(), SECOND - 3600, &sign).expect("claims of the right kind")
}

impl Cast {
    fn new(strict: bool) -> Cast {
        let cast = Cast {
            root: tempfile::tempdir().expect("a directory"),
            operator: Seed::generate(Role::Operator),
            operator_signing: Seed::generate(Role::Operator),
            account: Seed::generate(Role::Account),
            signing: Seed::generate(Role::Account),
            scoped: Seed::generate(Role::Account),
            user: Seed::generate(Role::User),
        };
        let body = Operator {
            signing_keys: vec![cast.operator_signing.public().to_string()],
            strict_signing_key_usage: strict,
            ..Operator::default()
        };
        let token = mint(&cast.operator, &cast.operator.public(), "acme", 0, Body::Operator(body));
        write(&cast.at("store/acme.jwt"), token);
        cast.account(&cast.operator_signing, &[]);
        cast
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn account(&self, signer: &Seed, revocations: &[(&str, i64)]) {
        let key = self.scoped.public().to_string();
        let scope = UserScope { key: key.clone(), role: "reader".into(), ..UserScope::default() };
        let body = Account {
            signing_keys: BTreeMap::from([
                (self.signing.public().to_string(), None),
                (key, Some(Box::new(scope))),
            ]),
            revocations: revocations.iter().map(|&(key, until)| (key.to_owned(), until)).collect(),
            ..Account::default()
        };
        let token = mint(signer, &self.account.public(), "ORDERS", 0, Body::Account(Box::new(body)));
        write(&self.at("store/ORDERS.jwt"), token);
    }

    /// Credentials of a user that `signer` signed as a member of `account`.
    fn user(&self, signer: &Seed, account: &str, exp: i64, seed: &Seed) {
        let body = User { issuer_account: account.to_owned(), ..User::default() };
        let token = mint(signer, &self.user.public(), "alice", exp, Body::User(Box::new(body)));
        write(&self.at("alice.creds"), creds::canonical(&token, &seed.expose()).as_bytes());
    }

    fn id(&self) -> String {
        self.account.public().to_string()
    }

    fn inspect(&self, more: &[&str]) -> Ran {
        let (creds, store) = (self.at("alice.creds"), self.at("store"));
        let paths = [creds.to_str().expect("UTF-8"), "--store", store.to_str().expect("UTF-8")];
        jwtfix([&["inspect", "--at", NOW], &paths[..], more].concat()).run()
    }

    /// `signed_by` of the user's link and the codes of findings, as JSON says them; and what people read.
    #[track_caller]
    fn verdict(&self, signed_by: &str, code: &str, words: &str) -> Value {
        let said = self.inspect(&["--format", "json"]).json();
        let document = &said["documents"][0];
        let link = document["tokens"][0]["chain"][0].clone();
        assert_eq!(link["signed_by"], signed_by, "{document:#}");
        let codes: Vec<&str> = document["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|finding| finding["severity"] != "note" && finding["code"] != "secret-readable")
            .map(|finding| finding["code"].as_str().expect("a code"))
            .collect();
        assert!(if code.is_empty() { codes.is_empty() } else { codes.contains(&code) }, "{codes:?}");
        assert_eq!(link["holds"], code.is_empty() || code == "account-self-signed", "{link}");
        self.inspect(&[]).says(words);
        link
    }
}

#[test]
fn the_ways_of_signing() {
    let cast = Cast::new(false);
    let stranger = Seed::generate(Role::Account);
    let other = stranger.public().to_string();
    for (signer, account, signed_by, code, words) in [
        (&cast.account, "", "identity-key", "", "✓ signed by the identity key of ORDERS"),
        (&cast.signing, &*cast.id(), "signing-key", "", ", signing key of ORDERS\n"),
        (&cast.scoped, &cast.id(), "scoped-signing-key", "", ", signing key of ORDERS (role \"reader\")"),
        (
            &stranger,
            &cast.id(),
            "key-not-listed",
            "signing-key-removed",
            "which ORDERS does not list: removed, or never added",
        ),
        (
            &cast.signing,
            "",
            "issuer-account-missing",
            "issuer-account-missing",
            "but issuer_account does not name that account",
        ),
        (
            &cast.account,
            &other,
            "other-account",
            "issuer-account-wrong",
            "not of the account that issuer_account names",
        ),
    ] {
        cast.user(signer, account, 0, &cast.user);
        cast.verdict(signed_by, code, words);
    }
    cast.user(&stranger, "", 0, &cast.user);
    let link = cast.inspect(&["--format", "json"]).json()["documents"][0]["tokens"][0]["chain"][0].clone();
    assert_eq!((&link["signed_by"], &link["holds"]), (&"unknown-issuer".into(), &false.into()));
    cast.inspect(&[])
        .says("? signed by ")
        .says("which none of the files given has")
        .says("the signature holds; the chain ends at ");
}

#[test]
fn a_strict_operator_and_no_operator() {
    let cast = Cast::new(true);
    cast.user(&cast.signing, &cast.id(), 0, &cast.user);
    cast.verdict("signing-key", "", "every link up to operator \"acme\" holds");
    cast.user(&cast.account, "", 0, &cast.user);
    cast.verdict("identity-key-though-strict", "signed-by-identity-key", "wants signing keys alone to sign");
    cast.user(&cast.signing, &cast.id(), 0, &cast.user);
    cast.account(&cast.account, &[]);
    cast.verdict("signing-key", "account-self-signed", "✗ signed by itself: no operator stands behind it");
}

#[test]
fn revoked_by_which_entry_since_when() {
    let cast = Cast::new(false);
    let user = cast.user.public().to_string();
    cast.user(&cast.signing, &cast.id(), 0, &cast.user);
    for (entry, words) in [(user.as_str(), "the entry for this user"), ("*", "the entry for every user")] {
        cast.account(&cast.operator, &[(entry, SECOND - 60)]);
        let words = format!(
            "✗ revoked by ORDERS: {words} voids what was signed until 2026-11-23 11:59:00 UTC (60 seconds ago)"
        );
        let link = cast.verdict("signing-key", "user-revoked", &words);
        assert_eq!(link["revoked"]["entry"], entry);
        assert_eq!(link["revoked"]["until"]["unix"], SECOND - 60);
        assert_eq!(link["revoked"]["until"]["rfc3339"], "2026-11-23T11:59:00Z");
    }
    cast.account(&cast.operator, &[(&user, SECOND - 3601)]);
    cast.verdict("signing-key", "", "every link up to operator \"acme\" holds");
}

#[test]
fn times_and_seeds() {
    let cast = Cast::new(false);
    cast.user(&cast.signing, &cast.id(), SECOND - 86_400, &cast.user);
    cast.inspect(&[])
        .exits(1)
        .says("✗ expired 24 hours ago")
        .says("Expires: 2026-11-22 12:00:00 UTC (24 hours ago): expired");
    let other = Seed::generate(Role::User);
    cast.user(&cast.signing, &cast.id(), 0, &other);
    let said = cast.inspect(&["--format", "json"]).json();
    assert_eq!(said["documents"][0]["tokens"][0]["seed_matches"], false);
    cast.inspect(&[])
        .exits(1)
        .says("✗ the seed in this file is of another key: ")
        .says("error[creds-seed-mismatch]");
}

#[test]
fn what_is_known_of_a_server() {
    let cast = Cast::new(false);
    cast.user(&cast.signing, &cast.id(), 0, &cast.user);
    let (creds, conf) = (cast.at("alice.creds"), cast.at("nats.conf"));
    let inspect = |more: &[&str]| {
        let paths = [creds.to_str().expect("UTF-8"), "--server", conf.to_str().expect("UTF-8")];
        jwtfix([&["inspect", "--at", NOW], &paths[..], more].concat()).run()
    };
    write(&conf, "# all of it\noperator: \"store/acme.jwt\"\nresolver: { type: full, dir: \"./store\" }\n");
    inspect(&[]).says("nats.conf:2\n").says("✓ trusted by ").says("every link up to operator \"acme\" holds");
    let said = inspect(&["--format", "json"]).json();
    assert_eq!(said["documents"][0]["tokens"][0]["chain"][2]["trusted"], true);

    let operator = include_str!("../../testdata/acme/acme.jwt").trim();
    write(&conf, format!("operator: {operator}\nresolver: {{ type: full, dir: \"./store\" }}\n"));
    let store = cast.at("store");
    let store = store.to_str().expect("UTF-8");
    inspect(&["--store", store])
        .exits(1)
        .says("✗ not among the operators that ")
        .says("error[account-issuer-untrusted]")
        .says("✗ the chain does not hold");

    write(&conf, "operator: \"store/acme.jwt\"\nresolver: { type: full, dir: \"/nonexistent/jwt\" }\n");
    inspect(&["--accounts", store])
        .warns("the resolver's directory /nonexistent/jwt is not here")
        .says("✓ trusted by ");
    write(&conf, "operator: \"gone.jwt\"\n");
    inspect(&[]).exits(2).warns("gone.jwt: no such file or directory");
    write(&conf, "operator: {{{");
    inspect(&[]).exits(2).warns("a server would not start with ");
}
