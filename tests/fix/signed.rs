//! What needs a signature: chains, roles, layouts, and what is never done without a word.

use jwtfix::file::creds;
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{Layout, Tree, UserPermissionLimits};

use crate::store::{Store, lately, public};
use crate::{fix, puts_right};

pub const ACCOUNT: &str = "stores/acme/accounts/ORDERS/ORDERS.jwt";
pub const USER: &str = "stores/acme/accounts/ORDERS/users/alice.jwt";
pub const CREDS: &str = "keys/creds/acme/ORDERS/alice.creds";

/// Puts a store right with its own keys, as [`puts_right`] does.
fn heals(store: &Store, more: &[&str]) -> String {
    let (all, keys) = (store.arg(""), store.arg("keys"));
    let mut args = vec![all.as_str(), "--key", &keys];
    args.extend(more);
    puts_right(store.root(), &store.runs(), &args)
}

/// Without that word it is held back, and nothing changes.
fn held(store: &Store, word: &str) -> String {
    let before = store.all();
    let (all, keys) = (store.arg(""), store.arg("keys"));
    let ran = fix(&store.runs(), &[&all, "--key", &keys, "--write"]).run().exits(1);
    assert!(ran.stdout.contains(&format!("--unsafe={word}")), "{}", ran.stdout);
    assert_eq!(store.all(), before);
    ran.stdout
}

pub fn again(
    store: &Store,
    name: &str,
    signer: &Seed,
    layout: Layout,
    edit: impl FnOnce(&mut Tree),
) -> String {
    let text = store.get(name);
    let payload =
        data_encoding::BASE64URL_NOPAD.decode(text.split('.').nth(1).expect("a payload").as_bytes());
    let mut tree = Tree::parse(&payload.expect("base64")).expect("JSON");
    edit(&mut tree);
    let sign = |_: &PublicKey, message: &[u8]| Ok(signer.sign(message).expect("signs").to_vec());
    let text = tree.sign(layout, &signer.public(), lately(), &sign).expect("signed");
    store.put(name, &text);
    text
}

fn creds_of(store: &Store, token: &str) {
    store.put(CREDS, creds::canonical(token, &store.user.expose()).as_bytes());
}

#[test]
fn a_sound_store_is_left_alone() {
    let store = Store::new();
    let (all, keys) = (store.arg(""), store.arg("keys"));
    fix(&store.runs(), &[&all, "--key", &keys]).run().exits(0).says("nothing to put right");
    assert!(!store.runs().exists());
}

#[test]
fn a_draft_of_2020_is_signed_as_servers_verify_it() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {});
    let said = heals(&store, &[]);
    assert!(said.contains("[token-draft-v2]") && said.contains("1 new token verified"), "{said}");
    assert_eq!(store.claims(ACCOUNT).data.iss, public(&store.operator_key));
}

#[test]
fn version_1_becomes_2() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::V1, |tree| {
        tree.remove("/nats/type");
        tree.remove("/nats/version");
        tree.set("/type", "account".into());
        tree.set("/nats/signing_keys", serde_json::json!([public(&store.plain)]));
    });
    assert_eq!(store.claims(ACCOUNT).version, 1);
    let said = heals(&store, &[]);
    assert!(said.contains("[token-layout-v1]"), "{said}");
    assert_eq!(store.claims(ACCOUNT).version, 2);
}

#[test]
fn under_a_strict_operator_only_signing_keys_sign() {
    let store = Store::new();
    store.put_operator(true);
    store.put_account(&store.operator, |_, _| {});
    let said = heals(&store, &[]);
    assert!(said.contains("[signed-by-identity-key]"), "{said}");
    assert_eq!(store.claims(ACCOUNT).data.iss, public(&store.operator_key));
    // The user too: its account's identity had signed it.
    let user = store.claims(USER);
    assert_eq!((&user.data.iss, user.issuer_account()), (&public(&store.plain), &*public(&store.account)));
    assert!(store.get(CREDS).contains(&store.get(USER)));
}

