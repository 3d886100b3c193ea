//! Go's quoted texts: `%q` of a string and the scanner's quoted character.

/// Whether Go's `strconv.IsPrint` holds: letters, marks, numbers, punctuation, symbols and the ASCII space. Rust's
/// `escape_debug` is made from the same categories; behind another character it escapes nothing but those.
fn is_print(c: char) -> bool {
    matches!(c, ' '..='~') || {
        let mut probe = String::with_capacity(5);
        probe.push('a');
        probe.push(c);
        !probe.escape_debug().any(|e| e == '\\')
    }
}

/// Go's `strconv.Quote`, for bytes that need not be UTF-8.
pub fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push('"');
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| escape(c, '"', &mut quoted));
        for byte in chunk.invalid() {
            quoted.push_str(&format!("\\x{byte:02x}"));
        }
    }
    quoted.push('"');
    quoted
}

/// The scanner's quoted character: the byte taken for a rune, between single quotes.
pub(super) fn quote_char(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".into(),
        b'"' => "'\"'".into(),
        _ => {
            let mut quoted = String::from("'");
            escape(char::from(byte), '"', &mut quoted);
            quoted.push('\'');
            quoted
        }
    }
}

/// `jsonwire.QuoteRune` of Go 1.27: the first character of these bytes, between single quotes.
pub(super) fn quote_rune(bytes: &[u8]) -> String {
    let first = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid()).chars().next();
    let mut quoted = String::from("'");
    match (first, bytes.first()) {
        (Some(c), _) => escape(c, '\'', &mut quoted),
        (None, Some(byte)) => quoted.push_str(&format!("\\x{byte:x}")),
        (None, None) => {}
    }
    quoted.push('\'');
    quoted
}

fn escape(c: char, mark: char, into: &mut String) {
    match c {
        c if c == mark || c == '\\' => into.extend(['\\', c]),
        '\x07' => into.push_str("\\a"),
        '\x08' => into.push_str("\\b"),
        '\x0c' => into.push_str("\\f"),
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        '\x0b' => into.push_str("\\v"),
        c if is_print(c) => into.push(c),
        c if c < ' ' || c == '\x7f' => into.push_str(&format!("\\x{:02x}", u32::from(c))),
        c if u32::from(c) < 0x10000 => into.push_str(&format!("\\u{:04x}", u32::from(c))),
        c => into.push_str(&format!("\\U{:08x}", u32::from(c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        assert_eq!(
            quote("a\"\\\n\x07\x01\x7f é \u{a0}\u{200b}\u{10ffff}".as_bytes()),
            "\"a\\\"\\\\\\n\\a\\x01\\x7f é \\u00a0\\u200b\\U0010ffff\""
        );
        assert_eq!(quote(b"\xff\xfe"), r#""\xff\xfe""#);
        assert_eq!(quote_char(0xef), "'ï'");
        assert_eq!(quote_char(b'\n'), r"'\n'");
        assert_eq!(quote_char(0x80), r"'\u0080'");
    }
}
