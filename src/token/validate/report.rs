//! What was found, and where: places are built on the stack and become text only when there is something to report.

use std::fmt;

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
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Member(name) => write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// `ValidationResults`.
#[derive(Default)]
pub(super) struct Report {
    pub(super) issues: Vec<Issue>,
}

impl Report {
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
        self.issues.push(Issue { id, level, text, pointer: place.to_string() });
    }
}
