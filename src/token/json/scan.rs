//! Is this JSON, and if not, what does Go say? The state machine of `encoding/json/scanner.go`, which Go runs over the
//! whole document before it decodes anything.

use super::words::SyntaxError;

/// Objects and arrays that may stand in each other: `maxNestingDepth`.
const MAX_DEPTH: usize = 10_000;

/// What an open bracket waits for.
#[derive(Clone, Copy, PartialEq)]
enum In {
    ObjectKey,
    ObjectValue,
    Array,
}

/// Go's `SyntaxError`, none where the document is JSON.
pub(crate) fn syntax_error(doc: &[u8]) -> Option<SyntaxError> {
    Scanner { doc, at: 0, stack: Vec::new(), outer: 0 }.run().err()
}

/// The end of the value that begins at `at`, inside of `outer` open objects and arrays; none where it is not JSON.
pub(crate) fn value_end(doc: &[u8], at: usize, outer: usize) -> Option<usize> {
    let mut scanner = Scanner { doc, at, stack: Vec::new(), outer };
    scanner.one().ok().map(|()| scanner.at)
}

struct Scanner<'a> {
    doc: &'a [u8],
    at: usize,
    stack: Vec<In>,
    /// Objects and arrays that are open around the document.
    outer: usize,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        self.one()?;
        match self.skip_space() {
            None => Ok(()),
            Some(byte) => {
                self.at += 1;
                Err(self.unexpected(byte, "after top-level value"))
            }
        }
    }

    /// One value with all that it holds.
    fn one(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.value()?;
            // A value is complete: close brackets until the next one begins or the first has ended.
            loop {
                let Some(&top) = self.stack.last() else { return Ok(()) };
                let byte = self.next_token()?;
                match (top, byte) {
                    (In::ObjectKey, b':') => {
                        *self.stack.last_mut().expect("the stack has a top") = In::ObjectValue;
                        break;
                    }
                    (In::ObjectKey, _) => return Err(self.unexpected(byte, "after object key")),
                    (In::ObjectValue, b',') => {
                        *self.stack.last_mut().expect("the stack has a top") = In::ObjectKey;
                        self.key()?;
                    }
                    (In::Array, b',') => break,
                    (In::ObjectValue, b'}') | (In::Array, b']') => _ = self.stack.pop(),
                    (In::ObjectValue, _) => return Err(self.unexpected(byte, "after object key:value pair")),
                    (In::Array, _) => return Err(self.unexpected(byte, "after array element")),
                }
            }
        }
    }

    /// Reads one value; of an object or array, as far as its first scalar, key or end.
    fn value(&mut self) -> Result<(), SyntaxError> {
        loop {
            let byte = self.next_token()?;
            match byte {
                b'{' => {
                    self.push(byte, In::ObjectKey)?;
                    match self.skip_space() {
                        Some(b'}') => {
                            self.at += 1;
                            self.stack.pop();
                        }
                        _ => self.key()?,
                    }
                    return Ok(());
                }
                b'[' => {
                    self.push(byte, In::Array)?;
                    if self.skip_space() == Some(b']') {
                        self.at += 1;
                        self.stack.pop();
                        return Ok(());
                    }
                }
                b'"' => return self.string(),
                b'-' | b'0'..=b'9' => return self.number(byte),
                b't' => return self.literal("true"),
                b'f' => return self.literal("false"),
                b'n' => return self.literal("null"),
                _ => return Err(self.unexpected(byte, "looking for beginning of value")),
            }
        }
    }

    fn push(&mut self, byte: u8, what: In) -> Result<(), SyntaxError> {
        self.stack.push(what);
        if self.outer + self.stack.len() > MAX_DEPTH {
            Err(self.unexpected(byte, "exceeded max depth"))
        } else {
            Ok(())
        }
    }

    fn key(&mut self) -> Result<(), SyntaxError> {
        match self.next_token()? {
            b'"' => self.string(),
            byte => Err(self.unexpected(byte, "looking for beginning of object key string")),
        }
    }

    /// The next byte that is no space, not consumed.
    fn skip_space(&mut self) -> Option<u8> {
        while let Some(&byte) = self.doc.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    fn next_token(&mut self) -> Result<u8, SyntaxError> {
        let byte = self.skip_space().ok_or_else(|| self.ended())?;
        self.at += 1;
        Ok(byte)
    }

    /// The next byte within an escape, a number or a literal. At the end of the document Go's scanner is fed a space
    /// (`scanner.eof`), which none of them takes.
    fn next(&mut self) -> u8 {
        let byte = self.doc.get(self.at).copied().unwrap_or(b' ');
        self.at += 1;
        byte
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        loop {
            let byte = *self.doc.get(self.at).ok_or_else(|| self.ended())?;
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => match self.next() {
                    b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                    b'u' => {
                        for _ in 0..4 {
                            let byte = self.next();
                            if !byte.is_ascii_hexdigit() {
                                return Err(self.unexpected(byte, "in \\u hexadecimal character escape"));
                            }
                        }
                    }
                    byte => return Err(self.unexpected(byte, "in string escape code")),
                },
                byte if byte < 0x20 => return Err(self.unexpected(byte, "in string literal")),
                _ => {}
            }
        }
    }

    fn number(&mut self, first: u8) -> Result<(), SyntaxError> {
        let mut first = first;
        if first == b'-' {
            first = self.next();
            if !first.is_ascii_digit() {
                return Err(self.unexpected(first, "in numeric literal"));
            }
        }
        if first != b'0' {
            self.digits();
        }
        if self.doc.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
            self.digits();
        }
        if let Some(b'e' | b'E') = self.doc.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.doc.get(self.at) {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digit(&mut self, context: &str) -> Result<(), SyntaxError> {
        match self.next() {
            byte if byte.is_ascii_digit() => Ok(()),
            byte => Err(self.unexpected(byte, context)),
        }
    }

    fn ended(&self) -> SyntaxError {
        SyntaxError { byte: None, at: self.at, context: String::new() }
    }

    /// The byte before this place does not belong there.
    fn unexpected(&self, byte: u8, context: &str) -> SyntaxError {
        SyntaxError { byte: Some(byte), at: self.at.saturating_sub(1), context: context.to_owned() }
    }

    fn digits(&mut self) {
        while self.doc.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), SyntaxError> {
        for expected in word.bytes().skip(1) {
            let byte = self.next();
            if byte != expected {
                let context = format!("in literal {word} (expecting '{}')", char::from(expected));
                return Err(self.unexpected(byte, &context));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_json() {
        for doc in
            ["{}", " [1,-0.5e+3,\"\\u00e9\",true,false,null,{\"a\":[]}] \n", "0", "-0", "\"\"", "[[],{}]"]
        {
            assert_eq!(syntax_error(doc.as_bytes()), None, "{doc}");
        }
        let deep = [vec![b'['; MAX_DEPTH], vec![b']'; MAX_DEPTH]].concat();
        assert_eq!(syntax_error(&deep), None);
    }

    #[test]
    fn says_what_go_says() {
        for (doc, text) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("-", "invalid character ' ' in numeric literal"),
            ("1.", "invalid character ' ' after decimal point in numeric literal"),
            ("\"\\u0", "invalid character ' ' in \\u hexadecimal character escape"),
            ("\"a", "unexpected end of JSON input"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("nul", "invalid character ' ' in literal null (expecting 'l')"),
            ("nulx", "invalid character 'x' in literal null (expecting 'l')"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\\u00g0\"", "invalid character 'g' in \\u hexadecimal character escape"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("-a", "invalid character 'a' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("\u{feff}{}", "invalid character 'ï' looking for beginning of value"),
        ] {
            let said = syntax_error(doc.as_bytes()).map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some(text), "{doc}");
        }
        let deep = vec![b'['; MAX_DEPTH + 1];
        let said = syntax_error(&deep).map(|error| error.to_string());
        assert_eq!(said.as_deref(), Some("invalid character '[' exceeded max depth"));
    }
}
