//! Whatever is found is somewhere in what comes of it.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::path::Component;

use proptest::prelude::*;

use super::*;
use crate::file::creds;
use crate::nkey::{Role, Seed};
use crate::server::fixture::{Family, NOON, account_of, text};

/// Two families, of which some tokens and keys are lost, and some were signed by the wrong ones.
fn scattered(picks: &[u8], dir: &std::path::Path) -> Found {
    let (one, other) = (Family::new(), Family::new());
    let curve = Seed::generate(Role::Curve);
    for (number, pick) in picks.iter().enumerate() {
        let family = if pick & 1 == 0 { &one } else { &other };
        let iat = i64::from(*pick);
        let named = |token: String, end: &str| (format!("{number}.{end}"), token.into_bytes());
        let account = |signer: &Seed| {
            account_of(&family.account, signer, |data, _| data.name = format!("../{}", iat % 3))
        };
        let (name, bytes) = match pick >> 1 & 15 {
            0 => named(operator(family, iat), "jwt"),
            1 => named(account(&family.operator_key), "jwt"),
            2 => named(account(&family.account), "txt"),
            3 => named(account(&one.operator), "log"),
            4 => (format!("{}.jwt.deleted", text(&family.account)), account(&family.operator).into_bytes()),
            5 => named(family.user(|data, _| data.name = "é\u{0}".repeat(iat as usize % 90)), "jwt"),
            6 => named(family.user_by(&other.account_key, |_, _| {}), "x"),
            7 => named(family.user_by(&family.scoped_key, |_, _| {}), "y"),
            8 => named(creds::canonical(&family.user(|_, _| {}), &family.user.expose()).to_string(), "creds"),
            9 => named(format!("{}x", family.user(|_, _| {})), "tampered"),
            10 => named(family.operator.expose().to_string(), "nk"),
            11 => named(family.operator_key.expose().to_string(), "seed"),
            12 => named(family.account.expose().to_string(), "nk"),
            13 => named(curve.expose().to_string(), "nk"),
            14 => (format!("{}.nk", text(&family.account)), text(&family.account).into_bytes()),
            _ => named(format!("{{\"a\": \"{}\"}}", account(&family.operator)), "json"),
        };
        std::fs::write(dir.join(name), bytes).expect("written");
    }
    let mut found = Found::default();
    found.look(&[dir.to_owned()]);
    found
}

fn operator(family: &Family, iat: i64) -> String {
    use crate::token::{Body, Claims, ClaimsData, Operator};
    let body = Operator { signing_keys: vec![text(&family.operator_key)], ..Operator::default() };
    let data = ClaimsData { sub: text(&family.operator), name: "acme".into(), ..ClaimsData::default() };
    let body = Body::Operator(body);
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    crate::server::fixture::sign(&mut claims, &family.operator, NOON + iat)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn prop_nothing_is_lost(picks: Vec<u8>, make: bool) {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let found = scattered(&picks, dir.path());
        let wanted = Decided { make, now: NOON, ..Decided::default() };
        let recovery = Recovery::of(found, &wanted);
        let (mut tokens, mut keys, mut paths) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for item in &recovery.items {
            prop_assert!(paths.insert(item.path.to_string_lossy().to_lowercase()), "{:?} twice", item.path);
            prop_assert!(item.path.components().all(|part| matches!(part, Component::Normal(_))));
            match item.what {
                Content::Token(index) => _ = tokens.insert(index),
                Content::Creds(index, _) if item.aside.is_some() => _ = tokens.insert(index),
                Content::Seed(key) | Content::Public(key) => _ = keys.insert(key),
                _ => {}
            }
        }
        prop_assert_eq!(tokens.len(), recovery.found.tokens.len(), "every token, each once");
        let all: BTreeSet<PublicKey> =
            recovery.found.seeds.keys().chain(recovery.found.publics.keys()).copied().collect();
        prop_assert_eq!(keys, all);
        let out = dir.path().join("out");
        let tree = crate::disk::Tree::begin(&out).expect("made").expect("nobody else");
        recovery.write(&tree).expect("written");
        // What was written is found again, and becomes the same.
        let mut again = Found::default();
        again.look(&[tree.draft().to_owned()]);
        prop_assert!(again.broken.is_empty() && again.unread.is_empty());
        prop_assert!(again.tokens.len() >= recovery.found.tokens.len());
        prop_assert_eq!(again.seeds.len(), recovery.found.seeds.len());
    }
}
