//! Which values do the words make?
//!
//! `conf/parse.go`: a stack of keys and a stack of maps and arrays. The stacks are kept exactly as the server keeps
//! them, for their quirks are visible: an unknown unit leaves its key behind, `{ a }` gives the inner key to the outer
//! value.

use std::sync::Arc;

use super::lex::{Grammar, Item, Kind, Lexer, is_digit};
use super::tree::{Entry, FileId, Map, Node, Position, Span, Value};
use super::{Config, ReadError, SourceFile, Sources};
use crate::file::version::{self, Version};

/// Files that include each other: the server goes on until its stack is full.
const INCLUDES: usize = 64;
/// Environment variables that name each other.
const REFERENCES: usize = 64;
/// Maps and arrays in each other; the server has no bound, its JSON encoder stops at a depth that no file has.
const DEPTH: usize = 1000;
/// Values in all, each reference counted as what it names.
const NODES: usize = 20_000_000;
/// Files in all.
const FILES: usize = 4096;

/// Why a configuration does not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The server says so in these words.
    Refused,
    /// A file is not at hand.
    Unreadable,
    /// The server would crash or not end here.
    Crash,
    /// More than this tool reads.
    Limit,
}

/// A configuration that does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ConfigError {
    /// What happened.
    pub cause: Cause,
    /// The server's words.
    pub text: String,
    /// The file in which it happened.
    pub file: FileId,
    /// The line, from 1.
    pub line: usize,
    /// The bytes.
    pub span: Span,
    /// The files that were read up to there; the first is the configuration itself.
    pub files: Vec<SourceFile>,
}

/// Reads a configuration as the given release does; `path` is what the server was started with.
pub fn parse(
    path: &str,
    bytes: &[u8],
    version: Version,
    sources: &dyn Sources,
) -> Result<Config, ConfigError> {
    let mut files = Vec::new();
    let mut work = Work { files: &mut files, version, sources, nodes: 0 };
    match work.file(path, bytes.to_vec(), None, Mode::Pedantic, 0) {
        Ok(root) => {
            let digest = super::digest::digest(&root);
            Ok(Config { root, files, digest })
        }
        Err(error) => Err(ConfigError { files, ..error }),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pedantic,
    Plain,
}

struct Work<'a> {
    files: &'a mut Vec<SourceFile>,
    version: Version,
    sources: &'a dyn Sources,
    nodes: usize,
}

enum Context {
    Map(Map, Span),
    Array(Vec<Node>, Span),
}

struct Key {
    text: String,
    position: Position,
    span: Span,
    file: FileId,
}

struct Parser {
    contexts: Vec<Context>,
    keys: Vec<Key>,
    file: FileId,
    path: String,
    mode: Mode,
    includes: usize,
}

