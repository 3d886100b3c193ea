//! The laws of repair, held on generated tokens: a new token says what was asked and nothing else, to the byte as Go writes it;
//! what passes for giving no more gives no more; what was revoked stays revoked.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::keys::Ring;
use super::widen::widened;
use super::wish::Wish;
use crate::nkey::{PublicKey, Role, Seed};
use crate::token::{
    Account, Body, Claims, ClaimsData, Deviation, Export, ExportType, HEADER, Layout, OperatorLimits,
    Permission, Permissions, Signed, Token, Tree, User, UserPermissionLimits, UserScope, assemble, decode,
    encode, payload, payload_of,
};

const NOW: i64 = 1_000_000;

fn signer(role: Role) -> (Seed, Ring) {
    let seed = Seed::generate(role);
    let mut ring = Ring::default();
    ring.insert(Seed::parse(seed.expose().as_bytes()).expect("its own text"), "test");
    (seed, ring)
}

fn sign(seed: &Seed) -> impl Fn(&PublicKey, &[u8]) -> Result<Vec<u8>, String> {
    |_, message| Ok(seed.sign(message).expect("signs").to_vec())
}

fn key(role: Role) -> impl Strategy<Value = String> {
    (0u8..6).prop_map(move |byte| PublicKey::new(role, [byte; 32]).to_string())
}

fn limit() -> impl Strategy<Value = i64> {
    prop_oneof![Just(-1i64), Just(0), 1i64..100]
}

fn subjects() -> impl Strategy<Value = Option<Vec<String>>> {
    prop::option::of(prop::collection::vec("[a-c](\\.[a-c<>&é]){0,2}", 1..4))
}

fn permission() -> impl Strategy<Value = Permission> {
    (subjects(), subjects()).prop_map(|(allow, deny)| Permission { allow, deny })
}

fn permissions() -> impl Strategy<Value = Permissions> {
    (permission(), permission()).prop_map(|(publish, subscribe)| Permissions {
        publish,
        subscribe,
        resp: None,
    })
}

fn user_limits() -> impl Strategy<Value = UserPermissionLimits> {
    (permissions(), limit(), limit(), any::<bool>()).prop_map(|(permissions, subs, data, bearer_token)| {
        UserPermissionLimits {
            permissions,
            subs,
            data,
            payload: -1,
            bearer_token,
            ..UserPermissionLimits::default()
        }
    })
}

fn scope() -> impl Strategy<Value = Option<Box<UserScope>>> {
    prop::option::of(
        ("[a-z]{0,4}", user_limits())
            .prop_map(|(role, template)| Box::new(UserScope { role, template, ..UserScope::default() })),
    )
}

fn exports() -> impl Strategy<Value = Vec<Option<Export>>> {
    let export =
        ("[a-c]\\.[a-e]", any::<bool>(), prop::collection::btree_map(key(Role::Account), 1i64..100, 0..3))
            .prop_map(|(subject, token_req, revocations)| {
                Some(Export {
                    subject,
                    kind: ExportType::Stream,
                    token_req,
                    revocations,
                    ..Export::default()
                })
            });
    prop::collection::btree_map("[a-e]", export, 0..4).prop_map(|exports| exports.into_values().collect())
}

fn account() -> impl Strategy<Value = Account> {
    (
        (limit(), limit(), limit(), any::<bool>(), any::<bool>()),
        prop::collection::btree_map(key(Role::Account), scope(), 0..3),
        prop::collection::btree_map(
            prop_oneof![key(Role::User), Just("*".to_owned())],
            1i64..2_000_000,
            0..4,
        ),
        exports(),
        permissions(),
        "[a-z é<]{0,6}",
    )
        .prop_map(
            |(
                (subs, conn, leaf, wildcards, disallow_bearer),
                mut signing_keys,
                revocations,
                exports,
                default_permissions,
                description,
            )| {
                for (key, scope) in &mut signing_keys {
                    if let Some(scope) = scope {
                        scope.key.clone_from(key);
                    }
                }
                let limits = OperatorLimits {
                    subs,
                    conn,
                    leaf,
                    wildcards,
                    disallow_bearer,
                    data: -1,
                    payload: -1,
                    imports: -1,
                    exports: -1,
                    ..OperatorLimits::default()
                };
                Account {
                    limits,
                    signing_keys,
                    revocations,
                    exports,
                    default_permissions,
                    description,
                    ..Account::default()
                }
            },
        )
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        account().prop_map(|account| Body::Account(Box::new(account))),
        user_limits().prop_map(|permissions| Body::User(Box::new(User { permissions, ..User::default() }))),
    ]
}

