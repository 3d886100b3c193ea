//! A finding: one problem, where it stands, what nats-server says about it and what a person can do next.

use std::ops::Range;
use std::sync::Arc;

use super::Rule;

/// How much a finding matters.
///
/// The order is that of importance, so that `severity >= Severity::Warning` reads as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Hygiene: nothing breaks.
    Note,
    /// Works today and will bite.
    Warning,
    /// A server refuses it, or a secret or an access is exposed.
    Error,
}

impl Severity {
    /// The word that people and machines read: `error`, `warning`, `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|s| s.word() == word)
    }
}

/// Where a finding stands: symbolic first, a claim path in a token in a file; bytes only where they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it, `-` for standard input.
    pub file: Arc<str>,
    /// JSON pointer (RFC 6901) into the payload of the token at this place, e.g. `/nats/limits/conn`.
    pub pointer: Option<String>,
    /// Bytes of the file.
    pub span: Option<Range<usize>>,
    /// Line and column in a text file, both from 1: a configuration's option.
    pub line: Option<(usize, usize)>,
    /// The text found there: a claim's value, a line of configuration. Attacker-written; renderers escape it.
    pub text: Option<String>,
    /// What is wrong at this place, a few words: `not one of the 3 keys this server trusts`.
    pub label: String,
    /// Which token of the file: kind, name and key in words, e.g. `account "BILLING"`.
    pub owner: Option<String>,
}

impl Place {
    /// A place that is a whole file.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Place { file: file.into(), ..Place::default() }
    }

    /// The claim at `pointer`.
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The bytes `span` of the file.
    pub fn bytes(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// Line and column of the file, both from 1.
    pub fn line(mut self, line: usize, column: usize) -> Self {
        self.line = Some((line, column));
        self
    }

    /// The text found at this place.
    pub fn showing(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// What is wrong here.
    pub fn saying(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The token that this place belongs to.
    pub fn of(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Says in the right form what the issuer already said.
    Safe,
    /// Decides something that the issuer did not: who signs, until when, what is allowed.
    Unsafe,
}

/// One change of a fix. Only `repair` turns edits into bytes, so that no rule can forget jti, iat or a signature.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Set the claim at a JSON pointer of the payload.
    Set {
        /// JSON pointer into the payload.
        pointer: String,
        /// The new value.
        value: serde_json::Value,
    },
    /// Remove the claim at a JSON pointer of the payload.
    Remove {
        /// JSON pointer into the payload.
        pointer: String,
    },
    /// Sign the token again as it stands, with the key that its place in the chain asks for.
    Resign,
    /// Let the token last as long again as it did.
    Renew,
    /// Have the exporter sign the activation token of an import.
    Activate {
        /// Which of the account's imports.
        import: usize,
    },
    /// Put the newest token of the same subject in its place.
    Newest,
    /// Give the file another name in its directory.
    Rename {
        /// The new file name, without directory.
        to: String,
    },
    /// Put the file away: a copy that is older than another of the same subject.
    SetAside,
    /// Rewrite a credentials file in its canonical form, token text untouched.
    CanonicalCreds,
    /// Set the file's mode bits.
    Mode(u32),
    /// Replace bytes of a text file, a server configuration for one.
    Text {
        /// Bytes of the file to replace.
        span: Range<usize>,
        /// What to put there.
        with: String,
    },
}

/// What would put a finding right.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// The change in a few words: `remove the user's own permissions`.
    pub title: String,
    /// Whether it decides anything.
    pub safety: Safety,
    /// The file that it changes.
    pub file: Arc<str>,
    /// Subject key of the token in that file that it changes, if it changes a token.
    pub subject: Option<String>,
    /// The changes, applied together or not at all.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix of the file at `place` that decides nothing.
    pub fn safe(title: impl Into<String>, place: &Place, edits: impl Into<Vec<Edit>>) -> Self {
        let file = Arc::clone(&place.file);
        Fix { title: title.into(), safety: Safety::Safe, file, subject: None, edits: edits.into() }
    }

    /// A fix that decides something which the issuer did not.
    pub fn unsafe_(title: impl Into<String>, place: &Place, edits: impl Into<Vec<Edit>>) -> Self {
        Fix { safety: Safety::Unsafe, ..Fix::safe(title, place, edits) }
    }

    /// Of the token in the file that has this subject.
    pub fn of(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// One problem.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// The rule's severity, unless policy changed it.
    pub severity: Severity,
    /// One sentence: what is wrong with this thing, names and keys said.
    pub message: String,
    /// Where; the first place is the primary one.
    pub places: Vec<Place>,
    /// The line that nats-server logs, so that people can go from log to rule and back.
    pub server: Option<String>,
    /// What a person can do next, preferably a command.
    pub help: Vec<String>,
    /// What jwtfix can do.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: &'static Rule, message: impl Into<String>, place: Place) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            message: message.into(),
            places: vec![place],
            server: None,
            help: Vec::new(),
            fix: None,
        }
    }

    /// The rule's code.
    pub fn code(&self) -> &'static str {
        self.rule.code
    }

    /// Another place that bears on it.
    pub fn and(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// The line that nats-server logs.
    pub fn server(mut self, line: impl Into<String>) -> Self {
        self.server = Some(line.into());
        self
    }

    /// Something that a person can do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What jwtfix can do.
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }
}
