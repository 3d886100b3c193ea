//! What did somebody ask to be changed in a token, and where in it does that end up?

use serde_json::{Map, Value};

use crate::nkey::{PublicKey, Role};
use crate::token::{Kind, Tree};

/// A change that somebody asked for. Pointers are JSON pointers into a payload of layout v2.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// This value at this place.
    Set {
        /// Where.
        pointer: String,
        /// What.
        value: Value,
    },
    /// Nothing at this place.
    Unset {
        /// Where.
        pointer: String,
    },
    /// A JSON merge patch (RFC 7386) on the payload.
    Merge(Value),
    /// It ends then, Unix seconds; 0: never.
    Expires(i64),
    /// It begins then, Unix seconds; 0: at once.
    NotBefore(i64),
    /// It ends as long after its new signature as it ended after the old one.
    Renew,
    /// This key may sign too, without a scope.
    AddKey(PublicKey),
    /// This key may no longer sign.
    RemoveKey(PublicKey),
    /// The second key takes the place of the first, with its scope.
    ReplaceKey(PublicKey, PublicKey),
    /// The exporter signs the activation token of this import.
    Activate(usize),
    /// Another identity: the subject itself. For an operator that moves.
    Become(PublicKey),
}

/// Why a wish cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishError {
    /// The signature sets it.
    #[error("{0} is set by signing, not by hand")]
    SetBySigning(String),
    /// It says whose token it is, or how it is read.
    #[error("{0} says what the token is: that is not changed by hand")]
    Identity(String),
    /// The way leads through something that has no members, or past the end of a list.
    #[error("there is no place {0} in this token")]
    NoPlace(String),
    /// A patch that is no object.
    #[error("a merge patch is a JSON object")]
    Patch,
    /// Operators list operator keys, accounts list account keys, others none.
    #[error("{key} cannot be a signing key of this {kind}")]
    NotItsKey {
        /// The key.
        key: PublicKey,
        /// The token's kind.
        kind: &'static str,
    },
    /// The key to be replaced is not listed.
    #[error("{0} is not among its signing keys")]
    NotListed(PublicKey),
    /// It ends, and nobody knows how long after its signature.
    #[error("it has no lifetime to renew: it does not say when it was signed, or was over by then")]
    NoLifetime,
}

/// What signing sets.
const SIGNED: [&str; 3] = ["iss", "iat", "jti"];
/// What says whose token it is and how it is read.
const IDENTITY: [&str; 4] = ["/sub", "/nats/type", "/nats/version", "/type"];

impl Wish {
    /// Changes the payload of a token of this kind that is signed at `now`. Returns the pointers of what it named; none
    /// where there was nothing to change.
    pub(crate) fn apply(&self, tree: &mut Tree, kind: Kind, now: i64) -> Result<Vec<String>, WishError> {
        match self {
            Wish::Set { pointer, value } => {
                permitted(pointer)?;
                set(tree, pointer, value.clone())
            }
            Wish::Unset { pointer } => {
                permitted(pointer)?;
                Ok(tree.remove(pointer).map(|_| pointer.clone()).into_iter().collect())
            }
            Wish::Merge(patch) => {
                let Value::Object(patch) = patch else { return Err(WishError::Patch) };
                let mut touched = Vec::new();
                merge(tree, "", patch, &mut touched)?;
                Ok(touched)
            }
            Wish::Expires(at) => Ok(second(tree, "/exp", *at)),
            Wish::NotBefore(at) => Ok(second(tree, "/nbf", *at)),
            Wish::Renew => {
                let number = |pointer: &str| tree.get(pointer).and_then(Value::as_i64).unwrap_or_default();
                let (exp, iat) = (number("/exp"), number("/iat"));
                // What never ends needs no renewal.
                if exp <= 0 {
                    return Ok(Vec::new());
                }
                if iat <= 0 || exp <= iat {
                    return Err(WishError::NoLifetime);
                }
                Ok(second(tree, "/exp", now.saturating_add(exp.saturating_sub(iat))))
            }
            Wish::AddKey(key) => {
                let mut keys = listed(tree, kind, key)?;
                if keys.iter().any(|listed| names(listed, key)) {
                    return Ok(Vec::new());
                }
                keys.push(Value::String(key.to_string()));
                set(tree, KEYS, Value::Array(keys))
            }
            Wish::RemoveKey(key) => {
                let mut keys = listed(tree, kind, key)?;
                let before = keys.len();
                keys.retain(|listed| !names(listed, key));
                match keys.len() {
                    after if after == before => Ok(Vec::new()),
                    0 => Ok(tree.remove(KEYS).map(|_| KEYS.to_owned()).into_iter().collect()),
                    _ => set(tree, KEYS, Value::Array(keys)),
                }
            }
            Wish::ReplaceKey(old, new) => {
                let mut keys = listed(tree, kind, new)?;
                if keys.iter().any(|listed| names(listed, new))
                    && !keys.iter().any(|listed| names(listed, old))
                {
                    return Ok(Vec::new());
                }
                keys.retain(|listed| !names(listed, new));
                let place =
                    keys.iter_mut().find(|listed| names(listed, old)).ok_or(WishError::NotListed(*old))?;
                match place {
                    Value::Object(scope) => _ = scope.insert("key".into(), new.to_string().into()),
                    place => *place = new.to_string().into(),
                }
                set(tree, KEYS, Value::Array(keys))
            }
            // Who signs is for the planner to say.
            Wish::Activate(_) => Ok(Vec::new()),
            Wish::Become(key) => set(tree, "/sub", key.to_string().into()),
        }
    }
}