fn claims() -> impl Strategy<Value = Claims> {
    (
        body(),
        prop_oneof![Just(0i64), 1i64..2_000_000],
        prop_oneof![Just(0i64), 1i64..500],
        "[a-zé\"<]{0,8}",
        prop::collection::vec("[a-z]{1,3}", 0..3),
    )
        .prop_map(|(body, exp, nbf, name, tags)| {
            let role = if matches!(body, Body::User(_)) { Role::User } else { Role::Account };
            let sub = PublicKey::new(role, [9; 32]).to_string();
            let data = ClaimsData { exp, nbf, name, sub, ..ClaimsData::default() };
            Claims { data, claim_type: String::new(), tags, version: 2, body }
        })
}

/// A token as Go writes it, and who signed it. Go reads a role's limit of 0 that it has left out as none, and writes it
/// then: so it is read and written once.
fn written(claims: &Claims) -> (String, Seed, Ring) {
    let role = if matches!(claims.body, Body::User(_)) { Role::Account } else { Role::Operator };
    let (seed, ring) = signer(role);
    let text = encode(&mut claims.clone(), &seed.public(), 99, &sign(&seed)).expect("of the right kind");
    let mut read = decode(text.as_bytes()).expect("it decodes");
    let text = encode(&mut read, &seed.public(), 100, &sign(&seed)).expect("of the right kind");
    (text, seed, ring)
}

/// The same with members that Go's library does not know.
fn with_strangers(text: &str, strangers: &[(usize, Value)], seed: &Seed) -> String {
    let mut tree = Tree::parse(&payload_of(text.as_bytes()).expect("a payload")).expect("JSON");
    for (number, (place, value)) in strangers.iter().enumerate() {
        let at = ["/new", "/nats/new", "/nats/limits/new", "/nats/pub/new"][place % 4];
        tree.set(&format!("{at}{number}"), value.clone());
    }
    tree.sign(Layout::V2, &seed.public(), 100, &sign(seed)).expect("signed")
}

fn stranger() -> impl Strategy<Value = (usize, Value)> {
    let value = prop_oneof![
        Just(json!(null)),
        Just(json!([1.5, {"b": "<é", "a": []}])),
        Just(json!("x")),
        Just(json!({"z": 1, "a": {"q": -0.0}})),
        Just(serde_json::from_str("1.50e3").expect("a number")),
    ];
    (0usize..4, value)
}

fn wish() -> impl Strategy<Value = Wish> {
    let set = |pointer: &str, value: Value| Wish::Set { pointer: pointer.into(), value };
    prop_oneof![
        limit().prop_map(move |n| set("/nats/limits/conn", json!(n))),
        limit().prop_map(move |n| set("/nats/subs", json!(n))),
        limit().prop_map(move |n| set("/nats/limits/payload", json!(n))),
        subjects().prop_map(move |s| set("/nats/pub/allow", json!(s.unwrap_or_default()))),
        subjects().prop_map(move |s| set("/nats/default_permissions/sub/deny", json!(s.unwrap_or_default()))),
        (key(Role::User), 0i64..2_000_000)
            .prop_map(move |(key, at)| set(&format!("/nats/revocations/{key}"), json!(at))),
        any::<bool>().prop_map(move |b| set("/nats/bearer_token", json!(b))),
        any::<bool>().prop_map(move |b| set("/nats/limits/disallow_bearer", json!(b))),
        Just(set("/nats/exports/-", json!({"subject": "a.a", "type": "service"}))),
        Just(Wish::Unset { pointer: "/nats/revocations".into() }),
        Just(Wish::Unset { pointer: "/nats/exports/0".into() }),
        Just(Wish::Unset { pointer: "/nats/pub/deny".into() }),
        Just(Wish::Unset { pointer: "/nats/description".into() }),
        (0i64..3_000_000).prop_map(Wish::Expires),
        (0i64..900_000).prop_map(Wish::NotBefore),
        (0u8..6).prop_map(|byte| Wish::AddKey(PublicKey::new(Role::Account, [byte; 32]))),
        (0u8..6).prop_map(|byte| Wish::RemoveKey(PublicKey::new(Role::Account, [byte; 32]))),
    ]
}

