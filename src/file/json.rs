//! Which strings of this JSON stand under which keys, and where in the text?
//!
//! For places only: what the strings mean is read by others. JSON that breaks off is read up to there.

use std::ops::Range;

/// A string and the keys above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The characters between the quotes.
    pub(super) at: Range<usize>,
    /// As in `a.b[2]["c d"]`.
    pub(super) path: String,
}

/// What a text of JSON has.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The keys of the object that the text is.
    pub(super) keys: Vec<String>,
    /// The values that are strings and of which the caller asked for the path, in order.
    pub(super) places: Vec<Place>,
    /// Where it is JSON no longer.
    pub(super) broken: Option<usize>,
}

/// Objects and arrays in each other, of which paths are told.
const DEPTH: usize = 128;

enum Step {
    Key(Range<usize>),
    Index(usize),
}

/// Reads the outline; `wanted` says of a string's characters whether its path matters.
pub(super) fn outline(text: &[u8], wanted: impl Fn(&Range<usize>) -> bool) -> Outline {
    let mut reader = Reader { text, at: 0, steps: Vec::new(), outline: Outline::default() };
    if reader.run(&wanted).is_none() {
        reader.outline.broken = Some(reader.at);
    }
    reader.outline
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// Where in each open object or array the reader is.
    steps: Vec<Step>,
    outline: Outline,
}

impl Reader<'_> {
    fn run(&mut self, wanted: &impl Fn(&Range<usize>) -> bool) -> Option<()> {
        loop {
            // A value begins here.
            match self.peek()? {
                b'{' => {
                    self.at += 1;
                    self.steps.push(Step::Key(0..0));
                    if self.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.at += 1;
                    self.steps.pop();
                }
                b'[' => {
                    self.at += 1;
                    self.steps.push(Step::Index(0));
                    if self.peek()? != b']' {
                        continue;
                    }
                    self.at += 1;
                    self.steps.pop();
                }
                b'"' => {
                    let at = self.string()?;
                    if wanted(&at) {
                        let path = self.path();
                        self.outline.places.push(Place { at, path });
                    }
                }
                _ => self.scalar()?,
            }
            // A value has ended here: what encloses it goes on or ends.
            loop {
                if self.steps.is_empty() {
                    return self.rest_is_blank();
                }
                match (self.peek()?, self.steps.last_mut()?) {
                    (b',', Step::Key(_)) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (b',', Step::Index(index)) => {
                        *index += 1;
                        self.at += 1;
                        break;
                    }
                    (b'}', Step::Key(_)) | (b']', Step::Index(_)) => {
                        self.at += 1;
                        self.steps.pop();
                    }
                    _ => return None,
                }
            }
        }
    }

    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn rest_is_blank(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    fn key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        let at = self.string()?;
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        if self.steps.len() == 1 {
            let key = String::from_utf8_lossy(&self.text[at.clone()]).into_owned();
            self.outline.keys.push(key);
        }
        if let Some(Step::Key(key)) = self.steps.last_mut() {
            *key = at;
        }
        Some(())
    }

    /// The characters between two quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.text.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Some(start..at);
                }
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => {
                    self.at = self.text.len();
                    return None;
                }
            }
        }
    }

    /// A number or a word.
    fn scalar(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = rest.iter().take_while(|byte| part(byte)).count();
        let word = &rest[..length];
        let is = matches!(word, b"true" | b"false" | b"null")
            || word.first().is_some_and(|&first| first == b'-' || first.is_ascii_digit());
        self.at += if is { length } else { 0 };
        is.then_some(())
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().take(DEPTH) {
            match step {
                Step::Key(key) => {
                    push_key(
                        &mut path,
                        &String::from_utf8_lossy(self.text.get(key.clone()).unwrap_or_default()),
                    );
                }
                Step::Index(index) => push_index(&mut path, *index),
            }
        }
        path
    }
}

