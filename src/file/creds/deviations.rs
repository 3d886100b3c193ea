//! How does a credentials file differ from what `FormatUserConfig` writes?

use std::ops::Range;

use super::blocks::{Block, Blocks};
use super::{BANNER, STARS};
use crate::file::text::{LineEnd, View, is_blank, line_end};

/// One way in which a file differs, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// In which way.
    pub kind: Kind,
    /// The bytes of the file; of several places the first.
    pub span: Range<usize>,
    /// In how many places.
    pub count: usize,
}

/// The ways in which a file can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// UTF-16.
    Encoding,
    /// A byte order mark in front.
    ByteOrderMark,
    /// Lines end in `\r\n`.
    CrLf,
    /// Lines end in `\r` alone.
    CrOnly,
    /// Lines end in the two characters `\` and `n`.
    Escaped,
    /// No line end between a value and its mark.
    OneLine,
    /// The last line has no end.
    NoFinalNewline,
    /// There is no token.
    NoToken,
    /// There is no seed.
    NoSeed,
    /// The seed stands before the token.
    Order,
    /// Another block, or another token or seed outside of blocks.
    ExtraBlock,
    /// A value has no marks around it.
    Undecorated,
    /// The mark before a value is missing.
    MissingBegin,
    /// The mark behind a value is missing.
    MissingEnd,
    /// The words of a mark are others.
    Label,
    /// The dashes of a mark are more, fewer or none of ASCII.
    Dashes,
    /// Other text on the line of a mark or of a value.
    Stray,
    /// Blanks before a mark or a value.
    Indented,
    /// Blanks behind a mark or a value.
    TrailingBlank,
    /// An empty line between a value and its mark.
    BlankLine,
    /// A value goes over several lines.
    Wrapped,
    /// The words around the blocks are others. No reader minds.
    Banner,
}

impl Kind {
    /// The name of it, as findings have it: `creds-crlf`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Encoding => "creds-encoding",
            Kind::ByteOrderMark => "creds-bom",
            Kind::CrLf => "creds-crlf",
            Kind::CrOnly => "creds-cr-only",
            Kind::Escaped => "creds-escaped",
            Kind::OneLine => "creds-one-line",
            Kind::NoFinalNewline => "creds-no-final-newline",
            Kind::NoToken => "creds-no-token",
            Kind::NoSeed => "creds-no-seed",
            Kind::Order => "creds-order",
            Kind::ExtraBlock => "creds-extra-block",
            Kind::Undecorated => "creds-undecorated",
            Kind::MissingBegin => "creds-missing-begin",
            Kind::MissingEnd => "creds-missing-end",
            Kind::Label => "creds-label-nonstandard",
            Kind::Dashes => "creds-dashes-nonstandard",
            Kind::Stray => "creds-stray-text",
            Kind::Indented => "creds-indented",
            Kind::TrailingBlank => "creds-trailing-blank",
            Kind::BlankLine => "creds-blank-line",
            Kind::Wrapped => "creds-wrapped",
            Kind::Banner => "creds-banner",
        }
    }

    /// What is the matter, in words.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Encoding => "the file is UTF-16 instead of UTF-8",
            Kind::ByteOrderMark => "the file begins with a byte order mark",
            Kind::CrLf => "lines end in CR LF instead of LF",
            Kind::CrOnly => "lines end in CR instead of LF",
            Kind::Escaped => "line ends are written as a backslash and a letter",
            Kind::OneLine => "the line end between a mark and its value is missing",
            Kind::NoFinalNewline => "the last line has no line end",
            Kind::NoToken => "there is no token",
            Kind::NoSeed => "there is no seed",
            Kind::Order => "the seed stands before the token",
            Kind::ExtraBlock => "there is more than one token and one seed",
            Kind::Undecorated => "there is no BEGIN and no END around the value",
            Kind::MissingBegin => "the BEGIN line before the value is missing",
            Kind::MissingEnd => "the END line behind the value is missing",
            Kind::Label => "the words of the BEGIN or END line are not the usual ones",
            Kind::Dashes => "the dashes of the BEGIN or END line are not the usual ones",
            Kind::Stray => "other text stands on the line",
            Kind::Indented => "the line begins with blanks",
            Kind::TrailingBlank => "the line ends in blanks",
            Kind::BlankLine => "there is an empty line inside the block",
            Kind::Wrapped => "the value goes over several lines",
            Kind::Banner => "the words around the blocks are not the usual ones",
        }
    }
}