fn payload_value(text: &str) -> Value {
    serde_json::from_slice(&payload_of(text.as_bytes()).expect("a payload")).expect("JSON")
}

/// A limit by what it allows at the most; 0, which means one thing here and another there, by itself.
fn no_more(before: i64, after: i64) -> bool {
    before == after || (after > 0 && (before < 0 || (before > 0 && after <= before)))
}

fn list_no_more(before: &Option<Vec<String>>, after: &Option<Vec<String>>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(before), Some(after)) => after.iter().all(|subject| before.contains(subject)),
        (Some(_), None) => false,
    }
}

fn permissions_no_more(before: &Permissions, after: &Permissions) -> bool {
    let denied = |list: &Permission| list.denied().to_vec();
    [(&before.publish, &after.publish), (&before.subscribe, &after.subscribe)].into_iter().all(
        |(before, after)| {
            list_no_more(&before.allow, &after.allow)
                && denied(before).iter().all(|subject| denied(after).contains(subject))
        },
    )
}

fn revocations_no_fewer(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> bool {
    before.iter().all(|(key, at)| *at <= 0 || after.get(key).is_some_and(|later| later >= at))
}

fn user_no_more(before: &UserPermissionLimits, after: &UserPermissionLimits) -> bool {
    permissions_no_more(&before.permissions, &after.permissions)
        && no_more(before.subs, after.subs)
        && no_more(before.data, after.data)
        && no_more(before.payload, after.payload)
        && (before.bearer_token || !after.bearer_token)
}

/// What the second token grants is a part of what the first one granted; told from the typed claims, member by member.
fn grants_no_more(before: &Claims, after: &Claims) -> bool {
    let end = |claims: &Claims| if claims.data.exp == 0 { i64::MAX } else { claims.data.exp };
    let times = end(after) <= end(before) && after.data.nbf >= before.data.nbf;
    let body = match (&before.body, &after.body) {
        (Body::User(before), Body::User(after)) => user_no_more(&before.permissions, &after.permissions),
        (Body::Account(a), Body::Account(b)) => {
            let keys = b.signing_keys.iter().all(|(key, scope)| match (a.signing_keys.get(key), scope) {
                (Some(Some(before)), Some(after)) => user_no_more(&before.template, &after.template),
                (Some(None), None) => true,
                _ => false,
            });
            let exports = b.exports.iter().flatten().all(|after| {
                a.exports.iter().flatten().any(|before| {
                    before.subject == after.subject
                        && before.kind == after.kind
                        && (after.token_req || !before.token_req)
                        && revocations_no_fewer(&before.revocations, &after.revocations)
                })
            });
            keys && exports
                && no_more(a.limits.conn, b.limits.conn)
                && no_more(a.limits.payload, b.limits.payload)
                && no_more(a.limits.subs, b.limits.subs)
                && no_more(a.limits.leaf, b.limits.leaf)
                && (a.limits.wildcards || !b.limits.wildcards)
                && (b.limits.disallow_bearer || !a.limits.disallow_bearer)
                && revocations_no_fewer(&a.revocations, &b.revocations)
                && permissions_no_more(&a.default_permissions, &b.default_permissions)
        }
        _ => false,
    };
    times && body
}

proptest! {
    /// Signed again as it is, a token is to the byte what Go's library makes of it.
    #[test]
    fn prop_nothing_asked_is_what_go_writes(claims in claims()) {
        let (text, seed, ring) = written(&claims);
        let renewed = Draft::new(&Token::read(text.as_bytes()), &[], NOW).expect("editable").sign(&seed.public(), NOW, Some(&ring)).expect("renewed");
        let mut again = decode(text.as_bytes()).expect("it decodes");
        let go = encode(&mut again, &seed.public(), NOW, &sign(&seed)).expect("of the right kind");
        prop_assert_eq!(renewed.text, go);
        prop_assert!(renewed.widened.is_empty());
    }

    /// What was asked is there, as Go would have written it; what nobody named is the same bytes.
    #[test]
    fn prop_what_was_asked_and_nothing_else(claims in claims(), strangers in prop::collection::vec(stranger(), 0..4), wishes in prop::collection::vec(wish(), 0..4)) {
        let (text, seed, ring) = written(&claims);
        let text = with_strangers(&text, &strangers, &seed);
        let token = Token::read(text.as_bytes());
        let Ok(draft) = Draft::new(&token, &wishes, NOW) else { return Ok(()) };
        let Ok(renewed) = draft.sign(&seed.public(), NOW, Some(&ring)) else { return Ok(()) };
        let after = decode(renewed.text.as_bytes());
        prop_assert_eq!(after.as_ref(), Ok(&renewed.claims));
        let (old, new) = (payload_value(&text), payload_value(&renewed.text));
        let named: Vec<String> = wishes.iter().flat_map(|wish| match wish {
            Wish::Set { pointer, .. } | Wish::Unset { pointer } => vec![pointer.clone()],
            Wish::Expires(_) => vec!["/exp".into()],
            Wish::NotBefore(_) => vec!["/nbf".into()],
            _ => vec!["/nats/signing_keys".into()],
        }).chain(["/iss", "/iat", "/jti"].map(String::from)).collect();
        // Every member of the first three levels that no wish names or goes through.
        let mut level = vec![String::new()];
        for _ in 0..3 {
            let mut below = Vec::new();
            for at in &level {
                let names = |side: &Value| side.pointer(at).and_then(Value::as_object).map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
                for name in names(&old).into_iter().chain(names(&new)) {
                    below.push(format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")));
                }
            }
            for at in &below {
                let through = named.iter().any(|name| name == at || name.starts_with(&format!("{at}/")) || at.starts_with(&format!("{name}/")));
                if !through {
                    let text = |side: &Value| side.pointer(at).map(Value::to_string);
                    prop_assert_eq!(text(&old), text(&new), "{}", at);
                }
            }
            level = below.into_iter().filter(|at| !named.contains(at)).collect();
        }
        let known = |token: Token| !token.deviations.iter().any(|deviation| matches!(deviation, Deviation::UnknownMember(_)));
        if known(Token::read(renewed.text.as_bytes())) {
            // Go's reading of it, written by Go's rules, is the same payload: members in their places, lists sorted.
            let mut go = renewed.claims.clone();
            let text = encode(&mut go, &seed.public(), NOW, &sign(&seed)).expect("of the right kind");
            prop_assert_eq!(renewed.text, text);
        }
    }

    /// What passes for giving no more gives no more.
    #[test]
    fn prop_no_more_is_no_more(claims in claims(), wishes in prop::collection::vec(wish(), 1..4)) {
        let (text, seed, ring) = written(&claims);
        let Ok(draft) = Draft::new(&Token::read(text.as_bytes()), &wishes, NOW) else { return Ok(()) };
        let Ok(renewed) = draft.sign(&seed.public(), NOW, Some(&ring)) else { return Ok(()) };
        let before = decode(text.as_bytes()).expect("it decodes");
        if widened(&payload_value(&text), &payload_value(&renewed.text)).is_empty() {
            prop_assert!(grants_no_more(&before, &renewed.claims), "{:?}\n{:?}", before, renewed.claims);
        }
    }

    /// Two arbitrary tokens: whatever differs is weighed, and what is weighed as no more is none.
    #[test]
    fn prop_no_more_between_any_two(a in account(), b in account()) {
        let of = |account: &Account| {
            let data = ClaimsData { sub: PublicKey::new(Role::Account, [9; 32]).to_string(), ..ClaimsData::default() };
            Claims { data, claim_type: "account".into(), tags: Vec::new(), version: 2, body: Body::Account(Box::new(account.clone())) }
        };
        let (a, b) = (of(&a), of(&b));
        let value = |claims: &Claims| serde_json::from_slice(&payload(claims).expect("it has JSON")).expect("JSON");
        if widened(&value(&a), &value(&b)).is_empty() {
            prop_assert!(grants_no_more(&a, &b), "{:?}\n{:?}", a, b);
        }
    }

    /// Of v1 comes the v2 token that says the same to Go.
    #[test]
    fn prop_v1_becomes_v2(claims in claims(), stranger in stranger()) {
        let (seed, ring) = signer(if matches!(claims.body, Body::User(_)) { Role::Account } else { Role::Operator });
        let mut tree = Tree::parse(&payload(&claims).expect("it has JSON")).expect("JSON");
        // v1 has the type and the tags at the top, signing keys without scopes, and no description.
        tree.remove("/nats/version");
        tree.remove("/nats/type");
        tree.remove("/nats/signing_keys");
        let word = claims.kind().word();
        tree.set("/type", json!(word));
        tree.set("/new", stranger.1.clone());
        let text = tree.sign(Layout::V1, &seed.public(), 100, &sign(&seed)).expect("signed");
        let before = decode(text.as_bytes()).expect("it decodes");
        let draft = Draft::new(&Token::read(text.as_bytes()), &[], NOW).expect("editable");
        let Ok(renewed) = draft.sign(&seed.public(), NOW, Some(&ring)) else { return Ok(()) };
        prop_assert_eq!(renewed.claims.version, 2);
        prop_assert_eq!(&renewed.claims.body, &before.body);
        prop_assert_eq!(&renewed.claims.data.name, &before.data.name);
        prop_assert_eq!(payload_value(&renewed.text).get("new").map(Value::to_string), Some(stranger.1.to_string()));
        // A draft of May 2020 says the same, and only its signature was made another way.
        let mut draft = Tree::parse(&payload_of(renewed.text.as_bytes()).expect("a payload")).expect("JSON");
        let draft = draft.sign(Layout::DraftV2, &seed.public(), 100, &sign(&seed)).expect("signed");
        let again = Draft::new(&Token::read(draft.as_bytes()), &[], NOW).expect("editable").sign(&seed.public(), NOW, Some(&ring)).expect("renewed");
        prop_assert_eq!(again.text, renewed.text);
    }

    /// A payload with members twice, in another case, or broken altogether comes out as what Go reads, or not at all.
    #[test]
    fn prop_odd_payloads_come_out_as_go_reads_them(members in prop::collection::vec(("(conn|Conn|leaf|LEAF|new)", -1i64..9), 0..6)) {
        let (seed, ring) = signer(Role::Operator);
        let limits: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let payload = format!(
            r#"{{"iss":"{}","iat":1,"sub":"{}","nats":{{"limits":{{{}}},"type":"account","version":2}}}}"#,
            seed.public(), PublicKey::new(Role::Account, [9; 32]), limits.join(",")
        );
        let text = assemble(HEADER, payload.as_bytes(), Signed::HeaderAndPayload, &seed.public(), &sign(&seed)).expect("signed");
        let before = decode(text.as_bytes()).expect("it decodes");
        let renewed = Draft::new(&Token::read(text.as_bytes()), &[], NOW).expect("editable").sign(&seed.public(), NOW, Some(&ring)).expect("renewed");
        prop_assert_eq!(&renewed.claims.body, &before.body);
    }
}