/// Characters of a key, and of a path, that are told: a hostile file has a long one above each of many tokens.
const LONGEST_KEY: usize = 100;
const LONGEST_PATH: usize = 400;

/// Goes on to a key: `.key`, or `["odd key"]`.
pub(super) fn push_key(path: &mut String, key: &str) {
    if path.len() > LONGEST_PATH {
        return;
    }
    let cut = key.char_indices().nth(LONGEST_KEY).map(|(end, _)| [&key[..end], "…"].concat());
    let key = cut.as_deref().unwrap_or(key);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '$');
    if !key.is_empty() && key.chars().all(plain) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        path.push_str("[\"");
        path.push_str(&key.replace('"', "\\\""));
        path.push_str("\"]");
    }
}

/// Goes on to an item of an array.
pub(super) fn push_index(path: &mut String, index: usize) {
    if path.len() > LONGEST_PATH {
        return;
    }
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(text: &str) -> Vec<(String, String)> {
        let outline = outline(text.as_bytes(), |_| true);
        outline.places.into_iter().map(|place| (place.path, text[place.at].to_owned())).collect()
    }

    #[test]
    fn strings_have_their_paths() {
        let text = r#" {"a": "1", "b" : {"c d": ["x", 2, {"e":"y\"z"}, [], {}, [["w"]]], "f": null}, "g":-1e5, "h":"2"} "#;
        let found = places(text);
        let expected = [
            ("a", "1"),
            ("b[\"c d\"][0]", "x"),
            ("b[\"c d\"][2].e", "y\\\"z"),
            ("b[\"c d\"][5][0][0]", "w"),
            ("h", "2"),
        ];
        assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let outline = outline(text.as_bytes(), |_| false);
        assert_eq!(
            (outline.keys, outline.broken),
            (vec!["a".into(), "b".into(), "g".into(), "h".into()], None)
        );
        assert_eq!(places("\"alone\""), [(String::new(), "alone".to_owned())]);
    }

    #[test]
    fn what_breaks_off_is_read_up_to_there() {
        for (text, broken) in [
            (r#"{"a":"1","b"#, 11),
            (r#"{"a":"1",}"#, 9),
            (r#"{"a":"1"]"#, 8),
            (r#"{"a":"1"} x"#, 10),
            (r#"["1", "a" "b"]"#, 10),
            (r#"{"a":"1", port: 4222}"#, 10),
            (r#"{"a":"1\"#, 8),
        ] {
            let outline = outline(text.as_bytes(), |_| true);
            assert_eq!(outline.broken, Some(broken), "{text}");
        }
        assert_eq!(outline(b"", |_| true).broken, Some(0));
        assert_eq!(outline("[".repeat(100_000).as_bytes(), |_| true).broken, Some(100_000));
    }

    proptest! {
        #[test]
        fn prop_what_serde_reads_is_read(text in "[\\[\\]{}:,\"a1\\\\ ]{0,40}") {
            let outline = outline(text.as_bytes(), |_| true);
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert_eq!(outline.broken, None);
            }
            for place in outline.places {
                prop_assert!(place.at.start <= place.at.end && place.at.end <= text.len());
            }
        }

        #[test]
        fn prop_places_are_those_of_serde(value in json()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            let mut expected = Vec::new();
            collect(&value, String::new(), &mut expected);
            prop_assert_eq!(places(&text), expected);
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z ]{0,5}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-c .]{0,3}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect()))
            ]
        })
    }

    fn collect(value: &serde_json::Value, path: String, into: &mut Vec<(String, String)>) {
        match value {
            serde_json::Value::String(text) => into.push((path, text.clone())),
            serde_json::Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    collect(item, format!("{path}[{index}]"), into);
                }
            }
            serde_json::Value::Object(map) => {
                for (key, item) in map {
                    let mut path = path.clone();
                    push_key(&mut path, key);
                    collect(item, path, into);
                }
            }
            _ => {}
        }
    }
}
