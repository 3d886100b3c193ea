//! In what form is a token edited? As the tree of its payload, so that members of newer servers survive; only what has no
//! tree with the same meaning - a v1 payload, members that come twice or in another case - is first written as Go would.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::token::{Claims, Deviation, Kind, Layout, Oddity, Token, Tree, load, payload};

/// A token ready to be edited.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The payload as layout v2 has it; `iss`, `iat` and `jti` still of the old signature.
    pub(crate) tree: Tree,
    /// What Go reads in it.
    pub(crate) claims: Arc<Claims>,
    /// Why it is no longer the tree that stood in the token.
    pub(crate) rewritten: Option<&'static str>,
}

/// Why a token cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Go cannot read its claims.
    #[error("its claims cannot be read: {0}")]
    Unreadable(String),
    /// A kind that nobody signs again.
    #[error("it is {0}: only operators, accounts, users and activations are signed again")]
    Kind(String),
}

/// The form of a token that has been read.
pub(crate) fn form(token: &Token) -> Result<Form, FormError> {
    let (Some(claims), Some(value)) = (&token.decoded, &token.claims) else {
        let why = token.refused.as_ref().map(ToString::to_string).or_else(|| token.damage.first().cloned());
        return Err(FormError::Unreadable(why.unwrap_or_else(|| "it is no token".into())));
    };
    if !matches!(claims.kind(), Kind::Operator | Kind::Account | Kind::User | Kind::Activation) {
        let word = if token.kind.is_empty() { "a token without a kind" } else { token.kind.as_str() };
        return Err(FormError::Kind(word.replace('_', " ")));
    }
    let twice = |deviation: &Deviation| {
        matches!(deviation, Deviation::DuplicateMember(_) | Deviation::FoldedMember(_))
    };
    let rewritten = if claims.version != 2 || token.layout == Some(Layout::V1) {
        Some("layout v1 becomes v2")
    } else if token.deviations.iter().any(twice) {
        Some("members that come twice or in another case become what Go reads in them")
    } else {
        None
    };
    if rewritten.is_none() {
        let tree = Tree::of(value.clone()).ok_or_else(|| FormError::Unreadable("it is no object".into()))?;
        return Ok(Form { tree, claims: Arc::clone(claims), rewritten });
    }
    let mut claims = Claims::clone(claims);
    claims.version = 2;
    claims.claim_type = claims.kind().word().to_owned();
    let written = payload(&claims).map_err(|error| FormError::Unreadable(error.to_string()))?;
    let mut tree = Tree::parse(&written).map_err(|error| FormError::Unreadable(error.to_string()))?;
    for deviation in &token.deviations {
        let Deviation::UnknownMember(pointer) = deviation else { continue };
        let Some(unknown) = value.pointer(pointer) else { continue };
        let mut with = tree.clone();
        // Where the way to it is gone there is nothing that it could belong to; and what v1 did not know and v2 knows must
        // not come to mean something.
        if tree.get(pointer).is_none()
            && with.set(pointer, unknown.clone())
            && load(&with.payload()).is_ok_and(|loaded| loaded.claims == claims)
        {
            tree = with;
        }
    }
    Ok(Form { tree, claims: Arc::new(claims), rewritten })
}

/// Puts what edits made new where Go's library writes it, leaves out what Go leaves out, and sorts the lists that Go
/// sorts: the result of an edit is, to the byte, what Go would have written. What no edit made stands where it stood.
pub(crate) fn arrange(tree: &mut Tree, before: &Tree) {
    let written = tree.payload();
    let Ok(loaded) = load(&written) else { return };
    let Ok(template) = payload(&loaded.claims) else { return };
    let unknown: HashSet<String> = unknown_members(&written, &loaded.odd);
    let (Value::Object(mut members), Value::Object(old)) = (tree.value(), before.value()) else { return };
    let Ok(Value::Object(template)) = serde_json::from_slice(&template) else { return };
    sort_lists(&mut members, &old);
    object(&mut members, Some(&old), &template, &unknown, "");
    if let Some(arranged) = Tree::of(Value::Object(members)) {
        *tree = arranged;
    }
}

fn unknown_members(payload: &[u8], odd: &[(Oddity, usize)]) -> HashSet<String> {
    odd.iter()
        .filter(|(oddity, _)| *oddity == Oddity::Unknown)
        .map(|(_, offset)| crate::token::pointer_of_member(payload, *offset))
        .collect()
}

/// Exports and imports by subject, signing keys by key: `encode` in Go's `account_claims.go` and `signingkeys.go`.
fn sort_lists(members: &mut Map<String, Value>, old: &Map<String, Value>) {
    let account =
        members.get("nats").and_then(|nats| nats.get("type")).and_then(Value::as_str) == Some("account");
    let Some(Value::Object(nats)) = members.get_mut("nats") else { return };
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for list in ["exports", "imports", "signing_keys"] {
        let before = old.get("nats").and_then(|nats| nats.get(list));
        let Some(now @ Value::Array(_)) = nats.get_mut(list) else { continue };
        // An operator's signing keys stand in the order in which they came.
        if !account || before == Some(&*now) {
            continue;
        }
        let Value::Array(elements) = now else { continue };
        match list {
            "signing_keys" => {
                elements.sort_by_key(|key| key.as_str().map_or_else(|| text(key, "key"), str::to_owned))
            }
            _ => elements.sort_by_key(|element| text(element, "subject")),
        }
    }
}

