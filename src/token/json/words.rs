//! In which words does a Go refuse a document? `encoding/json` said it otherwise before 1.20 and from 1.27 on.

use std::fmt;

use super::super::quote::{quote, quote_char, quote_rune};

/// Releases of Go, by how their `encoding/json` words an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// Up to 1.19: the path to a member leaves out embedded structures.
    UpTo1_19,
    /// 1.20 to 1.26.
    From1_20,
    /// From 1.27 on, where `encoding/json/v2` does the work.
    From1_27,
}

/// What `encoding/json` says of a document. Displays in the words of Go 1.20 to 1.26.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    words: Box<[String; 3]>,
}

impl JsonError {
    pub(crate) fn new(up_to_1_19: String, from_1_20: String, from_1_27: String) -> Self {
        Self { words: Box::new([up_to_1_19, from_1_20, from_1_27]) }
    }

    /// In the words of a release.
    pub fn of(&self, go: Go) -> &str {
        let [up_to_1_19, from_1_20, from_1_27] = &*self.words;
        match go {
            Go::UpTo1_19 => up_to_1_19,
            Go::From1_20 => from_1_20,
            Go::From1_27 => from_1_27,
        }
    }
}

impl From<String> for JsonError {
    fn from(text: String) -> Self {
        Self::new(text.clone(), text.clone(), text)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.of(Go::From1_20))
    }
}

/// Where a document is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// The byte that does not belong there; a space behind the end inside of a word or number, none at the end.
    pub(super) byte: Option<u8>,
    /// Where it stands.
    pub(super) at: usize,
    /// What it stands in, in Go's words.
    pub(super) context: String,
}

const ENDED: &str = "unexpected end of JSON input";

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.byte {
            None => f.write_str(ENDED),
            Some(byte) => write!(f, "invalid character {} {}", quote_char(byte), self.context),
        }
    }
}

impl SyntaxError {
    pub(crate) fn words(&self, doc: &[u8]) -> JsonError {
        let old = self.to_string();
        JsonError::new(old.clone(), old, self.newest(doc))
    }

    fn newest(&self, doc: &[u8]) -> String {
        let rest = doc.get(self.at..).unwrap_or_default();
        if self.byte.is_none() || rest.is_empty() {
            return ENDED.into();
        }
        let escape = |back: usize, length: usize| {
            let from = self.at.saturating_sub(back);
            let what = doc.get(from..(from + length).min(doc.len())).unwrap_or_default();
            format!("invalid escape sequence {} in string", quoted(what))
        };
        let context = match self.context.as_str() {
            "exceeded max depth" => return "exceeded max depth".into(),
            "in string escape code" => return escape(1, 2),
            "in \\u hexadecimal character escape" => {
                let back = doc.get(..self.at).and_then(|before| before.iter().rposition(|b| *b == b'\\'));
                return escape(self.at - back.unwrap_or(self.at), 6);
            }
            "in string literal" => "in string",
            context if context.ends_with("in numeric literal") => "in numeric literal",
            context if context.ends_with("of numeric literal") => "in numeric literal",
            context => context,
        };
        format!("invalid character {} {context}", quote_rune(rest))
    }
}

/// `InvalidTextError` of `encoding/json`: in backquotes, unless something in it has to be escaped.
fn quoted(what: &[u8]) -> String {
    let escaped = quote(what);
    let plain = std::str::from_utf8(what).is_ok_and(|text| {
        text.chars().all(|c| c != '`' && !c.is_whitespace() && (c.is_ascii_graphic() || !c.is_control()))
    });
    match std::str::from_utf8(what) {
        Ok(text) if plain => format!("`{text}`"),
        _ => escaped,
    }
}