/// All deviations, in the order of their first places.
pub(super) fn find(view: &View<'_>, blocks: &Blocks) -> Vec<Deviation> {
    let mut found = Found { view, text: view.text(), list: Vec::new() };
    found.file();
    let end = found.text.len();
    for block in &blocks.extra {
        found.add(Kind::ExtraBlock, block.clone());
    }
    match &blocks.token {
        Some(block) => found.block(block, "NATS USER JWT"),
        None => found.add(Kind::NoToken, 0..end),
    }
    match &blocks.seed {
        Some(block) => {
            let role = match found.text.get(block.value.at.start + 1) {
                Some(b'A') => "ACCOUNT NKEY SEED",
                Some(b'O') => "OPERATOR NKEY SEED",
                _ => "USER NKEY SEED",
            };
            found.block(block, role);
        }
        None => found.add(Kind::NoSeed, 0..end),
    }
    if let (Some(token), Some(seed)) = (&blocks.token, &blocks.seed) {
        if seed.whole().start < token.whole().start {
            found.add(Kind::Order, seed.whole());
        } else {
            found.around(token.whole(), seed.whole());
        }
    }
    let mut list = found.list;
    list.sort_by_key(|deviation| (deviation.span.start, deviation.kind));
    list
}

struct Found<'a> {
    view: &'a View<'a>,
    text: &'a [u8],
    list: Vec<Deviation>,
}

