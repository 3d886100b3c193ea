//! What does a payload say, member by member, whatever the library knows of it? The tree that repair edits.

use serde_json::{Map, Value};

use super::claims::ClaimsData;
use super::decode::{DecodeError, Signed};
use super::encode::{EncodeError, HEADER, Sign, assemble};
use super::json::{write_string, write_value};
use super::reader::{Reader, Shape, Stop};
use crate::nkey::PublicKey;

/// How a token is laid out and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Version 1: signed over the payload alone.
    V1,
    /// Version 2: signed over header and payload.
    V2,
    /// What libraries wrote in May 2020: the payload of version 2, signed over the payload alone.
    DraftV2,
}

impl Layout {
    /// `v1`, `v2`, `draft-v2`.
    pub const fn word(self) -> &'static str {
        match self {
            Layout::V1 => "v1",
            Layout::V2 => "v2",
            Layout::DraftV2 => "draft-v2",
        }
    }
}

/// The members of a payload in their order, those that the library does not know among them. Of a member that occurs
/// twice the last counts, in the place of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    members: Map<String, Value>,
}

/// The registered claims in Go's order, and `nats`.
const ORDER: [&str; 9] = ["aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub", "nats"];

impl Tree {
    /// Reads a payload.
    ///
    /// # Errors
    /// The payload is no JSON object, or nests more than 127 deep.
    pub fn parse(payload: &[u8]) -> Result<Tree, DecodeError> {
        // serde_json takes UTF-8 alone; what is not, Go reads as U+FFFD.
        let text = String::from_utf8_lossy(payload);
        match serde_json::from_str(&text) {
            Ok(Value::Object(members)) => Ok(Tree { members }),
            Ok(_) => Err(DecodeError::Json("the payload is no JSON object".to_owned().into())),
            Err(error) => Err(DecodeError::Json(error.to_string().into())),
        }
    }

    /// The tree of a JSON object that has been read already.
    pub fn of(value: Value) -> Option<Tree> {
        if let Value::Object(members) = value { Some(Tree { members }) } else { None }
    }

    /// The tree as a JSON value.
    pub fn value(&self) -> Value {
        Value::Object(self.members.clone())
    }

    /// The same, of a tree that nobody needs any more.
    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.members)
    }

    /// What stands at a JSON pointer (RFC 6901).
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = split(pointer)?;
        let member = self.members.get(&first)?;
        if rest.is_empty() { Some(member) } else { member.pointer(rest) }
    }

    /// Sets what stands at a JSON pointer; objects on the way are made, `-` appends to a list. Says whether it could: not
    /// where the way leads through something that is neither object nor list, or to an element beyond the end.
    pub fn set(&mut self, pointer: &str, value: Value) -> bool {
        let Some((first, rest)) = split(pointer) else { return false };
        if rest.is_empty() {
            self.insert(&first, value);
            return true;
        }
        if !self.members.contains_key(&first) {
            self.insert(&first, Value::Object(Map::new()));
        }
        self.members.get_mut(&first).is_some_and(|member| set(member, rest, value))
    }

    /// Takes away what stands at a JSON pointer, and returns it.
    pub fn remove(&mut self, pointer: &str) -> Option<Value> {
        let (first, rest) = split(pointer)?;
        if rest.is_empty() {
            return self.members.shift_remove(&first);
        }
        let (parent, last) = rest.rsplit_once('/')?;
        let parent = self.members.get_mut(&first)?.pointer_mut(parent)?;
        let name = unescape(last);
        match parent {
            Value::Object(members) => members.shift_remove(&name),
            Value::Array(elements) => {
                let index = name.parse::<usize>().ok().filter(|index| *index < elements.len())?;
                Some(elements.remove(index))
            }
            _ => None,
        }
    }

    /// Puts a member of the top level where Go's order has it.
    fn insert(&mut self, name: &str, value: Value) {
        if let Some(member) = self.members.get_mut(name) {
            *member = value;
            return;
        }
        let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        let own = rank(name);
        let index = self.members.keys().position(|other| rank(other) > own).unwrap_or(self.members.len());
        self.members.shift_insert(index, name.to_owned(), value);
    }

    /// The payload's JSON, as Go writes it: compact, with Go's escapes.
    pub fn payload(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        out.push(b'{');
        for (index, (name, value)) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_string(name, &mut out);
            out.push(b':');
            write_value(value, &mut out);
        }
        out.push(b'}');
        out
    }

    /// Signs: sets `iss`, `iat` and `jti`, everything else stands.
    ///
    /// # Errors
    /// The signer's reason.
    pub fn sign(
        &mut self,
        layout: Layout,
        signer: &PublicKey,
        now: i64,
        sign: Sign<'_>,
    ) -> Result<String, EncodeError> {
        self.insert("iss", signer.to_string().into());
        self.insert("iat", now.into());
        let (header, signed) = match layout {
            Layout::V1 => (r#"{"typ":"jwt","alg":"ed25519"}"#, Signed::Payload),
            Layout::V2 => (HEADER, Signed::HeaderAndPayload),
            Layout::DraftV2 => (r#"{"typ":"jwt","alg":"ed25519-nkey"}"#, Signed::Payload),
        };
        let jti = self.jti(layout);
        self.insert("jti", jti.into());
        assemble(header, &self.payload(), signed, signer, sign)
    }

    /// The hash of the registered claims. The library of v1 hashes `tags`, `type` and the old `jti` with them.
    fn jti(&self, layout: Layout) -> String {
        if layout == Layout::V1 {
            const HASHED: [&str; 10] =
                ["aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub", "tags", "type"];
            let members = HASHED
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), self.members.get(*name)?.clone())))
                .collect();
            return super::encode::hash(&Tree { members }.payload());
        }
        let mut claims = Registered::default();
        // What is of a wrong type is not in the hash, as it would not be in Go's.
        _ = Reader::new(&self.payload()).document(&mut claims);
        super::encode::jti(&claims.0)
    }
}

