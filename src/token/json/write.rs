//! Writing JSON to the byte as Go's `json.Marshal` does, which escapes HTML.

/// Writes a string (`encoding/json/encode.go: appendString` with `escapeHTML`).
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            0x08 => b"\\b",
            0x0c => b"\\f",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'<' => b"\\u003c",
            b'>' => b"\\u003e",
            b'&' => b"\\u0026",
            0x00..=0x1f => {
                out.extend(&bytes[from..i]);
                out.extend(format!("\\u{byte:04x}").bytes());
                from = i + 1;
                continue;
            }
            // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
            0xa8 | 0xa9 if bytes[..i].ends_with(&[0xe2, 0x80]) => {
                out.extend(&bytes[from..i - 2]);
                out.extend(if byte == 0xa8 { b"\\u2028" } else { b"\\u2029" });
                from = i + 1;
                continue;
            }
            _ => continue,
        };
        out.extend(&bytes[from..i]);
        out.extend(escape);
        from = i + 1;
    }
    out.extend(&bytes[from..]);
    out.push(b'"');
}

/// Writes a float (`floatEncoder`): the shortest digits that read back, with an exponent below 1e-6 and from 1e21 on.
pub(crate) fn float(number: f64, out: &mut Vec<u8>) {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                out.extend(format!("{digits}e+{exponent}").bytes())
            }
            _ => out.extend(text.bytes()),
        }
    } else {
        out.extend(format!("{number}").bytes());
    }
}

/// Writes a value as it stands: numbers keep their spelling, members their order.
pub(crate) fn value(value: &serde_json::Value, out: &mut Vec<u8>) {
    use serde_json::Value;
    match value {
        Value::String(text) => string(text, out),
        Value::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                self::value(element, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                string(name, out);
                out.push(b':');
                self::value(member, out);
            }
            out.push(b'}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => out.extend(value.to_string().bytes()),
    }
}

/// Writes an integer.
pub(crate) fn integer(number: i64, out: &mut Vec<u8>) {
    out.extend(number.to_string().bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("what is written is UTF-8")
    }

    #[test]
    fn escapes_as_go_does() {
        assert_eq!(
            text(|out| string("a\"\\\u{8}\u{c}\n\r\t<>&\u{1}\u{7f}\u{2028}\u{2029}é\u{10348}/'", out)),
            "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u003c\\u003e\\u0026\\u0001\u{7f}\\u2028\\u2029é\u{10348}/'\""
        );
    }

    #[test]
    fn floats_as_go_does() {
        for (number, expected) in [
            (3.0, "3"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-9, "1.5e-9"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (9007199254740992.0, "9007199254740992"),
            (-2.5e300, "-2.5e+300"),
        ] {
            assert_eq!(text(|out| float(number, out)), expected);
        }
    }
}