impl Found<'_> {
    fn add(&mut self, kind: Kind, at: Range<usize>) {
        let span = self.view.span(&at);
        match self.list.iter_mut().find(|deviation| deviation.kind == kind) {
            Some(known) => {
                known.count += 1;
                if span.start < known.span.start {
                    known.span = span;
                }
            }
            None => self.list.push(Deviation { kind, span, count: 1 }),
        }
    }

    /// What concerns the file as a whole.
    fn file(&mut self) {
        if self.view.is_utf16() {
            self.add(Kind::Encoding, 0..self.text.len());
        }
        if let Some(span) = self.view.mark().filter(|_| !self.view.is_utf16()) {
            self.list.push(Deviation { kind: Kind::ByteOrderMark, span, count: 1 });
        }
        let text = self.text;
        let (mut at, mut ended) = (0, false);
        while at < text.len() {
            let Some((end, length)) = line_end(text, at) else {
                (at, ended) = (at + 1, false);
                continue;
            };
            let kind = match end {
                LineEnd::Lf => None,
                LineEnd::CrLf => Some(Kind::CrLf),
                LineEnd::Cr => Some(Kind::CrOnly),
                LineEnd::Escaped => Some(Kind::Escaped),
            };
            if let Some(kind) = kind {
                self.add(kind, at..at + length);
            }
            ended = end != LineEnd::Escaped;
            at += length;
        }
        if !ended && !text.is_empty() {
            self.add(Kind::NoFinalNewline, text.len()..text.len());
        }
    }

    fn block(&mut self, block: &Block, label: &str) {
        let value = &block.value.at;
        match (&block.begin, &block.end) {
            (None, None) => self.add(Kind::Undecorated, value.clone()),
            (None, Some(_)) => self.add(Kind::MissingBegin, value.start..value.start),
            (Some(_), None) => self.add(Kind::MissingEnd, value.end..value.end),
            (Some(_), Some(_)) => {}
        }
        match &block.begin {
            Some(begin) => {
                self.mark(begin, "-----BEGIN ", label, "-----");
                self.before(begin.start);
                self.gap(begin.end..value.start);
            }
            None => self.before(value.start),
        }
        match &block.end {
            Some(end) => {
                self.gap(value.end..end.start);
                self.mark(end, "------END ", label, "------");
                self.behind(end.end);
            }
            None => self.behind(value.end),
        }
        self.value(value);
    }

    /// Words and dashes of a mark.
    fn mark(&mut self, at: &Range<usize>, front: &str, label: &str, back: &str) {
        let text = self.text.get(at.clone()).unwrap_or_default();
        let words = |text: &[u8]| -> Vec<u8> {
            let first = text.iter().position(u8::is_ascii_alphabetic).unwrap_or(text.len());
            let last = text.iter().rposition(u8::is_ascii_alphanumeric).map_or(first, |last| last + 1);
            text.get(first..last).unwrap_or_default().to_vec()
        };
        let usual = [front, label, back].concat();
        if text == usual.as_bytes() {
            return;
        }
        let (own, wanted) = (words(text), words(usual.as_bytes()));
        if own != wanted {
            self.add(Kind::Label, at.clone());
        }
        // What is left are the dashes.
        if text.len() - own.len() != usual.len() - wanted.len() || !text.is_ascii() {
            self.add(Kind::Dashes, at.clone());
        }
    }

    /// Between a mark and its value: one line end and nothing else.
    fn gap(&mut self, range: Range<usize>) {
        let text = self.text;
        let (mut at, mut ends, mut blanks) = (range.start, 0, None);
        while at < range.end {
            if let Some((_, length)) = line_end(text, at) {
                if let Some(from) = blanks.take()
                    && ends == 0
                {
                    self.add(Kind::TrailingBlank, from..at);
                }
                ends += 1;
                if ends == 2 {
                    self.add(Kind::BlankLine, at..(at + length).min(range.end));
                }
                at += length;
            } else if is_blank(text[at]) {
                blanks.get_or_insert(at);
                at += 1;
            } else {
                let rest = text.get(at..range.end).unwrap_or_default();
                let length =
                    (0..rest.len()).take_while(|&more| line_end(rest, more).is_none()).count().max(1);
                self.add(Kind::Stray, at..at + length);
                blanks = None;
                at += length;
            }
        }
        if ends == 0 {
            self.add(Kind::OneLine, range);
        } else if let Some(from) = blanks {
            self.add(Kind::Indented, from..range.end);
        }
    }

    /// The line before a mark, or a value without one.
    fn before(&mut self, at: usize) {
        let start = (0..at).rev().take_while(|&before| !ends_line(self.text, before)).last().unwrap_or(at);
        let line = self.text.get(start..at).unwrap_or_default();
        if line.is_empty() {
            return;
        }
        let kind = if line.iter().all(|&byte| is_blank(byte)) { Kind::Indented } else { Kind::Stray };
        self.add(kind, start..at);
    }

    /// The line behind a mark, or a value without one.
    fn behind(&mut self, at: usize) {
        let rest = self.text.get(at..).unwrap_or_default();
        let length = (0..rest.len()).take_while(|&more| line_end(rest, more).is_none()).count();
        let line = &rest[..length];
        if line.is_empty() {
            return;
        }
        let kind = if line.iter().all(|&byte| is_blank(byte)) { Kind::TrailingBlank } else { Kind::Stray };
        self.add(kind, at..at + length);
    }

    fn value(&mut self, at: &Range<usize>) {
        let text = self.text.get(at.clone()).unwrap_or_default();
        if (0..text.len()).any(|at| line_end(text, at).is_some()) {
            self.add(Kind::Wrapped, at.clone());
        }
    }

    /// Before, between and behind the two blocks.
    fn around(&mut self, token: Range<usize>, seed: Range<usize>) {
        let words = |range: Range<usize>| -> Vec<u8> {
            let text = self.text.get(range).unwrap_or_default();
            let words = text.split(|&byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(&b' ')
        };
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").into_bytes();
        let usual = flat(BANNER);
        // What nsc wrote until 2021.
        let older = flat(&BANNER.replace("to sign", "sign"));
        // An escaped line end is told as such.
        if self.list.iter().any(|deviation| deviation.kind == Kind::Escaped) {
            return;
        }
        let end = self.text.len();
        let ranges = [0..token.start, token.end..seed.start.max(token.end), seed.end..end];
        let before = words(ranges[0].clone());
        let between = words(ranges[1].clone());
        let behind = words(ranges[2].clone());
        if !before.is_empty() {
            self.add(Kind::Banner, ranges[0].clone());
        }
        if between != usual && between != older {
            self.add(Kind::Banner, ranges[1].clone());
        }
        if behind != flat(STARS) {
            self.add(Kind::Banner, ranges[2].clone());
        }
    }
}

/// Whether a line end ends with this character.
fn ends_line(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b'\n' | b'\r') => true,
        Some(b'n' | b'r') => at > 0 && text[at - 1] == b'\\',
        _ => false,
    }
}