const KEYS: &str = "/nats/signing_keys";

fn permitted(pointer: &str) -> Result<(), WishError> {
    let first = pointer.strip_prefix('/').ok_or_else(|| WishError::NoPlace(pointer.into()))?;
    if SIGNED.contains(&first) {
        return Err(WishError::SetBySigning(pointer.into()));
    }
    if IDENTITY.contains(&pointer) || pointer == "/nats" {
        return Err(WishError::Identity(pointer.into()));
    }
    Ok(())
}

fn set(tree: &mut Tree, pointer: &str, value: Value) -> Result<Vec<String>, WishError> {
    if tree.get(pointer) == Some(&value) {
        return Ok(Vec::new());
    }
    if !tree.set(pointer, value) {
        return Err(WishError::NoPlace(pointer.into()));
    }
    Ok(vec![pointer.to_owned()])
}

/// A time, left out where it is 0, as Go leaves it out.
fn second(tree: &mut Tree, pointer: &str, at: i64) -> Vec<String> {
    let before = tree.get(pointer).and_then(Value::as_i64).unwrap_or_default();
    if before == at && (at != 0 || tree.get(pointer).is_none()) {
        return Vec::new();
    }
    match at {
        0 => _ = tree.remove(pointer),
        at => _ = tree.set(pointer, at.into()),
    }
    vec![pointer.to_owned()]
}

fn merge(
    tree: &mut Tree,
    at: &str,
    patch: &Map<String, Value>,
    touched: &mut Vec<String>,
) -> Result<(), WishError> {
    for (name, value) in patch {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(members) => {
                if !matches!(tree.get(&pointer), Some(Value::Object(_))) {
                    // What was there and is no object gives way to one, as the RFC has it.
                    permitted(&pointer)?;
                    touched.extend(set(tree, &pointer, Value::Object(Map::new()))?);
                }
                merge(tree, &pointer, members, touched)?;
            }
            Value::Null => {
                permitted(&pointer)?;
                touched.extend(tree.remove(&pointer).map(|_| pointer));
            }
            value => {
                permitted(&pointer)?;
                touched.extend(set(tree, &pointer, value.clone())?);
            }
        }
    }
    Ok(())
}

/// The list of signing keys, of a kind that can have this one in it.
fn listed(tree: &Tree, kind: Kind, key: &PublicKey) -> Result<Vec<Value>, WishError> {
    let fits = match kind {
        Kind::Operator => key.role() == Role::Operator,
        Kind::Account => key.role() == Role::Account,
        _ => false,
    };
    if !fits || tree.get("/sub").and_then(Value::as_str) == Some(&key.to_string()) {
        return Err(WishError::NotItsKey { key: *key, kind: kind.word() });
    }
    Ok(tree.get(KEYS).and_then(Value::as_array).cloned().unwrap_or_default())
}

