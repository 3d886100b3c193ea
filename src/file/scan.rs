//! Where are tokens, keys and the lines around them, whatever stands between?
//!
//! One pass over the text. A token is known by its first letters, also when parts of it are missing or line ends cut it
//! up; a key by its length and alphabet; a marker by `BEGIN` or `END` between dashes of any kind.

use std::ops::Range;

use super::text::{LineEnd, is_blank, line_end};
use crate::nkey::PublicKey;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Token,
    Seed,
    Private,
    Public,
    Begin,
    End,
}

/// A finding and its characters; a marker's from its first dash to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) what: Found,
    pub(super) at: Range<usize>,
}

/// Characters of a signature.
pub(super) const SIGNATURE: usize = 86;
/// A piece of a token on a line of its own has at least so many characters, unless it is the last.
const PIECE: usize = 16;
/// Line ends between two pieces of a token: more than two, and what follows is something else.
const LINE_ENDS: usize = 2;
/// Characters of the label of a marker.
const LABEL: usize = 64;

/// Everything in the text, in order; `most` at the most.
pub(super) fn scan(text: &[u8], most: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.len() && hits.len() < most {
        if !is_word(text[at]) {
            at += 1;
            continue;
        }
        let end = run(text, at, is_word);
        let mut start = at;
        // `\n` in a string of JSON: the letter is no part of the word.
        if start > 0 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b'r' | b't') {
            start += 1;
        }
        if let Some(mut hit) = marker(text, start, end) {
            // Dashes between two marks are the first one's.
            hit.at.start = hit.at.start.max(hits.last().map_or(0, |before: &Hit| before.at.end));
            at = hit.at.end.max(end);
            hits.push(hit);
        } else if let Some(token) = token(text, start, end) {
            at = token.end.max(end);
            hits.push(Hit { what: Found::Token, at: token });
        } else {
            if let Some(what) = key(text, start, end) {
                hits.push(Hit { what, at: start..end });
            }
            at = end;
        }
    }
    hits
}

/// The characters of a token without the line ends and blanks that cut it up.
pub(super) fn pieces<'a>(text: &'a [u8], at: &Range<usize>) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = text.get(at.clone()).unwrap_or_default();
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = run(rest, 0, is_token);
            if end > 0 {
                let (piece, behind) = rest.split_at(end);
                rest = behind;
                return Some(piece);
            }
            let gap = line_end(rest, 0).map_or(1, |(_, length)| length);
            rest = rest.get(gap..).unwrap_or_default();
        }
        None
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Also what the other base64 has: a token may have been written with it.
fn is_token(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'+' | b'/' | b'=')
}

fn is_base32(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'2'..=b'7')
}

fn run(text: &[u8], start: usize, of: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().position(|&byte| !of(byte)).unwrap_or(rest.len())
}

/// A dash of ASCII or of a word processor, which ends (`back`) or begins here: its length.
fn dash(text: &[u8], at: usize, back: bool) -> Option<usize> {
    let rest = if back { text.get(..at)? } else { text.get(at..)? };
    let is = |dash: &[u8]| if back { rest.ends_with(dash) } else { rest.starts_with(dash) };
    if is(b"-") {
        return Some(1);
    }
    // Hyphens and dashes U+2010 to U+2015, the minus sign U+2212.
    let three: &[u8; 3] = if back { rest.last_chunk()? } else { rest.first_chunk()? };
    matches!(three, [0xe2, 0x80, 0x90..=0x95] | [0xe2, 0x88, 0x92]).then_some(3)
}