impl Work<'_> {
    fn file(
        &mut self,
        path: &str,
        bytes: Vec<u8>,
        included: Option<(FileId, Span)>,
        mode: Mode,
        includes: usize,
    ) -> Result<Map, ConfigError> {
        let file = FileId(self.files.len());
        self.files.push(SourceFile { path: path.to_owned(), bytes: bytes.clone(), included });
        let parser = Parser {
            contexts: vec![Context::Map(Map::default(), Span::default())],
            keys: Vec::new(),
            file,
            path: path.to_owned(),
            mode,
            includes,
        };
        let mut map = self.run(parser, &bytes, &mut Vec::new())?;
        // cleanupUsedEnvVars works on the whole tree, but an include stands in it with all its marks.
        if included.is_none() && self.version.at_least(2, 11, 0) && !self.version.at_least(2, 12, 6) {
            drop_used(&mut map);
        }
        Ok(map)
    }

    fn run(&mut self, mut parser: Parser, bytes: &[u8], names: &mut Vec<String>) -> Result<Map, ConfigError> {
        let grammar = Grammar {
            blocks: self.version.has(&version::CONFIG_BRACES),
            unit_then_digit_is_text: self.version.has(&version::UNIT_THEN_DIGIT),
        };
        let mut lexer = Lexer::new(bytes, grammar);
        let mut dangling = false;
        loop {
            let item = lexer.item();
            if item.kind == Kind::Eof {
                if dangling && self.version.has(&version::DANGLING_WORD) {
                    let text = format!("config is invalid ({}:{}:{})", parser.path, item.line, item.column);
                    return Err(parser.error(Cause::Refused, text, &item));
                }
                break;
            }
            dangling = item.kind == Kind::Key && item.text != b"}";
            self.process(&mut parser, item, names)?;
        }
        match parser.contexts.into_iter().next() {
            Some(Context::Map(map, _)) => Ok(map),
            _ => Ok(Map::default()),
        }
    }

    fn process(
        &mut self,
        parser: &mut Parser,
        item: Item,
        names: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let text = || String::from_utf8_lossy(&item.text).into_owned();
        let value = match item.kind {
            Kind::Error => {
                let text = format!("Parse error on line {}: '{}'", item.line, text());
                return Err(parser.error(Cause::Refused, text, &item));
            }
            Kind::Key => {
                let position = Position { file: parser.file, line: item.line, column: item.column };
                parser.keys.push(Key { text: text(), position, span: item.span, file: parser.file });
                return Ok(());
            }
            Kind::MapStart | Kind::ArrayStart => {
                if parser.contexts.len() > DEPTH {
                    let text = format!("more than {DEPTH} maps and arrays in each other");
                    return Err(parser.error(Cause::Limit, text, &item));
                }
                parser.contexts.push(match item.kind {
                    Kind::MapStart => Context::Map(Map::default(), item.span),
                    _ => Context::Array(Vec::new(), item.span),
                });
                return Ok(());
            }
            Kind::MapEnd | Kind::ArrayEnd => {
                if parser.contexts.len() < 2 {
                    return Err(parser.error(Cause::Crash, "the server's parser ends here".into(), &item));
                }
                let (value, start) = match parser.contexts.pop() {
                    Some(Context::Map(map, span)) => (Value::Map(Arc::new(map)), span.start),
                    Some(Context::Array(nodes, span)) => (Value::Array(Arc::new(nodes)), span.start),
                    None => return Ok(()),
                };
                let span = Span { start, end: item.span.end };
                return self.set(parser, Item { span, ..item }, value, None, false);
            }
            Kind::String => match String::from_utf8(item.text.clone()) {
                Ok(text) => Value::String(text),
                Err(e) => Value::Bytes(e.into_bytes()),
            },
            Kind::Integer => match integer(&text()) {
                Ok(Some(number)) => Value::Integer(number),
                // An unknown unit sets nothing, and leaves its key on the stack.
                Ok(None) => return Ok(()),
                Err(text) => return Err(parser.error(Cause::Refused, text, &item)),
            },
            Kind::Float => {
                let written = text();
                match written.parse::<f64>() {
                    Ok(number) if number.is_finite() && written.is_ascii() => Value::Float(number),
                    Ok(_) if written.is_ascii() => {
                        let text = format!("float '{written}' is out of the range");
                        return Err(parser.error(Cause::Refused, text, &item));
                    }
                    _ => {
                        let text = format!("expected float, but got '{written}'");
                        return Err(parser.error(Cause::Refused, text, &item));
                    }
                }
            }
            Kind::Bool => Value::Bool(["true", "yes", "on"].iter().any(|w| text().eq_ignore_ascii_case(w))),
            Kind::Datetime => {
                let written = text();
                if !is_time(&written) {
                    let text = format!("expected Zulu formatted DateTime, but got '{written}'");
                    return Err(parser.error(Cause::Refused, text, &item));
                }
                Value::Datetime(written)
            }
            Kind::Variable => return self.variable(parser, item, names),
            Kind::Include => return self.include(parser, item),
            Kind::Eof | Kind::Text | Kind::CommentStart => return Ok(()),
        };
        self.set(parser, item, value, None, false)
    }

    fn variable(
        &mut self,
        parser: &mut Parser,
        item: Item,
        names: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let name = String::from_utf8_lossy(&item.text).into_owned();
        if name.starts_with("2a$") {
            return self.set(
                parser,
                item,
                Value::String(format!("${name}")),
                None,
                parser.mode == Mode::Plain,
            );
        }
        for context in parser.contexts.iter_mut().rev() {
            if let Context::Map(map, _) = context
                && let Some(node) = map.use_variable(&name)
            {
                return self.set(parser, item, node.value, Some(name), false);
            }
        }
        let cannot = |reason: &str| {
            format!("variable reference for '{name}' on line {} could not be parsed: {reason}", item.line)
        };
        if names.contains(&name) || names.len() > REFERENCES {
            // Before, the server's parser called itself until its stack was full.
            let text = match self.version.has(&version::ENV_CYCLES) {
                true => cannot(&format!("variable reference cycle for '{name}'")),
                false => "fatal error: stack overflow".into(),
            };
            let cause = if self.version.has(&version::ENV_CYCLES) { Cause::Refused } else { Cause::Crash };
            return Err(parser.error(cause, text, &item));
        }
        let Some(written) = self.sources.variable(&name) else {
            let text = format!("variable reference for '{name}' on line {} can not be found", item.line);
            return Err(parser.error(Cause::Refused, text, &item));
        };
        names.push(name.clone());
        let inner = Parser {
            contexts: vec![Context::Map(Map::default(), Span::default())],
            keys: Vec::new(),
            file: parser.file,
            path: String::new(),
            mode: Mode::Plain,
            includes: parser.includes,
        };
        let result = self.run(inner, format!("pk={written}").as_bytes(), names);
        names.pop();
        match result {
            Ok(map) => match map.into_entries().into_iter().rev().find(|e| e.key == "pk") {
                Some(entry) => self.set(parser, item, entry.node.value, Some(name), false),
                None => {
                    let text =
                        format!("variable reference for '{name}' on line {} can not be found", item.line);
                    Err(parser.error(Cause::Refused, text, &item))
                }
            },
            Err(e) if e.cause == Cause::Crash => Err(parser.error(e.cause, e.text, &item)),
            Err(e) => Err(parser.error(e.cause, cannot(&e.text), &item)),
        }
    }

    fn include(&mut self, parser: &mut Parser, item: Item) -> Result<(), ConfigError> {
        let name = String::from_utf8_lossy(&item.text).into_owned();
        let path = join(&parser.path, &name);
        if parser.includes >= INCLUDES || self.files.len() >= FILES {
            let text = format!("error parsing include file '{name}', files include each other without end");
            return Err(parser.error(Cause::Crash, text, &item));
        }
        let fail = |cause: Cause, reason: String| {
            parser.error(cause, format!("error parsing include file '{name}', {reason}"), &item)
        };
        let bytes = match self.sources.file(&path) {
            Ok(bytes) => bytes,
            Err(e) => {
                let open = e.go_text(&path);
                let reason = match parser.mode {
                    Mode::Pedantic => open,
                    Mode::Plain => format!("error opening config file: {open}"),
                };
                let cause = if e == ReadError::Unavailable { Cause::Unreadable } else { Cause::Refused };
                return Err(fail(cause, reason));
            }
        };
        let included = Some((parser.file, item.span));
        let map = match self.file(&path, bytes, included, parser.mode, parser.includes + 1) {
            Ok(map) => map,
            Err(e) => {
                let text = format!("error parsing include file '{name}', {}", e.text);
                return Err(ConfigError { text, ..e });
            }
        };
        for entry in map.into_entries().into_iter().filter(|e| !e.shadowed) {
            parser.put(entry);
        }
        Ok(())
    }

    fn set(
        &mut self,
        parser: &mut Parser,
        item: Item,
        value: Value,
        variable: Option<String>,
        bare: bool,
    ) -> Result<(), ConfigError> {
        self.nodes = self.nodes.saturating_add(if variable.is_some() { size(&value, NODES) } else { 1 });
        if self.nodes > NODES {
            return Err(parser.error(Cause::Limit, format!("more than {NODES} values"), &item));
        }
        let mut node = Node {
            value,
            position: Position { file: parser.file, line: item.line, column: item.column },
            span: item.span,
            file: parser.file,
            variable,
            used: false,
            bare: bare || parser.mode == Mode::Plain,
        };
        match parser.contexts.last_mut() {
            Some(Context::Array(nodes, _)) => nodes.push(node),
            Some(Context::Map(..)) => {
                let Some(key) = parser.keys.pop() else {
                    return Err(parser.error(Cause::Crash, "BUG in parser, keys stack empty".into(), &item));
                };
                node.position = key.position;
                let entry = Entry {
                    key: key.text,
                    key_span: key.span,
                    file: key.file,
                    node,
                    shadowed: false,
                    dropped: false,
                };
                parser.put(entry);
            }
            None => {}
        }
        Ok(())
    }
}

