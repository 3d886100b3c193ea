//! Where do the characters of a file begin, and how wide are they?
//!
//! A file may begin with a byte order mark or be UTF-16. It is then read as if each of its characters were one byte, so
//! that places in the text and places in the file stay in step; what is no ASCII does not occur in a credential.

use std::ops::Range;

use zeroize::Zeroizing;

/// The characters of a file.
pub(super) struct View<'a> {
    text: Characters<'a>,
    start: usize,
    width: usize,
    length: usize,
}

enum Characters<'a> {
    Same(&'a [u8]),
    Narrowed(Zeroizing<Vec<u8>>),
}

impl<'a> View<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let length = bytes.len();
        if let Some((start, low)) = utf16(bytes) {
            let units = bytes.get(start..).unwrap_or_default().chunks_exact(2);
            let mut text = Zeroizing::new(Vec::with_capacity(length / 2));
            text.extend(units.map(|unit| match (unit[low], unit[1 - low]) {
                (byte, 0) if byte.is_ascii() => byte,
                _ => STRANGER,
            }));
            return View { text: Characters::Narrowed(text), start, width: 2, length };
        }
        let start = if bytes.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let text = Characters::Same(bytes.get(start..).unwrap_or_default());
        View { text, start, width: 1, length }
    }

    pub(super) fn text(&self) -> &[u8] {
        match &self.text {
            Characters::Same(text) => text,
            Characters::Narrowed(text) => text,
        }
    }

    /// The text as long as the file lives, where the file has it as it is.
    pub(super) fn lasting(&self) -> Option<&'a [u8]> {
        match &self.text {
            Characters::Same(text) => Some(text),
            Characters::Narrowed(_) => None,
        }
    }

    /// The bytes of the file behind a range of characters.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        let at = |index: usize| (self.start + index * self.width).min(self.length);
        at(range.start)..at(range.end)
    }

    /// The byte order mark in front.
    pub(super) fn mark(&self) -> Option<Range<usize>> {
        (self.start > 0).then_some(0..self.start)
    }

    pub(super) fn is_utf16(&self) -> bool {
        self.width == 2
    }
}

/// What stands for a character outside of ASCII; it has no part in any credential.
const STRANGER: u8 = 0xff;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether it is UTF-16: where it begins, and which byte of two is the low one.
fn utf16(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes {
        [0xff, 0xfe, ..] => Some((2, 0)),
        [0xfe, 0xff, ..] => Some((2, 1)),
        _ => {
            // Without a mark it shows by its zeros.
            let begin = bytes.get(..bytes.len().min(64))?;
            let zeros = |odd: usize| begin.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
            let half = begin.len() / 2;
            match (zeros(0), zeros(1)) {
                _ if half < 4 => None,
                (0, high) if high == half => Some((0, 0)),
                (high, 0) if high == begin.len().div_ceil(2) => Some((0, 1)),
                _ => None,
            }
        }
    }
}

/// A line end, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// `\r` alone.
    Cr,
    /// A backslash and a letter, as in a JSON string or in a shell's quotes.
    Escaped,
}

/// The line end that begins at `at`, and its length.
pub(super) fn line_end(text: &[u8], at: usize) -> Option<(LineEnd, usize)> {
    match text.get(at..)? {
        [b'\r', b'\n', ..] => Some((LineEnd::CrLf, 2)),
        [b'\r', ..] => Some((LineEnd::Cr, 1)),
        [b'\n', ..] => Some((LineEnd::Lf, 1)),
        [b'\\', b'r', b'\\', b'n', ..] => Some((LineEnd::Escaped, 4)),
        [b'\\', b'n' | b'r', ..] => Some((LineEnd::Escaped, 2)),
        _ => None,
    }
}

/// A space or a tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_in_step() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        let text = "eyJ0ü eyJ0 12345";
        for big in [false, true] {
            let mut bytes = wide(text, big);
            let view = View::of(&bytes);
            assert_eq!(view.text(), b"eyJ0\xff eyJ0 12345");
            assert_eq!((view.span(&(6..8)), view.mark()), (12..16, None));
            bytes.splice(..0, if big { [0xfe, 0xff] } else { [0xff, 0xfe] });
            let view = View::of(&bytes);
            assert_eq!(view.text(), b"eyJ0\xff eyJ0 12345");
            assert_eq!((view.span(&(6..8)), view.mark()), (14..18, Some(0..2)));
        }
        let view = View::of(b"\xef\xbb\xbfabc");
        assert_eq!((view.text(), view.span(&(1..2)), view.mark()), (&b"abc"[..], 4..5, Some(0..3)));
        assert!(!View::of(b"abcdefgh").is_utf16());
        assert_eq!(View::of(b"").text(), b"");
    }

    #[test]
    fn line_ends_are_told_apart() {
        let all = [
            ("\n", LineEnd::Lf, 1),
            ("\r\n", LineEnd::CrLf, 2),
            ("\rx", LineEnd::Cr, 1),
            ("\\n", LineEnd::Escaped, 2),
            ("\\r\\n", LineEnd::Escaped, 4),
        ];
        for (text, end, length) in all {
            assert_eq!(line_end(text.as_bytes(), 0), Some((end, length)), "{text:?}");
        }
        assert_eq!(line_end(b"\\x", 0), None);
        assert_eq!(line_end(b"", 0), None);
    }
}