/// The registered claims alone.
#[derive(Default)]
pub(super) struct Registered(pub(super) ClaimsData);

impl Shape for Registered {
    const NAME: &'static str = "ClaimsData";
    const TYPE: &'static str = "jwt.ClaimsData";

    fn member(&mut self, name: &[u8], reader: &mut Reader<'_>) -> Result<bool, Stop> {
        self.0.embedded(name, reader, Self::NAME, &[])
    }
}

/// The first name of a pointer and the rest of it.
fn split(pointer: &str) -> Option<(String, &str)> {
    let pointer = pointer.strip_prefix('/')?;
    let end = pointer.find('/').unwrap_or(pointer.len());
    Some((unescape(&pointer[..end]), &pointer[end..]))
}

fn unescape(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

fn set(at: &mut Value, pointer: &str, value: Value) -> bool {
    let Some((name, rest)) = split(pointer) else { return false };
    let child = match at {
        Value::Object(members) => members.entry(name).or_insert(Value::Null),
        Value::Array(elements) if name == "-" => {
            elements.push(Value::Null);
            elements.last_mut().expect("it has just been pushed")
        }
        Value::Array(elements) => {
            match name.parse::<usize>().ok().and_then(|index| elements.get_mut(index)) {
                Some(element) => element,
                None => return false,
            }
        }
        Value::Null => {
            *at = Value::Object(Map::new());
            return set(at, pointer, value);
        }
        _ => return false,
    };
    if rest.is_empty() {
        *child = value;
        return true;
    }
    set(child, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn edits_keep_order_and_what_is_unknown() {
        let mut tree = Tree::parse(br#"{"jti":"J","zzz":[1.50,{"a":"<"}],"nats":{"new":true,"version":2}}"#)
            .expect("JSON");
        assert!(tree.set("/exp", json!(7)));
        assert!(tree.set("/nats/limits/conn", json!(-1)));
        assert!(tree.set("/zzz/-", json!(null)));
        assert!(!tree.set("/jti/x", json!(1)));
        assert_eq!(tree.remove("/nats/new"), Some(json!(true)));
        assert_eq!(tree.remove("/nats/none"), None);
        assert_eq!(
            String::from_utf8_lossy(&tree.payload()),
            r#"{"exp":7,"jti":"J","zzz":[1.50,{"a":"\u003c"},null],"nats":{"version":2,"limits":{"conn":-1}}}"#
        );
        assert_eq!(tree.get("/zzz/1/a"), Some(&json!("<")));
    }
}