impl Parser {
    fn error(&self, cause: Cause, text: String, item: &Item) -> ConfigError {
        ConfigError { cause, text, file: self.file, line: item.line, span: item.span, files: Vec::new() }
    }

    fn put(&mut self, entry: Entry) {
        match self.contexts.last_mut() {
            Some(Context::Map(map, _)) => map.insert(entry),
            Some(Context::Array(nodes, _)) => nodes.push(entry.node),
            None => {}
        }
    }
}

/// How many values a reference brings in, up to a bound.
fn size(value: &Value, bound: usize) -> usize {
    let mut sum = 1usize;
    let mut more = |value: &Value| {
        sum = sum.saturating_add(size(value, bound.saturating_sub(sum)));
        sum < bound
    };
    match value {
        Value::Array(nodes) => {
            let _ = nodes.iter().all(|node| more(&node.value));
        }
        Value::Map(map) => {
            let _ = map.all().iter().all(|entry| more(&entry.node.value));
        }
        _ => {}
    }
    sum
}

/// `cleanupUsedEnvVars`: keys that served as variables are taken out, in maps within maps alone.
fn drop_used(map: &mut Map) {
    for entry in map.entries_mut() {
        if entry.node.used {
            entry.dropped = true;
        } else if let Value::Map(inner) = &mut entry.node.value {
            drop_used(Arc::make_mut(inner));
        }
    }
}

