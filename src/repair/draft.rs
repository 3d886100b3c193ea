//! How does a token become a new one, and what proves that it became nothing else?
//!
//! A new token is believed as little as anybody's: it is read again with the library's own reader, has to decode, to
//! verify under the key that signed it, to have no fault that the old one had not, and to say the same as the old one,
//! byte for byte, wherever no edit named a claim. Else it does not leave this module.

use serde_json::Value;

use super::claim_diff::{self, Change};
use super::form::{Form, FormError, arrange, form};
use super::keys::{Ring, SignError};
use super::widen::widening;
use super::wish::{Wish, WishError};
use crate::nkey::PublicKey;
use crate::token::json::write_value;
use crate::token::{
    Claims, EncodeError, Issue, Kind, Layout, Token, Tree, decode, load, parse, payload_of, validate,
};

/// Why there is no new token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The old one cannot be edited.
    #[error(transparent)]
    Form(#[from] FormError),
    /// What was asked for cannot be done to it.
    #[error(transparent)]
    Wish(#[from] WishError),
    /// Nobody signed it.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It would not decode or not verify: in Go's words.
    #[error("the new token would be refused: {0}")]
    Decode(String),
    /// It would have faults that the old one has not, in the words of Go's `Validate`.
    #[error("the new token would have a fault that the old one has not: {}", .0.join("; "))]
    Faults(Vec<String>),
    /// It would say something that nobody asked for.
    #[error("the new token would differ at {0}, which nobody asked to change")]
    Differs(String),
}

/// A token that is being changed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    before: Form,
    after: Tree,
    /// Pointers of what somebody named.
    touched: Vec<String>,
}

/// A new token, proven.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// Its text. Without a signature where nobody was asked to sign.
    pub text: String,
    /// What it claims.
    pub claims: Claims,
    /// What changed, signature and all.
    pub changes: Vec<Change>,
    /// Of these what gives more than before and what nobody named.
    pub widened: Vec<Change>,
    /// Why it is no longer written as it was.
    pub rewritten: Option<&'static str>,
    /// Faults of the old token that the new one has not.
    pub healed: Vec<Issue>,
}

impl Draft {
    /// Changes a token by wishes, for a signature at `now`.
    pub(crate) fn new(token: &Token, wishes: &[Wish], now: i64) -> Result<Draft, Refused> {
        let before = form(token)?;
        let mut after = before.tree.clone();
        let mut touched = Vec::new();
        for wish in wishes {
            touched.extend(wish.apply(&mut after, before.claims.kind(), now)?);
        }
        let mut draft = Draft { before, after, touched };
        draft.put_in_order();
        Ok(draft)
    }

    /// Sets a claim that follows from who signs.
    pub(crate) fn set(&mut self, pointer: &str, value: Value) {
        if self.after.get(pointer) != Some(&value) && self.after.set(pointer, value) {
            self.touched.push(pointer.to_owned());
            self.put_in_order();
        }
    }

    fn put_in_order(&mut self) {
        if !self.touched.is_empty() {
            arrange(&mut self.after, &self.before.tree);
        }
    }

    /// The kind of the token.
    pub(crate) fn kind(&self) -> Kind {
        self.before.claims.kind()
    }

    /// What the token claims once it is changed, but for the signature.
    pub(crate) fn claims_after(&self) -> Result<Claims, Refused> {
        let loaded = load(&self.after.payload()).map_err(|error| Refused::Decode(error.to_string()))?;
        Ok(loaded.claims)
    }

    /// What stands at a place of the changed payload.
    pub(crate) fn get(&self, pointer: &str) -> Option<&Value> {
        self.after.get(pointer)
    }

    /// Whether anything was asked for that is not so already.
    pub(crate) fn changes_claims(&self) -> bool {
        !self.touched.is_empty() || self.before.rewritten.is_some()
    }

    /// What the token claims before anything was changed.
    pub(crate) fn claims_before(&self) -> &Claims {
        &self.before.claims
    }

