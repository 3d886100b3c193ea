//! What was found, and where: places are built on the stack and become text only when there is something to report.

use crate::token::quote;

/// How much an issue weighs, as Go files it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `AddError`: nats-server refuses the token.
    Error,
    /// `AddWarning`: nobody acts on it.
    Warning,
    /// `AddTimeCheck`: refused by whoever asks for the times; nats-server does for users.
    TimeCheck,
}

/// One issue of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its name; `lint` maps it to a rule.
    pub id: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// Go's own text.
    pub text: String,
    /// JSON pointer (RFC 6901) into the payload as layout v2 has it; in a v1 token some members stand elsewhere.
    pub pointer: String,
}

/// A place in the payload.
#[derive(Clone, Copy)]
pub(in crate::token) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Index(usize),
}

/// A member of the payload.
pub(super) const fn at(member: &str) -> At<'_> {
    At { parent: None, step: Step::Member(member) }
}

/// `/nats`.
pub(super) static NATS: At<'static> = at("nats");

impl<'a> At<'a> {
    pub(super) const fn member(&'a self, name: &'a str) -> At<'a> {
        At { parent: Some(self), step: Step::Member(name) }
    }

    pub(super) const fn index(&'a self, index: usize) -> At<'a> {
        At { parent: Some(self), step: Step::Index(index) }
    }

    /// Writes the pointer, up to a member whose name is longer than `longest`; whether all of it is written.
    fn write(&self, longest: usize, into: &mut String) -> bool {
        if self.parent.is_some_and(|parent| !parent.write(longest, into)) {
            return false;
        }
        match self.step {
            Step::Member(name) if name.len() > longest => return false,
            Step::Member(name) => {
                into.push('/');
                into.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Index(index) => into.push_str(&format!("/{index}")),
        }
        true
    }
}

/// Text of one token's issues that is written out, bytes. An issue quotes subjects and there can be one for each of their
/// tokens, so that Go makes gigabytes of some tokens of a megabyte.
const ROOM: usize = 8 << 20;

/// What is left of a text or a name behind that, bytes.
const SHORT: usize = 64;

/// `ValidationResults`.
#[derive(Default)]
pub(super) struct Report {
    pub(super) issues: Vec<Issue>,
    written: usize,
}

impl Report {
    /// Go's `%q`; a long text that finds no room any more is cut.
    pub(super) fn quote(&self, text: &str) -> String {
        if self.written < ROOM || text.len() <= SHORT {
            return quote(text.as_bytes());
        }
        let end = (0..=SHORT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        quote(&text.as_bytes()[..end]) + "…"
    }

    pub(super) fn error(&mut self, id: &'static str, place: At<'_>, text: impl Into<String>) {
        self.add(id, Level::Error, place, text.into());
    }

    pub(super) fn warning(&mut self, id: &'static str, place: At<'_>, text: impl Into<String>) {
        self.add(id, Level::Warning, place, text.into());
    }

    pub(super) fn time_check(&mut self, id: &'static str, place: At<'_>, text: impl Into<String>) {
        self.add(id, Level::TimeCheck, place, text.into());
    }

    fn add(&mut self, id: &'static str, level: Level, place: At<'_>, text: String) {
        let mut pointer = String::new();
        place.write(if self.written < ROOM { usize::MAX } else { SHORT }, &mut pointer);
        self.written = self.written.saturating_add(text.len() + pointer.len());
        self.issues.push(Issue { id, level, text, pointer });
    }
}