fn object(
    members: &mut Map<String, Value>,
    old: Option<&Map<String, Value>>,
    template: &Map<String, Value>,
    unknown: &HashSet<String>,
    at: &str,
) {
    // What was taken away and set again stands where it stood.
    let mut rest = std::mem::take(members);
    for name in old.into_iter().flat_map(Map::keys) {
        if let Some(value) = rest.shift_remove(name) {
            members.insert(name.clone(), value);
        }
    }
    members.extend(rest);
    let known: Vec<&String> = template.keys().collect();
    let names: Vec<String> = members.keys().cloned().collect();
    let mut made = Vec::new();
    for name in names {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        let before = old.and_then(|old| old.get(&name));
        if before.is_some() && before == members.get(&name) {
            continue;
        }
        let Some(rank) = known.iter().position(|known| **known == name) else {
            if !unknown.contains(&pointer) {
                members.shift_remove(&name);
            }
            continue;
        };
        if let (Some(now), Some(written)) = (members.get_mut(&name), template.get(&name)) {
            value(now, before, written, unknown, &pointer);
        }
        if before.is_none() {
            made.extend(members.shift_remove(&name).map(|value| (rank, name, value)));
        }
    }
    // One after the other in Go's order: each finds the one in front of it in its place.
    made.sort_by_key(|(rank, ..)| *rank);
    for (rank, name, value) in made {
        let place =
            |of: &[&String]| of.iter().find_map(|known| members.keys().position(|name| name == *known));
        let front: Vec<&String> = known[..rank].iter().rev().copied().collect();
        let index = place(&front).map(|before| before + 1).or_else(|| place(&known[rank + 1..]));
        members.shift_insert(index.unwrap_or(members.len()), name, value);
    }
}