/// An integer with its unit; `None` for a unit that the server does not know.
fn integer(text: &str) -> Result<Option<i64>, String> {
    // Go counts characters here and cuts bytes; the difference shows in digits beyond ASCII, which no number has.
    let count = text.chars().take_while(|&c| is_digit(c) || c == '-').count();
    let (digits, unit) = text.split_at_checked(count).unwrap_or((text, ""));
    let number: i64 = digits.parse().map_err(|e: std::num::ParseIntError| match e.kind() {
        std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
            format!("integer '{text}' is out of the range")
        }
        _ => format!("expected integer, but got '{text}'"),
    })?;
    let mut unit = unit.trim().to_ascii_lowercase();
    if unit.is_empty() {
        return Ok(Some(number));
    }
    let letter = unit.remove(0);
    let (Some(power), binary) = ("kmgtpe".find(letter), !unit.is_empty()) else { return Ok(None) };
    if binary && !matches!(unit.as_str(), "b" | "i" | "ib") {
        return Ok(None);
    }
    let base: i64 = if binary { 1024 } else { 1000 };
    let factor = (0..=power).fold(1i64, |f, _| f.wrapping_mul(base));
    Ok(Some(number.wrapping_mul(factor)))
}

/// Whether Go's `time.Parse` accepts a text that already has the form `0000-00-00T00:00:00Z`.
fn is_time(text: &str) -> bool {
    text.is_ascii()
        && text.parse::<jiff::Timestamp>().is_ok_and(|_| text.get(17..19).is_some_and(|s| s < "60"))
}

/// Go's `filepath.Join(filepath.Dir(from), name)`.
fn join(from: &str, name: &str) -> String {
    let dir = match from.rfind('/') {
        Some(0) => "/",
        Some(i) => from.get(..i).unwrap_or_default(),
        None => ".",
    };
    if name.is_empty() { clean(dir) } else { clean(&format!("{dir}/{name}")) }
}

/// Go's `filepath.Clean`.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match out.last() {
                Some(&last) if last != ".." => {
                    out.pop();
                }
                _ if rooted => {}
                _ => out.push(".."),
            },
            part => out.push(part),
        }
    }
    let joined = out.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}
