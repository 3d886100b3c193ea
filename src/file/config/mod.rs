//! What does this nats-server configuration say?
//!
//! The grammar of nats-server in full (`conf/lex.go`, `conf/parse.go`): comments, includes, variables, environment,
//! maps, arrays, quoting, units, times and block strings, with the error texts and positions of the server, and with
//! the bytes of every key and value, so that a finding points at a line and a fix edits it. What the options *mean* is
//! for `server::startup`.

mod digest;
mod lex;
mod parse;
mod tree;

pub use parse::{Cause, ConfigError, parse};
pub use tree::{Entry, FileId, Map, Node, Position, Span, Value};

/// Why a file cannot be read, as the system says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is none.
    NotFound,
    /// It may not be read.
    Denied,
    /// It is a directory.
    Directory,
    /// It was not given, so nothing is known about it: what depends on it cannot be decided.
    Unavailable,
    /// Another reason, in the system's words.
    Other(String),
}

impl ReadError {
    /// The text of Go's `os.ReadFile` for this path.
    pub fn go_text(&self, path: &str) -> String {
        match self {
            Self::NotFound | Self::Unavailable => format!("open {path}: no such file or directory"),
            Self::Denied => format!("open {path}: permission denied"),
            Self::Directory => format!("read {path}: is a directory"),
            Self::Other(text) => format!("open {path}: {text}"),
        }
    }
}

/// What the server would find at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// A directory.
    pub directory: bool,
    /// The permission bits.
    pub mode: u32,
    /// The path itself is a symbolic link; the rest is about what it leads to.
    pub link: bool,
}

/// The surroundings of a configuration: files and environment, as the caller wants them to be seen.
pub trait Sources {
    /// The bytes of a file; relative paths are relative to where the server would run.
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// A variable of the server's environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// What is at a path; `Err(NotFound)` if nothing, `Err(Unavailable)` if that is not known.
    fn metadata(&self, _path: &str) -> Result<Metadata, ReadError> {
        Err(ReadError::Unavailable)
    }
}

/// No files and an empty environment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Sources for Nothing {
    fn file(&self, _path: &str) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::NotFound)
    }

    fn variable(&self, _name: &str) -> Option<String> {
        None
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as the server prints it.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The include that asked for it: its file and the bytes of the path there.
    pub included: Option<(FileId, Span)>,
}

impl SourceFile {
    /// Line (from 1) and column (from 1, in characters) of a byte, and the text of the line.
    pub fn locate(&self, offset: usize) -> (usize, usize, String) {
        let offset = offset.min(self.bytes.len());
        let before = self.bytes.get(..offset).unwrap_or_default();
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        let text =
            String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).trim_end_matches('\r').to_owned();
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
        (line, column, text)
    }
}

/// A configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Its top level.
    pub root: Map,
    /// The files that it was read from; the first is the configuration itself.
    pub files: Vec<SourceFile>,
    /// The digest that the server shows (since 2.11.0): `sha256:…`.
    pub digest: Option<String>,
}

impl Config {
    /// A position in the server's form: `FILE:LINE:COL`.
    pub fn place(&self, position: Position) -> String {
        let path = self.files.get(position.file.0).map_or("", |f| f.path.as_str());
        format!("{path}:{}:{}", position.line, position.column)
    }
}

#[cfg(test)]
mod tests;
