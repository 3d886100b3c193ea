//! What is left of JSON that is damaged? Every member that stands before the damage.

use serde_json::{Map, Value};

/// Objects and arrays in each other that are followed.
const DEEPEST: usize = 64;

/// The value that begins the document, as much of it as can be read; none where nothing can.
pub(super) fn salvage(doc: &[u8]) -> Option<Value> {
    let mut rest = Rest { doc, at: 0 };
    rest.value(0).map(|(value, _)| value).filter(|value| match value {
        Value::Object(members) => !members.is_empty(),
        _ => false,
    })
}

struct Rest<'a> {
    doc: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.doc.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.doc.get(self.at).copied()
    }

    /// A value, and whether it is whole.
    fn value(&mut self, depth: usize) -> Option<(Value, bool)> {
        match self.peek()? {
            _ if depth > DEEPEST => None,
            b'{' => {
                self.at += 1;
                let mut members = Map::new();
                let whole = self.members(&mut members, depth);
                Some((Value::Object(members), whole))
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                let whole = self.elements(&mut elements, depth);
                Some((Value::Array(elements), whole))
            }
            _ => {
                let end = super::json::value_end(self.doc, self.at, 0)?;
                let text = String::from_utf8_lossy(&self.doc[self.at..end]).into_owned();
                self.at = end;
                Some((serde_json::from_str(&text).ok()?, true))
            }
        }
    }

    fn members(&mut self, members: &mut Map<String, Value>, depth: usize) -> bool {
        loop {
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') => {
                    self.at += 1;
                    return true;
                }
                _ => return false,
            }
            let Some((Value::String(name), _)) = self.value(depth + 1) else { return false };
            if self.peek() != Some(b':') {
                return false;
            }
            self.at += 1;
            let Some((value, whole)) = self.value(depth + 1) else { return false };
            members.insert(name, value);
            match self.peek() {
                _ if !whole => return false,
                Some(b',') => self.at += 1,
                Some(b'}') => {}
                _ => return false,
            }
        }
    }

    fn elements(&mut self, elements: &mut Vec<Value>, depth: usize) -> bool {
        loop {
            if self.peek() == Some(b']') {
                self.at += 1;
                return true;
            }
            let Some((value, whole)) = self.value(depth + 1) else { return false };
            elements.push(value);
            match self.peek() {
                _ if !whole => return false,
                Some(b',') => self.at += 1,
                Some(b']') => {}
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        for (doc, left) in [
            (
                r#"{"iss":"A","nats":{"limits":{"conn":1,"su"#,
                Some(json!({"iss":"A","nats":{"limits":{"conn":1}}})),
            ),
            (r#"{"iss":"A","sub":"B"#, Some(json!({"iss":"A"}))),
            (r#"{"a":[1,2,{"b":3},"#, Some(json!({"a":[1,2,{"b":3}]}))),
            (r#"{"a":1}x"#, Some(json!({"a":1}))),
            (r#"{"a"#, None),
            ("", None),
        ] {
            assert_eq!(salvage(doc.as_bytes()), left, "{doc}");
        }
        assert!(salvage(&vec![b'['; 100_000]).is_none());
    }
}
