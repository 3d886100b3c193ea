//! What colour? One stylesheet for every human renderer. Colour never carries meaning alone.

use std::fmt::Write as _;

use crate::lint::Severity;

/// How people's output looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Escape sequences for colour.
    pub color: bool,
    /// Keys in full, and everything that is usually left out.
    pub verbose: bool,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// An error's head, a refusal.
    Error,
    /// A warning's head.
    Warning,
    /// A note's head.
    Note,
    /// Something that holds.
    Good,
    /// What matters in its line.
    Strong,
    /// Frame and asides.
    Dim,
    /// A key.
    Key,
    /// `= help:`, `= server:`.
    Label,
}

impl Ink {
    const fn sequence(self) -> &'static str {
        match self {
            Ink::Error => "\u{1b}[1;31m",
            Ink::Warning => "\u{1b}[1;33m",
            Ink::Note => "\u{1b}[1;36m",
            Ink::Good => "\u{1b}[32m",
            Ink::Strong => "\u{1b}[1m",
            Ink::Dim => "\u{1b}[2m",
            Ink::Key => "\u{1b}[36m",
            Ink::Label => "\u{1b}[1;34m",
        }
    }
}

impl From<Severity> for Ink {
    fn from(severity: Severity) -> Ink {
        match severity {
            Severity::Error => Ink::Error,
            Severity::Warning => Ink::Warning,
            Severity::Note => Ink::Note,
        }
    }
}

impl Style {
    /// `text` in the colour of what it is.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 10);
        self.push(&mut out, ink, text);
        out
    }

    /// As [`Style::paint`], at the end of `out`.
    pub fn push(self, out: &mut String, ink: Ink, text: &str) {
        if self.color && !text.is_empty() {
            let _ = write!(out, "{}{text}\u{1b}[0m", ink.sequence());
        } else {
            out.push_str(text);
        }
    }

    /// A key in the form that the verbosity asks for.
    pub fn key(self, text: &str) -> String {
        self.paint(Ink::Key, &super::text::key(text, self.verbose))
    }
}

/// The columns that a text takes: escape sequences none, East Asian wide characters two.
pub(super) fn width(text: &str) -> usize {
    let mut columns = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                chars.by_ref().find(char::is_ascii_alphabetic);
            }
            '\u{300}'..='\u{36f}' => {}
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}'
            | '\u{20000}'..='\u{3fffd}' => columns += 2,
            _ => columns += 1,
        }
    }
    columns
}

/// `text` and blanks up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let mut out = text.to_owned();
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_an_option() {
        let plain = Style::default();
        assert_eq!(plain.paint(Ink::Error, "x"), "x");
        let colourful = Style { color: true, ..plain };
        assert_eq!(colourful.paint(Ink::Good, "x"), "\u{1b}[32mx\u{1b}[0m");
        assert_eq!(width(&colourful.paint(Ink::Good, "日x")), 3);
        assert_eq!(pad("ab", 4), "ab  ");
    }
}
