//! What is in the values of a Secret or a ConfigMap?
//!
//! YAML of one or several documents, or JSON, lists in them as well. The values of `data` of a Secret are decoded.

use std::ops::Range;

use serde::Deserialize;
use serde_yaml_ng::Value;
use zeroize::{Zeroize, Zeroizing};

use super::document::{Damage, Kind};
use super::form::Form;
use super::json;
use super::recognise::Encoded;
use super::text::View;

/// The longest manifest that is read as one; etcd takes objects of 1.5 MiB.
const LONGEST: usize = 64 << 20;
/// Lists in lists.
const DEPTH: usize = 8;

/// Whether lines begin with `apiVersion:` and `kind:`.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let begins = |words: &[u8]| {
        text.split(|&byte| byte == b'\n').any(|line| {
            line.trim_ascii_start().strip_prefix(b"- ").unwrap_or(line.trim_ascii_start()).starts_with(words)
        })
    };
    text.len() <= LONGEST && begins(b"apiVersion:") && begins(b"kind:")
}

/// Reads documents of YAML, up to the first that is none.
pub(super) fn of_yaml(view: &View<'_>) -> Option<Form> {
    let text = std::str::from_utf8(view.text()).ok()?;
    let mut form = form();
    let mut documents = Vec::new();
    for document in serde_yaml_ng::Deserializer::from_str(text) {
        match Value::deserialize(document) {
            Ok(value) => documents.push(value),
            Err(error) => {
                let at = error.location().map_or(text.len(), |place| place.index().min(text.len()));
                form.damage.push(Damage::new("the YAML breaks off here", view.span(&(at..at))));
                break;
            }
        }
    }
    read(view, documents, form)
}

/// Reads an object of JSON.
pub(super) fn of_json(view: &View<'_>) -> Option<Form> {
    if view.text().len() > LONGEST {
        return None;
    }
    read(view, vec![serde_json::from_slice(view.text()).ok()?], form())
}

fn form() -> Form {
    Form { kind: Kind::Kubernetes, places: Vec::new(), values: Vec::new(), damage: Vec::new() }
}

fn read(view: &View<'_>, mut documents: Vec<Value>, mut form: Form) -> Option<Form> {
    let mut objects = Vec::new();
    documents.iter().for_each(|document| gather(document, &mut objects, 0));
    let known = !objects.is_empty();
    let mut finder = Finder { text: view.text(), from: 0, missed: 0 };
    for object in &objects {
        let name =
            if objects.len() > 1 { format!("{}/{}: ", object.kind, object.name) } else { String::new() };
        for &(member, coded) in object.members() {
            let Some(Value::Mapping(map)) = object.value.get(member) else { continue };
            for (key, value) in map {
                let (Some(key), Some(value)) = (key.as_str(), value.as_str()) else { continue };
                let mut path = format!("{name}{member}");
                json::push_key(&mut path, key);
                let at = finder.find(key, value);
                let bytes = if coded {
                    decode(value.as_bytes())
                } else {
                    Some(Zeroizing::new(value.as_bytes().to_vec()))
                };
                match bytes {
                    Some(bytes) => form.values.push(Encoded { path, at, bytes, plain: !coded }),
                    None => form.damage.push(Damage::new(format!("{path} is no base64"), view.span(&at))),
                }
            }
        }
    }
    drop(objects);
    documents.iter_mut().for_each(wipe);
    known.then_some(form)
}

struct Object<'v> {
    kind: &'v str,
    name: &'v str,
    value: &'v Value,
}

impl Object<'_> {
    /// The maps of values, and whether those are base64.
    fn members(&self) -> &'static [(&'static str, bool)] {
        match self.kind {
            "Secret" => &[("data", true), ("stringData", false)],
            "ConfigMap" => &[("data", false), ("binaryData", true)],
            _ => &[],
        }
    }
}

fn gather<'v>(value: &'v Value, into: &mut Vec<Object<'v>>, depth: usize) {
    let Some(kind) = value.get("kind").and_then(Value::as_str) else { return };
    if let Some(Value::Sequence(items)) = value.get("items")
        && kind.ends_with("List")
        && depth < DEPTH
    {
        items.iter().for_each(|item| gather(item, into, depth + 1));
        return;
    }
    let name = value.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
    into.push(Object { kind, name: name.unwrap_or("?"), value });
}

/// The bytes of base64 with or without padding, line ends left out.
pub(super) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut letters = Zeroizing::new(Vec::with_capacity(text.len()));
    letters.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    LENIENT.decode(&*letters).ok().map(Zeroizing::new)
}

/// Finds values in the text that they were read from, one behind the other: YAML keeps no places.
struct Finder<'a> {
    text: &'a [u8],
    from: usize,
    missed: usize,
}

impl Finder<'_> {
    /// Where a value stands: its first characters behind its key, and as far as it goes on from there. An empty range
    /// where it does not show.
    fn find(&mut self, key: &str, value: &str) -> Range<usize> {
        // Each search that misses goes over all the rest.
        const MISSES: usize = 32;
        let here = self.from..self.from;
        if self.missed >= MISSES {
            return here;
        }
        let start = value.trim_start().as_bytes();
        let start = start.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        let start = &start[..start.len().min(24)];
        let found =
            seek(self.text, self.from, key.as_bytes()).and_then(|at| seek(self.text, at + key.len(), start));
        let Some(at) = found.filter(|_| !start.is_empty()) else {
            self.missed += usize::from(!start.is_empty());
            return here;
        };
        self.from = self.along(at, value);
        at..self.from
    }

    /// The end of a value, blanks and the escapes of line ends left out on both sides.
    fn along(&self, mut at: usize, value: &str) -> usize {
        let mut end = at;
        for wanted in value.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
            loop {
                match self.text.get(at..) {
                    Some([byte, ..]) if byte.is_ascii_whitespace() => at += 1,
                    Some([b'\\', b'n' | b'r' | b't', ..]) if wanted != b'\\' => at += 2,
                    Some([b'\\', ..]) if wanted != b'\\' => at += 1,
                    _ => break,
                }
            }
            if self.text.get(at) != Some(&wanted) {
                break;
            }
            at += 1;
            end = at;
        }
        end
    }
}

fn seek(text: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    if what.is_empty() {
        return Some(from);
    }
    let rest = text.get(from..)?;
    rest.windows(what.len()).position(|part| part == what).map(|at| from + at)
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Sequence(items) => items.iter_mut().for_each(wipe),
        Value::Mapping(map) => map.values_mut().for_each(wipe),
        Value::Tagged(tagged) => wipe(&mut tagged.value),
        _ => {}
    }
}