#[test]
fn a_user_of_a_role_loses_limits_that_limit_nothing() {
    let store = Store::new();
    store.put_user(&store.scoped, |_, user| {
        (user.permissions.subs, user.permissions.data, user.permissions.payload) = (-1, -1, -1);
    });
    let said = heals(&store, &[]);
    assert!(said.contains("[user-scoped-with-permissions]") && said.contains("- nats.subs"), "{said}");
    assert_eq!(store.claims(USER).user().expect("one").permissions, UserPermissionLimits::default());
    assert_eq!(store.claims(USER).data.iss, public(&store.scoped));
}

#[test]
fn what_a_user_of_a_role_may_not_is_not_given_to_it_silently() {
    let store = Store::new();
    store.put_user(&store.scoped, |_, user| {
        user.permissions.permissions.publish.allow = Some(vec!["a.>".into()]);
    });
    held(&store, "user-scoped-with-permissions");
    heals(&store, &["--unsafe=user-scoped-with-permissions"]);
    assert_eq!(store.claims(USER).user().expect("one").permissions, UserPermissionLimits::default());
}

#[test]
fn a_user_names_its_account() {
    let store = Store::new();
    store.put_user(&store.plain, |_, user| user.issuer_account.clear());
    let said = heals(&store, &[]);
    assert!(said.contains("[issuer-account-missing]") && said.contains("+ nats.issuer_account"), "{said}");
    assert_eq!(store.claims(USER).issuer_account(), public(&store.account));
}

#[test]
fn who_signs_for_an_account_is_not_decided_silently() {
    let store = Store::new();
    let itself = Seed::parse(store.account.expose().as_bytes()).expect("a seed");
    store.put_account(&itself, |_, _| {});
    held(&store, "adopt");
    let said = heals(&store, &["--unsafe=account-self-signed"]);
    assert!(said.contains("[account-self-signed]"), "{said}");
    assert_eq!(store.claims(ACCOUNT).data.iss, public(&store.operator_key));

    let store = Store::new();
    store.put_account(&Seed::generate(Role::Operator), |_, _| {});
    held(&store, "adopt");
    let said = heals(&store, &["--unsafe=adopt"]);
    assert!(said.contains("[account-issuer-untrusted]"), "{said}");
}

#[test]
fn users_of_a_key_that_is_gone() {
    let store = Store::new();
    store.put_user(&Seed::generate(Role::Account), |_, _| {});
    held(&store, "adopt");
    let said = heals(&store, &["--unsafe=signing-key-removed"]);
    assert!(said.contains("[signing-key-removed]"), "{said}");
}

#[test]
fn an_account_adopted_by_a_strict_operator_brings_its_users_along() {
    let store = Store::new();
    store.put_operator(true);
    store.put_account(&Seed::generate(Role::Operator), |_, _| {});
    // That the user's issuer may not sign comes to light only when its account has an operator.
    heals(&store, &["--unsafe=adopt"]);
    assert_eq!(store.claims(USER).data.iss, public(&store.plain));
}

#[test]
fn what_has_expired_is_not_prolonged_silently() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::V2, |tree| {
        tree.set("/exp", (lately() + 50).into());
    });
    let before = store.claims(ACCOUNT).data;
    held(&store, "token-expired");
    heals(&store, &["--unsafe=token-expired"]);
    let data = store.claims(ACCOUNT).data;
    assert_eq!(data.exp - data.iat, before.exp - before.iat);
}

#[test]
fn limits_of_zero_are_not_lifted_silently() {
    let store = Store::new();
    store.put_account(&store.operator_key, |_, account| account.limits.conn = 0);
    held(&store, "account-connections-none");
    let said = heals(&store, &["--unsafe=account-connections-none"]);
    assert!(
        said.contains("~ nats.limits.conn  none → unlimited") || said.contains("nats.limits.conn"),
        "{said}"
    );
    assert_eq!(store.claims(ACCOUNT).account().expect("one").limits.conn, -1);
}