    /// The new token, signed by `key` at `now`. Without a ring nobody is asked to sign, and the signature is not proven.
    pub(crate) fn sign(&self, key: &PublicKey, now: i64, ring: Option<&Ring>) -> Result<Renewed, Refused> {
        let mut tree = self.after.clone();
        let mut failed = None;
        let failure = std::cell::RefCell::new(&mut failed);
        let sign = |key: &PublicKey, message: &[u8]| match ring {
            None => Ok(vec![0; 64]),
            Some(ring) => ring.sign(key, message).map(Vec::from).map_err(|error| {
                let words = error.to_string();
                **failure.borrow_mut() = Some(error);
                words
            }),
        };
        let signed = tree.sign(Layout::V2, key, now, &sign);
        let text = match (signed, failed) {
            (Ok(text), _) => text,
            (Err(_), Some(error)) => return Err(Refused::Sign(error)),
            (Err(EncodeError::Signer(words)), None) => return Err(Refused::Decode(words)),
            (Err(error), None) => return Err(Refused::Decode(error.to_string())),
        };
        self.prove(text, key, now, ring.is_some())
    }

    fn prove(&self, text: String, key: &PublicKey, now: i64, signed: bool) -> Result<Renewed, Refused> {
        let refused = |error: crate::token::DecodeError| Refused::Decode(error.to_string());
        let claims = if signed {
            decode(text.as_bytes()).map_err(refused)?
        } else {
            let unsigned = parse(text.as_bytes()).map_err(refused)?;
            unsigned.judge(true).map_err(refused)?
        };
        // Read from the text that goes out, not from the tree that it was made of.
        let after = payload_of(text.as_bytes())
            .and_then(|payload| Tree::parse(&payload).ok())
            .ok_or_else(|| Refused::Decode("its payload cannot be read".into()))?;
        let before = &self.before.claims;
        if claims.kind() != before.kind() || claims.version != 2 {
            return Err(Refused::Differs("/nats/type".into()));
        }
        if claims.data.iss != key.to_string() || claims.data.iat != now {
            return Err(Refused::Differs("/iss".into()));
        }
        let (old, new) = (self.before.tree.value(), after.into_value());
        let mut named: Vec<&str> = self.touched.iter().map(String::as_str).collect();
        named.extend(["/iss", "/iat", "/jti"]);
        if let Some(pointer) = stranger(&old, &new, "", &named) {
            return Err(Refused::Differs(pointer));
        }
        let mut had = validate(before, now);
        let mut faults = Vec::new();
        for issue in validate(&claims, now) {
            match had.iter().position(|old| old.id == issue.id && old.text == issue.text) {
                Some(index) => _ = had.swap_remove(index),
                None => faults.push(issue.text),
            }
        }
        if !faults.is_empty() {
            return Err(Refused::Faults(faults));
        }
        let changes = claim_diff::diff(&old, &new);
        let mut widened = widening(&changes, &old, &new);
        widened.retain(|change| !self.touched.iter().any(|named| covers(named, &change.pointer)));
        Ok(Renewed { text, claims, changes, widened, rewritten: self.before.rewritten, healed: had })
    }
}

/// Whether a change at `pointer` is of what `named` names: that place, one in it, or one of the list that it is in.
pub(crate) fn covers(named: &str, pointer: &str) -> bool {
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let list = named.rsplit_once('/').filter(|(_, last)| {
        *last == "-" || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
    });
    within(named, pointer) || list.is_some_and(|(list, _)| within(list, pointer))
}

fn value_bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_value(value, &mut bytes);
    bytes
}

/// The first claim that differs and that nobody named.
fn stranger(old: &Value, new: &Value, at: &str, named: &[&str]) -> Option<String> {
    if named.contains(&at) {
        return None;
    }
    let below = |name: &&&str| name.strip_prefix(at).is_some_and(|rest| rest.starts_with('/'));
    if !named.iter().any(|name| below(&name)) {
        return (value_bytes(old) != value_bytes(new)).then(|| at.to_owned());
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))).find_map(|name| {
                let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                // A member that is not there is nothing; whether it may come or go is asked as of any change.
                match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => stranger(old, new, &pointer, named),
                    (old, new) => {
                        let gone = old.or(new)?;
                        let nothing =
                            if gone.is_object() { Value::Object(Default::default()) } else { Value::Null };
                        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
                        stranger(old, new, &pointer, named)
                    }
                }
            })
        }
        (Value::Array(old), Value::Array(new)) => list_stranger(old, new, at, named),
        // It became another thing altogether: an object where an element was set, for one.
        (Value::Null, _) | (_, Value::Null) => None,
        _ => Some(at.to_owned()),
    }
}

