//! Which member stands at this byte? JSON pointers (RFC 6901) of places that a reader has noted.

use super::json::value_end;

/// The pointer of the member whose name begins at `offset` of a document that is JSON, or of the value that begins there.
pub(crate) fn of_member(doc: &[u8], offset: usize) -> String {
    let mut pointer = String::new();
    let mut at = skip_space(doc, 0);
    // Into the object or array that holds the offset, until its own members are reached.
    'down: loop {
        if at == offset {
            return pointer;
        }
        let object = match doc.get(at) {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return pointer,
        };
        at = skip_space(doc, at + 1);
        let mut index = 0usize;
        loop {
            let mut name = None;
            if object {
                let Some(end) = value_end(doc, at, 0) else { return pointer };
                let text = serde_json::from_slice::<String>(&doc[at..end])
                    .unwrap_or_else(|_| String::from_utf8_lossy(&doc[at..end]).trim_matches('"').to_owned());
                if at == offset {
                    push(&mut pointer, &text);
                    return pointer;
                }
                name = Some(text);
                at = skip_space(doc, end);
                at = skip_space(doc, at + 1);
            }
            let Some(end) = value_end(doc, at, 0) else { return pointer };
            if offset < end {
                push(&mut pointer, &name.unwrap_or_else(|| index.to_string()));
                continue 'down;
            }
            at = skip_space(doc, end);
            if doc.get(at) != Some(&b',') {
                return pointer;
            }
            at = skip_space(doc, at + 1);
            index += 1;
        }
    }
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

fn skip_space(doc: &[u8], from: usize) -> usize {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    doc.get(from..).map_or(from, |rest| from + rest.iter().take_while(|byte| space(byte)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_a_pointer() {
        let doc = br#" {"a": {"b/c": [1, {"~d": 2, "e" : {}}]}, "f": 3}"#;
        for (name, pointer) in [
            ("\"a\"", "/a"),
            ("\"b/c\"", "/a/b~1c"),
            ("\"~d\"", "/a/b~1c/1/~0d"),
            ("\"e\"", "/a/b~1c/1/e"),
            ("\"f\"", "/f"),
        ] {
            let offset =
                doc.windows(name.len()).position(|window| window == name.as_bytes()).expect("it is there");
            assert_eq!(of_member(doc, offset), pointer);
        }
    }
}
