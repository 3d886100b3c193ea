//! What Go makes of JSON when it knows no structure: `any`, where every number is a float.

use std::collections::BTreeMap;

use super::write::{float, string};

/// Objects and arrays of an [`Any`] that stand in each other.
pub(crate) const MAX_NESTING: usize = 200;

/// Go's `any` after `json.Unmarshal`. Maps are sorted by key, as Go writes them; of a duplicate member the last counts.
///
/// Values nest at most 200 deep, and so do this type's own drop and comparison: what nests deeper stays text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Any {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as `float64`.
    Number(f64),
    /// A string; what was not UTF-8 in it is U+FFFD.
    String(String),
    /// A list.
    Array(Vec<Any>),
    /// An object.
    Object(BTreeMap<String, Any>),
    /// An object or array that nests too deep to be read: its JSON as it stands.
    Deep(String),
}

impl Any {
    /// Writes the value as Go's `json.Marshal` does.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Any::Null => out.extend(b"null"),
            Any::Bool(true) => out.extend(b"true"),
            Any::Bool(false) => out.extend(b"false"),
            Any::Number(number) => float(*number, out),
            Any::String(text) => string(text, out),
            Any::Array(elements) => {
                out.push(b'[');
                for (i, element) in elements.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    element.write(out);
                }
                out.push(b']');
            }
            Any::Object(members) => object(members, out),
            Any::Deep(json) => out.extend(json.bytes()),
        }
    }

    /// The string, where it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Any::String(text) = self { Some(text) } else { None }
    }
}

/// Writes an object as Go's `json.Marshal` writes a map.
pub(crate) fn object(members: &BTreeMap<String, Any>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (name, value)) in members.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        value.write(out);
    }
    out.push(b'}');
}