/// `-----BEGIN NATS USER JWT-----`, the word `BEGIN` or `END` somewhere in a run.
fn marker(text: &[u8], start: usize, end: usize) -> Option<Hit> {
    let word = text.get(start..end)?;
    let letters = word.iter().position(|byte| byte.is_ascii_alphabetic())?;
    if word[..letters].iter().any(|&byte| byte != b'-') {
        return None;
    }
    let name = &word[letters..];
    let (what, length) = match name {
        [b'B' | b'b', b'E' | b'e', b'G' | b'g', b'I' | b'i', b'N' | b'n', ..] => (Found::Begin, 5),
        [b'E' | b'e', b'N' | b'n', b'D' | b'd', ..] => (Found::End, 3),
        _ => return None,
    };
    let mut from = start + letters;
    let mut dashes = 0;
    while let Some(length) = dash(text, from, true) {
        from -= length;
        dashes += 1;
    }
    let label = start + letters + length;
    let rest = text.get(label..text.len().min(label + LABEL))?;
    let to = rest.iter().position(|&byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_')))?;
    // `BEGINNING` is no marker, `BEGIN-----` is one.
    if to > 0 && !matches!(rest[0], b' ' | b'_') {
        return None;
    }
    let mut to = label + to;
    let mut behind = 0;
    while let Some(length) = dash(text, to, false) {
        to += length;
        behind += 1;
    }
    (dashes > 0 && behind > 0 && dashes + behind > 3).then_some(Hit { what, at: from..to })
}

/// A token that begins in the run, as far as it goes on behind it.
fn token(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let word = text.get(start..end)?;
    let from = start + word.windows(3).position(|three| three == b"eyJ").or_else(|| other_start(word))?;
    let mut shape = Shape::default();
    let mut to = shape.take(text, from);
    if shape.dots == 0 && !begins_as_header(&text[from..to]) {
        return None;
    }
    while let Some(piece) = continuation(text, to, &shape) {
        to = shape.take(text, piece.start);
    }
    // The full stop of a sentence.
    while to > from && text[to - 1] == b'.' && shape.dots > 2 {
        to -= 1;
        shape.dots -= 1;
    }
    Some(from..to)
}

/// `{"typ":` or `{"alg":`, which is how Go and most others begin; `eyJ` alone may also begin an inner object.
fn begins_as_header(text: &[u8]) -> bool {
    text.starts_with(b"eyJ0eXAi") || text.starts_with(b"eyJhbGci")
}

/// Headers with white space in their JSON: `{ "typ"`, `{\n`. Only three parts make a token of them.
fn other_start(word: &[u8]) -> Option<usize> {
    const STARTS: [&[u8]; 5] = [b"eyA", b"ewo", b"ewk", b"ew0", b"ICB"];
    let dots = word.iter().filter(|&&byte| byte == b'.').count();
    (dots == 2 && word.len() > 60 && STARTS.iter().any(|start| word.starts_with(start))).then_some(0)
}

/// How far a token has been read.
#[derive(Clone, Default)]
struct Shape {
    dots: usize,
    /// Characters behind the last dot.
    last: usize,
}

impl Shape {
    /// Reads the characters of a token from `at`; returns where they end.
    fn take(&mut self, text: &[u8], at: usize) -> usize {
        let mut end = at;
        while let Some(&byte) = text.get(end).filter(|&&byte| is_token(byte)) {
            if self.complete() && matches!(byte, b'/' | b'+' | b'=') {
                break;
            }
            if byte == b'.' {
                self.dots += 1;
                self.last = 0;
            } else {
                self.last += 1;
            }
            end += 1;
        }
        end
    }

    fn complete(&self) -> bool {
        self.dots >= 2 && self.last >= SIGNATURE
    }
}

/// The next piece of a token that a line end has cut.
fn continuation(text: &[u8], at: usize, shape: &Shape) -> Option<Range<usize>> {
    if shape.complete() || shape.dots > 2 {
        return None;
    }
    let mut at = goes_on(text, run(text, at, is_blank));
    let mut ends = 0;
    while let Some((_, length)) = line_end(text, at) {
        ends += 1;
        at = run(text, at + length, is_blank);
    }
    if ends == 0 || ends > LINE_ENDS {
        return None;
    }
    let end = run(text, at, is_token);
    let piece = text.get(at..end)?;
    let behind = goes_on(text, run(text, end, is_blank));
    let alone = match text.get(behind) {
        Some(b'"' | b'\'' | b'`' | b',' | b'<') => behind == end,
        Some(_) => line_end(text, behind).is_some(),
        None => true,
    };
    if !alone || piece.starts_with(b"---") || key(text, at, end).is_some() {
        return None;
    }
    // Another token begins.
    if begins_as_header(piece) {
        return None;
    }
    let mut then = shape.clone();
    then.take(piece, 0);
    let fits = then.dots < 2 || then.dots == 2 && then.last <= SIGNATURE;
    let is_last = then.dots == 2 && then.last == SIGNATURE;
    (fits && (piece.len() >= PIECE || is_last)).then_some(at..end)
}

/// Past the backslash by which a shell's line goes on, if one stands here.
fn goes_on(text: &[u8], at: usize) -> usize {
    let newline = matches!(line_end(text, at + 1), Some((LineEnd::Lf | LineEnd::CrLf, _)));
    if text.get(at) == Some(&b'\\') && newline { at + 1 } else { at }
}

/// A key that fills the run. Lengths are told generously: a damaged key should be seen.
fn key(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = text.get(start..end)?;
    if word.len() < 50 || word.len() > 116 || !word.iter().all(|&byte| is_base32(byte)) {
        return None;
    }
    match (word, word.len()) {
        ([b'S', b'O' | b'A' | b'U' | b'N' | b'C' | b'X', b'A'..=b'D', ..], 50..=70) => Some(Found::Seed),
        ([b'P', b'A'..=b'D', ..], 56 | 100..) => Some(Found::Private),
        (_, 56) => PublicKey::parse(std::str::from_utf8(word).ok()?).ok().map(|_| Found::Public),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: &str = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";
    const PUBLIC: &str = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";

    fn sample() -> String {
        format!("eyJ0eXAiOiJKV1Qi.{}.{}", "eyJqdGki".repeat(20), "s-_9".repeat(22).split_at(86).0)
    }

    fn found(text: &str) -> Vec<(Found, String)> {
        let bytes = text.as_bytes();
        scan(bytes, usize::MAX)
            .into_iter()
            .map(|hit| {
                let text = match hit.what {
                    Found::Token => pieces(bytes, &hit.at).flatten().copied().collect(),
                    _ => bytes[hit.at].to_vec(),
                };
                (hit.what, String::from_utf8(text).unwrap())
            })
            .collect()
    }

    fn only_token(text: &str, token: &str) {
        assert_eq!(found(text), [(Found::Token, token.to_owned())], "{text}");
    }

    #[test]
    fn a_token_is_found_whatever_stands_around_it() {
        let token = &sample();
        for around in [
            "{}",
            "\"{}\"",
            "'{}',",
            "jwt={}&x",
            "a log line {} and more.",
            "{\"jwt\":\"{}\"}",
            "x|{}\n",
            "({}).",
            "{}/next",
            "a\\n{}\\n",
        ] {
            only_token(&around.replace("{}", token), token);
        }
        let two = format!("{token}\n{token}\r\n");
        assert_eq!(found(&two).len(), 2);
    }

    #[test]
    fn a_token_is_put_together_again() {
        let token = &sample();
        for width in [17, 64, 76, 200] {
            let lines: Vec<&str> =
                token.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            for between in ["\n", "\r\n", "\r", "\n    ", " \n", "\\n", "\\r\\n", "\n\n", " \\\n  "] {
                for end in ["", "\n", "\\n\"", "\n------END NATS USER JWT------\n"] {
                    let text = format!("{}{end}", lines.join(between));
                    assert_eq!(found(&text)[0], (Found::Token, token.clone()), "{width} {between:?} {end:?}");
                }
            }
        }
    }

    #[test]
    fn a_token_ends_where_something_else_begins() {
        let token = sample();
        let cut = &token[..100];
        for next in [
            SEED,
            PUBLIC,
            token.as_str(),
            "words that follow",
            "end",
            "-----END-----",
            "----------------------",
        ] {
            let text = format!("{cut}\n{next}\n");
            assert_eq!(found(&text)[0], (Found::Token, cut.to_owned()), "{next}");
        }
        assert_eq!(found(&format!("{cut}\n{SEED}\n"))[1], (Found::Seed, SEED.to_owned()));
        // Blank lines end it as well.
        assert_eq!(found(&format!("{cut}\n\n\n{}", &token[100..]))[0].1, cut);
    }

    #[test]
    fn a_damaged_token_is_found() {
        let token = sample();
        let (front, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = front.split_once('.').unwrap();
        only_token(front, front);
        only_token(&format!("{front}."), &format!("{front}."));
        only_token(header, header);
        only_token(&format!("{payload}.{signature}"), &format!("{payload}.{signature}"));
        only_token(&format!("{token}=="), &token);
        only_token(&format!("{front}==.{signature}"), &format!("{front}==.{signature}"));
        only_token(&format!("{token}.extra"), &format!("{token}.extra"));
        let other = format!("ewogInR5cCI6IkpXVCJ9.{}.{signature}", "A".repeat(30));
        only_token(&other, &other);
        for not in ["eyJ", "heyJude", "base64: eyJhIjoxfQ==", "a.b.c", "www.example.org", ""] {
            assert_eq!(found(not), [], "{not}");
        }
    }

    #[test]
    fn keys_are_told_by_their_alphabet() {
        let private = format!("PA{}", "A".repeat(106));
        let text = format!("nkey: {SEED}, '{PUBLIC}' \\n{private}\\n {}", &SEED[..57]);
        let kinds: Vec<Found> = found(&text).into_iter().map(|(what, _)| what).collect();
        assert_eq!(kinds, [Found::Seed, Found::Public, Found::Private, Found::Seed]);
        let other = PUBLIC.replace('6', "7");
        for not in [&other, &SEED.to_lowercase(), &format!("x{SEED}"), &format!("{SEED}.nk")] {
            assert_eq!(found(not), [], "{not}");
        }
    }

    #[test]
    fn markers_are_told_by_their_words() {
        for marker in [
            "-----BEGIN NATS USER JWT-----",
            "------END USER NKEY SEED------",
            "---begin x---",
            "———BEGIN NATS USER JWT-----",
            "-----BEGIN-----",
            "−−−−−End a_b−−−−−",
        ] {
            let text = format!("{marker}\\nvalue");
            let hits = found(&text);
            assert_eq!(hits.len(), 1, "{marker}");
            assert_eq!(hits[0].1, marker);
            assert_eq!(hits[0].0 == Found::Begin, marker.to_lowercase().contains("begin"));
        }
        for not in
            ["the END", "--BEGINNING--", "BEGIN x", "-BEGIN x-", "-----BEGIN x\n-----", "-- end of file"]
        {
            assert_eq!(found(not), [], "{not}");
        }
    }

    proptest! {
        #[test]
        fn prop_hits_are_in_order_and_in_range(parts in prop::collection::vec(prop_oneof![
            Just("eyJ"), Just("eyJ0eXAiOi"), Just("."), Just("\n"), Just("\\n"), Just("-----"), Just("BEGIN JWT"), Just(" END "),
            Just(SEED), Just(PUBLIC), Just("AAAAAAAAAAAAAAAAAAAAAAAA"), Just("\\"), Just("—"), Just(" "), Just("\r"), Just("/"),
        ], 0..60)) {
            let text = parts.concat();
            let mut before = 0;
            for hit in scan(text.as_bytes(), usize::MAX) {
                prop_assert!(hit.at.start >= before && hit.at.start < hit.at.end && hit.at.end <= text.len(), "{hit:?}");
                before = hit.at.end;
            }
        }
    }
}