#[test]
fn nobody_is_let_in_again_silently() {
    let store = Store::new();
    store.put_account(&store.operator_key, |store, account| {
        account.revocations.insert(public(&store.user), lately() + 5);
    });
    let said = held(&store, "unrevoke");
    assert!(said.contains("[user-revoked]"), "{said}");
    // Nor by a fix of something else.
    store.put_user(&store.scoped, |_, user| user.permissions.subs = -1);
    held(&store, "unrevoke");
    let (all, keys) = (store.arg(""), store.arg("keys"));
    let others = "--unsafe=adopt,role,widen,unseen,superseded,unverified,token-expired";
    let before = store.all();
    fix(&store.runs(), &[&all, "--key", &keys, "--write", others]).run().exits(1);
    assert_eq!(store.all(), before);
    let said = heals(&store, &["--unsafe=user-revoked"]);
    assert!(said.contains("let in: it is revoked"), "{said}");
}

#[test]
fn copies_follow_the_token_that_is_signed_again() {
    let store = Store::new();
    // An older copy in a resolver's directory, and credentials.
    store.put(&format!("jwt/{}.jwt", public(&store.account)), store.get(ACCOUNT));
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |tree| _ = tree.set("/name", "NEW".into()));
    heals(&store, &[]);
    assert_eq!(store.get(&format!("jwt/{}.jwt", public(&store.account))), store.get(ACCOUNT));
}

#[test]
fn broken_credentials_with_a_broken_token_are_put_right_at_once() {
    let store = Store::new();
    store.put_user(&store.plain, |_, user| user.issuer_account.clear());
    let crlf = store.get(CREDS).replace('\n', "\r\n");
    store.put(CREDS, crlf);
    let said = heals(&store, &[]);
    assert!(said.contains("[creds-crlf]") && said.contains("[issuer-account-missing]"), "{said}");
    assert_eq!(store.get(CREDS), *creds::canonical(&store.get(USER), &store.user.expose()));
    creds_of(&store, &store.get(USER));
}

#[test]
fn a_missing_key_is_named_and_nothing_is_done_by_half() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {});
    let crlf = store.get(CREDS).replace('\n', "\r\n");
    store.put(CREDS, crlf);
    let before = store.all();
    let (all, users) = (store.arg(""), store.arg(CREDS));
    // As a plan it says what can be done, and which key is missing.
    fix(&store.runs(), &[&all]).run().exits(1).says("cannot be signed").says("signing key of operator");
    fix(&store.runs(), &[&all, "--key", &users, "--write"])
        .run()
        .exits(2)
        .warns("none of the keys that may sign it was given")
        .warns(&public(&store.operator_key))
        .warns("nothing was written")
        .warns("--unsigned");
    assert_eq!(store.all(), before);
    assert!(!store.runs().exists());
    fix(&store.runs(), &[&all, "--unsigned", "--write"]).run().exits(0).says("1 finding left out");
    assert_ne!(store.get(CREDS), String::from_utf8_lossy(&before[&store.root().join(CREDS)].0));
}

#[test]
fn one_rule_at_a_time() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {});
    let crlf = store.get(CREDS).replace('\n', "\r\n");
    store.put(CREDS, crlf);
    let said = heals(&store, &["--only", "creds-crlf"]);
    assert!(!said.contains("token-draft-v2"), "{said}");
    let (all, keys) = (store.arg(""), store.arg("keys"));
    fix(&store.runs(), &[&all, "--only", "creds-crfl"]).run().exits(2).warns("did you mean `creds-crlf`?");
    fix(&store.runs(), &[&all, "--unsafe=token-expird"]).run().exits(2).warns("nothing is called");
    fix(&store.runs(), &[&all, "--key", &keys, "--only", "token-draft-v2", "--write"]).run().exits(0);
}

#[test]
fn elsewhere_is_written_and_the_old_stands() {
    let store = Store::new();
    again(&store, ACCOUNT, &store.operator_key, Layout::DraftV2, |_| {});
    let before = store.all();
    let (all, keys, out) = (store.arg(""), store.arg("keys"), store.state.path().join("out"));
    let out = out.to_str().expect("UTF-8");
    fix(&store.runs(), &[&all, "--key", &keys, "-o", out]).run().exits(0).says("1 file in");
    assert_eq!(store.all(), before);
    let new = std::fs::read(std::path::Path::new(out).join(ACCOUNT)).expect("written");
    assert!(jwtfix::token::decode(&new).is_ok());
}