/// Whether an entry of the list, plain or with a scope, is this key's.
fn names(listed: &Value, key: &PublicKey) -> bool {
    let text = listed.as_str().or_else(|| listed.get("key")?.as_str());
    text.is_some_and(|text| text == key.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tree(payload: Value) -> Tree {
        Tree::parse(payload.to_string().as_bytes()).expect("an object")
    }

    fn key(role: Role, byte: u8) -> PublicKey {
        PublicKey::new(role, [byte; 32])
    }

    fn applied(wish: &Wish, payload: Value) -> (Vec<String>, Value) {
        let mut tree = tree(payload);
        let touched = wish.apply(&mut tree, Kind::Account, 1_000).expect("it can be met");
        (touched, tree.value())
    }

    #[test]
    fn a_wish_says_what_it_touched() {
        let set = Wish::Set { pointer: "/nats/limits/conn".into(), value: json!(5) };
        assert_eq!(
            applied(&set, json!({"nats": {"limits": {"conn": 1, "x": 2}}})),
            (vec!["/nats/limits/conn".into()], json!({"nats": {"limits": {"conn": 5, "x": 2}}}))
        );
        assert_eq!(applied(&set, json!({"nats": {"limits": {"conn": 5}}})).0, Vec::<String>::new());
        let unset = Wish::Unset { pointer: "/nats/limits".into() };
        assert_eq!(
            applied(&unset, json!({"nats": {"limits": {}}})),
            (vec!["/nats/limits".into()], json!({"nats": {}}))
        );
        assert_eq!(applied(&unset, json!({"nats": {}})).0, Vec::<String>::new());
        let patch =
            Wish::Merge(json!({"name": "B", "nats": {"limits": {"conn": null, "subs": 7}, "new": {"a": 1}}}));
        assert_eq!(
            applied(&patch, json!({"name": "A", "nats": {"limits": {"conn": 5, "data": 1}}})),
            (
                ["/name", "/nats/limits/conn", "/nats/limits/subs", "/nats/new", "/nats/new/a"]
                    .map(String::from)
                    .into(),
                json!({"name": "B", "nats": {"limits": {"data": 1, "subs": 7}, "new": {"a": 1}}})
            )
        );
    }

    #[test]
    fn times_come_and_go() {
        assert_eq!(applied(&Wish::Expires(50), json!({})), (vec!["/exp".into()], json!({"exp": 50})));
        assert_eq!(applied(&Wish::Expires(0), json!({"exp": 50})), (vec!["/exp".into()], json!({})));
        assert_eq!(applied(&Wish::NotBefore(0), json!({})).0, Vec::<String>::new());
        assert_eq!(
            applied(&Wish::Renew, json!({"exp": 150, "iat": 100})).1,
            json!({"exp": 1050, "iat": 100})
        );
        assert!(applied(&Wish::Renew, json!({"iat": 5})).0.is_empty());
        for odd in [json!({"exp": 150}), json!({"exp": 5, "iat": 9})] {
            let refused = Wish::Renew.apply(&mut tree(odd), Kind::User, 1_000);
            assert_eq!(refused, Err(WishError::NoLifetime));
        }
    }

    #[test]
    fn signing_keys_come_go_and_keep_their_scope() {
        let (a, b) = (key(Role::Account, 1), key(Role::Account, 2));
        let scope = |key: &PublicKey| json!({"kind": "user_scope", "key": key.to_string(), "role": "r"});
        let with = |keys: Value| json!({"nats": {"signing_keys": keys}});
        assert_eq!(applied(&Wish::AddKey(a), json!({"nats": {}})).1, with(json!([a.to_string()])));
        assert!(applied(&Wish::AddKey(a), with(json!([scope(&a)]))).0.is_empty());
        assert_eq!(
            applied(&Wish::RemoveKey(a), with(json!([scope(&a), b.to_string()]))).1,
            with(json!([b.to_string()]))
        );
        assert_eq!(applied(&Wish::RemoveKey(a), with(json!([scope(&a)]))).1, json!({"nats": {}}));
        assert!(applied(&Wish::RemoveKey(a), json!({"nats": {}})).0.is_empty());
        assert_eq!(applied(&Wish::ReplaceKey(a, b), with(json!([scope(&a)]))).1, with(json!([scope(&b)])));
        // A second time there is nothing to do.
        assert!(applied(&Wish::ReplaceKey(a, b), with(json!([scope(&b)]))).0.is_empty());
        let refused =
            |wish: Wish, kind| wish.apply(&mut tree(json!({"sub": a.to_string(), "nats": {}})), kind, 0);
        assert!(matches!(refused(Wish::AddKey(a), Kind::Account), Err(WishError::NotItsKey { .. })));
        assert!(matches!(refused(Wish::AddKey(b), Kind::User), Err(WishError::NotItsKey { .. })));
        assert!(matches!(
            refused(Wish::AddKey(key(Role::Operator, 1)), Kind::Account),
            Err(WishError::NotItsKey { .. })
        ));
        assert_eq!(
            refused(Wish::ReplaceKey(key(Role::Account, 3), b), Kind::Account),
            Err(WishError::NotListed(key(Role::Account, 3)))
        );
    }

    #[test]
    fn what_signing_sets_is_not_set_by_hand() {
        let mut payload = tree(json!({"iat": 1, "name": "x", "nats": {"type": "user"}}));
        for pointer in ["/iat", "/iss", "/jti", "/sub", "/nats/type", "/nats/version", "/nats", "iat", ""] {
            for wish in [
                Wish::Set { pointer: pointer.into(), value: json!(1) },
                Wish::Unset { pointer: pointer.into() },
            ] {
                assert!(wish.apply(&mut payload, Kind::User, 0).is_err(), "{wish:?}");
            }
        }
        for patch in [
            json!({"iat": 5}),
            json!({"nats": null}),
            json!({"nats": 5}),
            json!({"iss": {"a": 1}}),
            json!([]),
        ] {
            assert!(Wish::Merge(patch.clone()).apply(&mut payload, Kind::User, 0).is_err(), "{patch}");
        }
        let through = Wish::Set { pointer: "/name/first".into(), value: json!(1) };
        assert_eq!(through.apply(&mut payload, Kind::User, 0), Err(WishError::NoPlace("/name/first".into())));
        assert_eq!(payload.value(), json!({"iat": 1, "name": "x", "nats": {"type": "user"}}));
    }
}