fn value(now: &mut Value, old: Option<&Value>, template: &Value, unknown: &HashSet<String>, at: &str) {
    match (now, template) {
        (Value::Object(now), Value::Object(template)) => {
            object(now, old.and_then(Value::as_object), template, unknown, at);
        }
        (Value::Array(now), Value::Array(template)) if now.len() == template.len() => {
            let old = old.and_then(Value::as_array);
            for (index, (now, template)) in now.iter_mut().zip(template).enumerate() {
                // An element that stood in the list before, at whatever place, is not touched.
                if old.is_some_and(|old| old.contains(now)) {
                    continue;
                }
                let same = old.and_then(|old| old.get(index));
                value(now, same, template, unknown, &format!("{at}/{index}"));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nkey::{PublicKey, Role, Seed};
    use crate::token::{Body, decode};
    use serde_json::json;

    fn signed(layout: Layout, payload: &Value, seed: &Seed) -> String {
        let sign = |_: &PublicKey, message: &[u8]| Ok(seed.sign(message).expect("signs").to_vec());
        let mut tree = Tree::of(payload.clone()).expect("an object");
        tree.sign(layout, &seed.public(), 100, &sign).expect("signed")
    }

    fn account(nats: Value) -> Value {
        let sub = PublicKey::new(Role::Account, [1; 32]).to_string();
        json!({"name": "A", "sub": sub, "nats": nats})
    }

    #[test]
    fn v1_becomes_what_go_makes_of_it() {
        let seed = Seed::generate(Role::Operator);
        let payload = json!({
            "name": "A", "sub": PublicKey::new(Role::Account, [1; 32]).to_string(), "type": "account",
            "tags": ["x"], "new": {"a": [serde_json::from_str::<Value>("1.50").expect("a number")]},
            "nats": {"limits": {"subs": -1, "conn": 3, "odd": 1}, "signing_keys": [PublicKey::new(Role::Account, [2; 32]).to_string()]}
        });
        let text = signed(Layout::V1, &payload, &seed);
        let before = decode(text.as_bytes()).expect("a v1 token");
        let form = form(&Token::read(text.as_bytes())).expect("editable");
        assert_eq!(form.rewritten, Some("layout v1 becomes v2"));
        assert_eq!(form.tree.get("/new/a/0").map(Value::to_string).as_deref(), Some("1.50"));
        assert_eq!(form.tree.get("/nats/limits/odd"), Some(&json!(1)));
        assert_eq!(form.tree.get("/nats/tags"), Some(&json!(["x"])));
        assert_eq!(form.tree.get("/type"), None);
        let mut tree = form.tree;
        let sign = |_: &PublicKey, message: &[u8]| Ok(seed.sign(message).expect("signs").to_vec());
        let text = tree.sign(Layout::V2, &seed.public(), 100, &sign).expect("signed");
        let after = decode(text.as_bytes()).expect("a v2 token");
        assert_eq!((after.version, after.kind()), (2, Kind::Account));
        assert_eq!((after.body, after.tags, after.data.name), (before.body, before.tags, before.data.name));
    }

    #[test]
    fn what_v1_did_not_know_does_not_come_to_mean_something() {
        let seed = Seed::generate(Role::Operator);
        let payload = json!({
            "sub": PublicKey::new(Role::Account, [1; 32]).to_string(), "type": "account",
            "nats": {"limits": {"conn": 3}, "default_permissions": {"pub": {"deny": [">"]}}, "newer": 1}
        });
        let form = form(&Token::read(signed(Layout::V1, &payload, &seed).as_bytes())).expect("editable");
        assert_eq!(form.tree.get("/nats/default_permissions/pub"), Some(&json!({})));
        assert_eq!(form.tree.get("/nats/newer"), Some(&json!(1)));
    }

    #[test]
    fn a_member_that_comes_twice_becomes_what_go_reads() {
        let seed = Seed::generate(Role::Operator);
        let sub = PublicKey::new(Role::Account, [1; 32]).to_string();
        let payload = format!(
            r#"{{"iat":1,"iss":"{}","sub":"{sub}","nats":{{"Limits":{{"conn":1}},"limits":{{"conn":7,"leaf":2}},"limits":{{"leaf":3}},"type":"account","version":2}}}}"#,
            seed.public()
        );
        let sign = |_: &PublicKey, message: &[u8]| Ok(seed.sign(message).expect("signs").to_vec());
        let signer = seed.public();
        let text = crate::token::assemble(
            crate::token::HEADER,
            payload.as_bytes(),
            crate::token::Signed::HeaderAndPayload,
            &signer,
            &sign,
        )
        .expect("signed");
        let form = form(&Token::read(text.as_bytes())).expect("editable");
        assert!(form.rewritten.is_some());
        // Go decodes the later object over the former.
        assert_eq!(form.tree.get("/nats/limits"), Some(&json!({"conn": 7, "leaf": 3})));
        let Body::Account(body) = &form.claims.body else { panic!("an account") };
        assert_eq!((body.limits.conn, body.limits.leaf), (7, 3));
    }

    #[test]
    fn edits_come_out_as_go_writes_them() {
        let before = Tree::of(account(json!({
            "zzz": 1, "limits": {"subs": 1, "future": 2, "leaf": 3},
            "revocations": {"UC": 3}, "type": "account", "version": 2
        })))
        .expect("an object");
        let mut tree = before.clone();
        for (pointer, value) in [
            ("/exp", json!(9)),
            ("/nats/limits/payload", json!(5)),
            ("/nats/limits/conn", json!(0)),
            ("/nats/revocations/UA", json!(1)),
            ("/nats/description", json!("d")),
            (
                "/nats/exports",
                json!([{"type": "stream", "subject": "b"}, {"subject": "a", "type": "service", "token_req": false}]),
            ),
            ("/nats/newer", json!({"b": 1, "a": 2})),
        ] {
            assert!(tree.set(pointer, value), "{pointer}");
        }
        arrange(&mut tree, &before);
        let sub = before.get("/sub").and_then(Value::as_str).expect("set");
        assert_eq!(
            String::from_utf8_lossy(&tree.payload()),
            format!(
                r#"{{"exp":9,"name":"A","sub":"{sub}","nats":{{"zzz":1,"exports":[{{"subject":"a","type":"service"}},{{"subject":"b","type":"stream"}}],"limits":{{"subs":1,"payload":5,"future":2,"leaf":3}},"revocations":{{"UA":1,"UC":3}},"description":"d","type":"account","version":2,"newer":{{"b":1,"a":2}}}}}}"#
            )
        );
    }

    #[test]
    fn what_is_new_stands_in_its_place_whatever_came_first() {
        let key = PublicKey::new(Role::Account, [2; 32]).to_string();
        let before = Tree::of(account(json!({"limits": {"subs": 1}, "type": "account", "version": 2})))
            .expect("an object");
        let mut new = [("/nats/revocations/UA", json!(1)), ("/nats/signing_keys", json!([key]))];
        for _ in 0..2 {
            new.reverse();
            let mut tree = before.clone();
            new.iter().for_each(|(pointer, value)| assert!(tree.set(pointer, value.clone())));
            arrange(&mut tree, &before);
            let nats = tree.get("/nats").and_then(Value::as_object).expect("an object");
            let names: Vec<&str> = nats.keys().map(String::as_str).collect();
            assert_eq!(names, ["limits", "signing_keys", "revocations", "type", "version"]);
        }
    }

    #[test]
    fn what_nobody_signs_again_is_refused() {
        assert!(matches!(form(&Token::read(b"no token")), Err(FormError::Unreadable(_))));
        let seed = Seed::generate(Role::Account);
        let text = signed(Layout::V2, &json!({"sub": "x", "nats": {"type": "strange"}}), &seed);
        assert!(matches!(form(&Token::read(text.as_bytes())), Err(FormError::Kind(_))));
    }
}
