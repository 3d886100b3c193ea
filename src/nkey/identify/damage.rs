//! What can have happened to a text that no checksum matches: cleaning, guessing and putting right.

use zeroize::Zeroizing;

use super::super::role::Role;
use super::answer::{Fault, Kind, Reading};

/// The text without what surrounds and lowers it, and what that was.
pub(super) fn clean(text: &str) -> (Zeroizing<String>, Vec<Fault>) {
    let invisible =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}');
    let mut faults = Vec::new();
    let outer = text.trim_matches(invisible);
    let inner = outer.trim_matches(quote);
    let bare = inner.trim_end_matches('=');
    if text.contains(|c| invisible(c) && !matches!(c, '\r' | '\n')) {
        faults.push(Fault::Whitespace);
    } else if text.contains(['\r', '\n']) {
        faults.push(Fault::LineEnds);
    }
    if inner.len() != outer.len() {
        faults.push(Fault::Quotes);
    }
    if bare.len() != inner.len() {
        faults.push(Fault::Padding);
    }
    if bare.contains(|c: char| c.is_ascii_lowercase()) {
        faults.push(Fault::LowerCase);
    }
    let mut cleaned = Zeroizing::new(String::with_capacity(bare.len()));
    cleaned.extend(bare.chars().filter(|c| !invisible(*c)).map(|c| c.to_ascii_uppercase()));
    (cleaned, faults)
}

/// What a cleaned text without a matching checksum seems to have been, and how many characters that has.
pub(super) fn resembles(text: &str) -> Option<(Kind, usize)> {
    let digits = text.bytes().filter(|byte| matches!(byte, b'0' | b'1' | b'8' | b'9')).count();
    if !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) || digits > 3 {
        return None;
    }
    let mut letters = text.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    let near = |expected: usize| text.len().abs_diff(expected) <= 6;
    match (first, Role::of_letter(first), Role::of_letter(second)) {
        ('S', _, Some(role)) if near(58) => Some((Kind::Seed(role), 58)),
        ('P', ..) if near(108) => Some((Kind::Private { curve: false }, 108)),
        ('P', ..) if near(56) => Some((Kind::Private { curve: true }, 56)),
        (_, Some(role), _) if near(56) => Some((Kind::Public(role), 56)),
        // The first two letters of a key may be the ones that changed places: the second of a public key is A to D.
        ('A'..='D', None, Some(role)) if near(56) => Some((Kind::Public(role), 56)),
        (_, Some(role), _) if second == 'S' && near(58) => Some((Kind::Seed(role), 58)),
        _ => None,
    }
}

/// The text with letters for the digits that look like them, if one choice of them makes a key.
pub(super) fn looked_alike(text: &str, strangers: &[usize]) -> Option<Zeroizing<String>> {
    let choices: u32 = strangers.len().try_into().ok()?;
    (0..1u32 << choices).find_map(|choice| {
        let mut bytes = Zeroizing::new(text.as_bytes().to_vec());
        for (index, &at) in strangers.iter().enumerate() {
            bytes[at] = match (bytes[at], choice >> index & 1) {
                (b'0', 0) => b'O',
                (b'1', 0) => b'I',
                (b'1', _) => b'L',
                (b'8', 0) => b'B',
                _ => return None,
            };
        }
        canonical(&bytes)
    })
}

/// The text with two neighbours changed back, if there is one place alone where that makes a key; and that place.
pub(super) fn swapped(text: &str) -> Option<(usize, Zeroizing<String>)> {
    let mut bytes = Zeroizing::new(text.as_bytes().to_vec());
    let mut found = None;
    for at in 0..bytes.len().saturating_sub(1) {
        if bytes[at] == bytes[at + 1] {
            continue;
        }
        bytes.swap(at, at + 1);
        if let Some(text) = canonical(&bytes)
            && found.replace((at, text)).is_some()
        {
            return None;
        }
        bytes.swap(at, at + 1);
    }
    found
}

/// The text, if it is the canonical spelling of a key.
fn canonical(text: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(text).ok()?;
    let right = super::read(text).is_some_and(|identity| identity.reading == Reading::Canonical);
    right.then(|| Zeroizing::new(text.to_owned()))
}