/// Of a list in which elements were named: all others are still there, in whatever order Go wants them.
fn list_stranger(old: &[Value], new: &[Value], at: &str, named: &[&str]) -> Option<String> {
    let index = |index: usize| format!("{at}/{index}");
    let is_named = |at: &str| {
        named
            .iter()
            .any(|name| *name == at || name.strip_prefix(at).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut left: Vec<Option<Vec<u8>>> = new.iter().map(|value| Some(value_bytes(value))).collect();
    for (i, value) in old.iter().enumerate().filter(|(i, _)| !is_named(&index(*i))) {
        let bytes = value_bytes(value);
        match left.iter_mut().find(|element| element.as_ref() == Some(&bytes)) {
            Some(found) => *found = None,
            None => return Some(index(i)),
        }
    }
    let pointers =
        named.iter().filter(|name| name.strip_prefix(at).is_some_and(|rest| rest.starts_with('/')));
    (left.iter().flatten().count() > pointers.count()).then(|| at.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nkey::{Role, Seed};
    use serde_json::json;

    struct World {
        operator: Seed,
        ring: Ring,
    }

    fn world() -> World {
        let operator = Seed::generate(Role::Operator);
        let again = Seed::parse(operator.expose().as_bytes()).expect("its own text");
        let mut ring = Ring::default();
        ring.insert(again, "test");
        World { operator, ring }
    }

    impl World {
        fn account(&self, nats: Value, top: Value) -> Token {
            let mut payload =
                json!({"sub": PublicKey::new(Role::Account, [1; 32]).to_string(), "name": "A", "nats": nats});
            payload["nats"]["type"] = json!("account");
            payload["nats"]["version"] = json!(2);
            for (name, value) in top.as_object().expect("members") {
                payload[name] = value.clone();
            }
            let sign =
                |_: &PublicKey, message: &[u8]| Ok(self.operator.sign(message).expect("signs").to_vec());
            let mut tree = Tree::of(payload).expect("an object");
            let text = tree.sign(Layout::V2, &self.operator.public(), 100, &sign).expect("signed");
            Token::read(text.as_bytes())
        }

        fn renewed(&self, token: &Token, wishes: &[Wish]) -> Result<Renewed, Refused> {
            Draft::new(token, wishes, 1_000)?.sign(&self.operator.public(), 1_000, Some(&self.ring))
        }
    }

    fn limits() -> Value {
        json!({"limits": {"subs": -1, "conn": 5, "leaf": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "newer": [1]}})
    }

    #[test]
    fn a_new_token_says_what_was_asked_and_nothing_else() {
        let world = world();
        let token = world.account(limits(), json!({"zzz": {"a": [1, 2]}}));
        let wish = Wish::Set { pointer: "/nats/limits/conn".into(), value: json!(9) };
        let renewed = world.renewed(&token, &[wish]).expect("renewed");
        let pointers: Vec<&str> = renewed.changes.iter().map(|change| change.pointer.as_str()).collect();
        assert_eq!(pointers, ["/jti", "/iat", "/nats/limits/conn"]);
        assert!(renewed.widened.is_empty(), "it was asked for: {:?}", renewed.widened);
        assert_eq!(renewed.claims, decode(renewed.text.as_bytes()).expect("it verifies"));
        let payload = payload_of(renewed.text.as_bytes()).expect("a payload");
        assert!(String::from_utf8_lossy(&payload).ends_with(r#""zzz":{"a":[1,2]}}"#));
        // Without a ring the same token, but for the signature.
        let dry = Draft::new(&token, &[], 1_000).and_then(|d| d.sign(&world.operator.public(), 1_000, None));
        let wet = world.renewed(&token, &[]).expect("renewed");
        let cut = |text: &str| text.rsplit_once('.').expect("three parts").0.to_owned();
        assert_eq!(cut(&dry.expect("renewed").text), cut(&wet.text));
    }

    #[test]
    fn faults_may_go_but_not_come() {
        let world = world();
        let token = world.account(limits(), json!({"exp": 500}));
        let renewed = world.renewed(&token, &[Wish::Expires(2_000)]).expect("renewed");
        assert_eq!(renewed.healed.iter().map(|issue| issue.id).collect::<Vec<_>>(), ["claim-expired"]);
        assert!(matches!(world.renewed(&token, &[]), Ok(renewed) if renewed.healed.is_empty()));
        let token = world.account(limits(), json!({}));
        assert!(matches!(world.renewed(&token, &[Wish::Expires(999)]), Err(Refused::Faults(_))));
        let junk = Wish::Set { pointer: "/nats/limits/conn".into(), value: json!("many") };
        assert!(matches!(world.renewed(&token, &[junk]), Err(Refused::Decode(_))));
        let key = Wish::Set { pointer: "/nats/signing_keys".into(), value: json!(["AX"]) };
        assert!(matches!(world.renewed(&token, &[key]), Err(Refused::Faults(_))));
    }

    #[test]
    fn a_key_that_may_not_sign_makes_nothing() {
        let world = world();
        let token = world.account(limits(), json!({}));
        let user = Seed::generate(Role::User);
        let mut ring = Ring::default();
        let key = user.public();
        ring.insert(user, "test");
        let draft = Draft::new(&token, &[], 1_000).expect("editable");
        assert!(matches!(draft.sign(&key, 1_000, Some(&ring)), Err(Refused::Decode(_))));
        let missing = PublicKey::new(Role::Operator, [7; 32]);
        assert_eq!(
            draft.sign(&missing, 1_000, Some(&ring)).err(),
            Some(Refused::Sign(SignError::Missing(missing)))
        );
    }

    #[test]
    fn what_nobody_named_is_found() {
        let old = json!({"a": 1, "n": {"b": [1, 2, 3], "c": {"d": 1}}});
        let found = |new: Value, named: &[&str]| stranger(&old, &new, "", named);
        assert_eq!(found(old.clone(), &[]), None);
        assert_eq!(found(json!({"a": 2, "n": old["n"]}), &["/a"]), None);
        assert_eq!(found(json!({"a": 2, "n": old["n"]}), &["/n/c"]), Some("/a".into()));
        assert_eq!(
            found(json!({"a": 1, "n": {"b": [1, 2, 3], "c": {"d": 2}}}), &["/n/b"]),
            Some("/n/c".into())
        );
        assert_eq!(found(json!({"a": 1, "n": {"b": [1, 2, 3]}}), &["/n/c/d"]), None);
        assert_eq!(found(json!({"a": 1, "x": 1, "n": old["n"]}), &["/a"]), Some("/x".into()));
        // Of a list: one element was named, the others are there in any order.
        assert_eq!(found(json!({"a": 1, "n": {"b": [9, 3, 1], "c": {"d": 1}}}), &["/n/b/1"]), None);
        assert_eq!(
            found(json!({"a": 1, "n": {"b": [9, 3, 2], "c": {"d": 1}}}), &["/n/b/1"]),
            Some("/n/b/0".into())
        );
        assert_eq!(
            found(json!({"a": 1, "n": {"b": [9, 8, 1, 3], "c": {"d": 1}}}), &["/n/b/1"]),
            Some("/n/b".into())
        );
        assert_eq!(found(json!({"a": 1, "n": {"b": [1, 2, 3, 4], "c": {"d": 1}}}), &["/n/b/-"]), None);
    }

    #[test]
    fn a_name_covers_its_place_and_its_list() {
        for (named, pointer, covered) in [
            ("/nats/limits", "/nats/limits/conn", true),
            ("/nats/limits/conn", "/nats/limits/conn", true),
            ("/nats/limits/con", "/nats/limits/conn", false),
            ("/nats/exports/-", "/nats/exports/3", true),
            ("/nats/exports/1/subject", "/nats/exports/1/subject", true),
            ("/nats/exports/1", "/nats/exports/0", true),
            ("/exp", "/nbf", false),
        ] {
            assert_eq!(covers(named, pointer), covered, "{named} {pointer}");
        }
    }
}
