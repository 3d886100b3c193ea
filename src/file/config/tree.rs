//! What was written where: the values of a configuration with their places.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A range of bytes in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Which of [`super::Config::files`] a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct FileId(pub usize);

/// Where the server says that something is: `FILE:LINE:COL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: usize,
    /// The column as the server counts it: from 0 on the first line, from 1 on the others, and shifted back by
    /// escapes, as its lexer computes it from the length of the value.
    pub column: i64,
}

/// A value, as Go's `interface{}` would hold it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    String(String),
    /// A text that is no UTF-8, which `\xHH` can write; Go's `string` too.
    Bytes(Vec<u8>),
    /// An integer, its unit already multiplied in (wrapping, as in Go).
    Integer(i64),
    /// A float.
    Float(f64),
    /// `true`, `yes`, `on`, …
    Bool(bool),
    /// A Zulu time, as written.
    Datetime(String),
    /// `[ … ]`
    Array(Arc<Vec<Node>>),
    /// `{ … }`
    Map(Arc<Map>),
}

impl Value {
    /// Go's name of the type (`%T`).
    pub fn go_type(&self) -> &'static str {
        match self {
            Self::String(_) | Self::Bytes(_) => "string",
            Self::Integer(_) => "int64",
            Self::Float(_) => "float64",
            Self::Bool(_) => "bool",
            Self::Datetime(_) => "time.Time",
            Self::Array(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(s) => Some(Cow::Borrowed(s)),
            Self::Bytes(b) => Some(String::from_utf8_lossy(b)),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The members, if it is an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match self {
            Self::Array(nodes) => Some(nodes),
            _ => None,
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What the server takes.
    pub value: Value,
    /// Where the server says it is: at its key for a member of a map, at itself in an array.
    pub position: Position,
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
    /// The file of [`Self::span`].
    pub file: FileId,
    /// A `$` reference stands here; the name that it names.
    pub variable: Option<String>,
    /// Some `$` reference read this value.
    pub used: bool,
    /// The server keeps no position for it: it comes out of the environment.
    pub bare: bool,
}

/// A key, its value, and whether it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as written, unquoted.
    pub key: String,
    /// The bytes of the key, quotes included.
    pub key_span: Span,
    /// The file of [`Self::key_span`].
    pub file: FileId,
    /// The value.
    pub node: Node,
    /// A later entry of the very same spelling replaced it.
    pub shadowed: bool,
    /// Releases 2.11.0 to 2.12.5 drop a key that only served as a variable.
    pub dropped: bool,
}

/// A map: its entries in the order of the text, the replaced ones among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
    index: BTreeMap<String, usize>,
}

impl Map {
    /// All entries, also those that do not count.
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries that the server sees, in the order of the text. The server walks them in random order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| !e.shadowed && !e.dropped)
    }

    /// As [`Map::entries`], beginning with another one and going round. Of all the orders that the server may walk in, the
    /// turns let each entry come last, and each before each other.
    pub fn turned(&self, turn: usize) -> impl Iterator<Item = &Entry> {
        let first = if turn == 0 { 0 } else { turn % self.entries().count().max(1) };
        self.entries().skip(first).chain(self.entries().take(first))
    }

    /// The entries that the server sees, sorted by key.
    pub(super) fn sorted(&self) -> impl Iterator<Item = &Entry> {
        self.index.values().filter_map(|&i| self.entries.get(i)).filter(|e| !e.dropped)
    }

    /// The value of exactly this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.node)
    }

    /// The entry of exactly this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).and_then(|&i| self.entries.get(i)).filter(|e| !e.dropped)
    }

    /// Entries whose keys are one of these in any letter case, as the server matches options.
    pub fn any_case<'a>(&'a self, keys: &'a [&str]) -> impl Iterator<Item = &'a Entry> {
        self.entries().filter(move |e| keys.iter().any(|k| k.eq_ignore_ascii_case(&e.key)))
    }

    /// Whether the server sees no entry.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        let last = self.entries.len();
        if let Some(before) = self.index.insert(entry.key.clone(), last)
            && let Some(old) = self.entries.get_mut(before)
        {
            old.shadowed = true;
        }
        self.entries.push(entry);
    }

    pub(super) fn use_variable(&mut self, key: &str) -> Option<Node> {
        let entry = self.index.get(key).and_then(|&i| self.entries.get_mut(i))?;
        entry.node.used = true;
        Some(entry.node.clone())
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }
}
