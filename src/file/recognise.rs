//! What is this file?
//!
//! By its bytes, never by its name. Tokens and keys are found by their forms, whatever stands around them; what the file
//! is as a whole gives them their paths, and finds those in encoded values. It never fails, and its time grows with the
//! number of bytes.

use std::ops::Range;

use zeroize::Zeroizing;

use super::creds;
use super::document::{Damage, Document, Inner, Kind};
use super::form::{self, Form};
use super::json::Place;
use super::part::{Part, What};
use super::scan::{Found, Hit, SIGNATURE, scan};
use super::text::View;

/// How many tokens, keys and marks of one file are told. A pack of all accounts of a large deployment has fewer.
pub const MOST: usize = 2_000_000;

/// Files in values of files in values: deeper ones are left alone.
const DEPTH: usize = 4;

/// A value that may be a file itself.
pub(super) struct Encoded {
    pub(super) path: String,
    /// The characters of the value.
    pub(super) at: Range<usize>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Its text stands there as it is, so that what is in it has been found.
    pub(super) plain: bool,
}

/// Says what a file is, and finds everything in it.
pub fn recognise(bytes: &[u8]) -> Document<'_> {
    at_depth(bytes, 0)
}

/// The token of a file that holds nothing else, white space behind it aside. Nearly every file of a store and of a
/// resolver is one, and this says it sooner than [`recognise`].
pub fn alone(bytes: &[u8]) -> Option<&[u8]> {
    let token = bytes.trim_ascii_end();
    if !token.starts_with(b"eyJ") {
        return None;
    }
    if crate::token::is_spelled_plainly(token) {
        return Some(token);
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if token.iter().all(plain) {
        return Some(token);
    }
    // Go reads over line ends in it. What is longer than a token has other things behind it.
    let ends = |byte: &&u8| !matches!(byte, b'\r' | b'\n');
    let mut parts = token.split(|byte| *byte == b'.').map(|part| part.iter().filter(ends));
    let signed =
        parts.nth(2).is_some_and(|signature| signature.count() == SIGNATURE) && parts.next().is_none();
    (signed && token.iter().filter(ends).all(plain)).then_some(token)
}

fn at_depth(bytes: &[u8], depth: usize) -> Document<'_> {
    let view = View::of(bytes);
    let hits = scan(view.text(), MOST);
    let form = form::of(&view, &hits);
    let mut document = Document { kind: form.kind, parts: Vec::new(), inner: Vec::new(), damage: Vec::new() };
    document.damage.extend(form.damage.iter().cloned());
    if hits.len() == MOST {
        let end = bytes.len();
        document
            .damage
            .push(Damage::new(format!("more than {MOST} tokens and keys: the rest is not read"), end..end));
    }
    // A damaged seed in its block is known by its marks alone.
    if matches!(form.kind, Kind::Creds) {
        let creds = creds::parse(bytes);
        document.parts.extend(creds.token.into_iter().chain(creds.seed).chain(creds.others));
        document.damage.extend(creds.deviations.into_iter().map(Damage::of));
    } else {
        document.damage.extend(of_text(&view, &hits, form.kind, bytes));
        document.parts.extend(parts(&view, &hits, &form));
    }
    if depth < DEPTH {
        let in_place = document.parts.len();
        for value in form.values {
            enter(&mut document, &view, value, in_place, depth);
        }
    }
    document.parts.sort_by_key(|part| part.span.start);
    document.damage.sort_by_key(|damage| damage.span.start);
    document
}

/// What was found by its form, with its paths.
fn parts<'a>(view: &View<'a>, hits: &[Hit], form: &Form) -> Vec<Part<'a>> {
    // Where a file is about something else, its public keys are names and no finds.
    let public = matches!(form.kind, Kind::Seed | Kind::PublicKey | Kind::Text);
    let mut places = form.places.iter().peekable();
    let mut parts = Vec::new();
    for hit in hits {
        let what = match hit.what {
            Found::Token => What::Token,
            Found::Seed => What::Seed,
            Found::Private => What::PrivateKey,
            Found::Public if public => What::PublicKey,
            _ => continue,
        };
        let mut part = Part::new(what, view, &hit.at);
        while places.next_if(|place| place.at.end <= hit.at.start).is_some() {}
        if let Some(Place { path, .. }) = places.peek().filter(|place| place.at.start <= hit.at.start) {
            part.at.clone_from(path);
        }
        parts.push(part);
    }
    parts
}

/// Looks into a value.
fn enter(document: &mut Document<'_>, view: &View<'_>, value: Encoded, in_place: usize, depth: usize) {
    let span = view.span(&value.at);
    let nested = at_depth(&value.bytes, depth + 1);
    let below = |path: &str| match path {
        "" => value.path.clone(),
        path => format!("{}: {path}", value.path),
    };
    for damage in nested.damage {
        let message = format!("{}: {}", value.path, damage.message);
        document.damage.push(Damage { message, span: span.clone(), deviation: damage.deviation });
    }
    let barren = nested.parts.is_empty() && nested.inner.is_empty();
    if value.plain {
        let there = &mut document.parts[..in_place];
        let first = there.partition_point(|part| part.span.start < span.start);
        let inside = there[first..].iter_mut().take_while(|part| part.span.start < span.end);
        for (part, found) in inside.zip(&nested.parts) {
            part.at = below(&found.at);
        }
    } else {
        for part in nested.parts {
            let mut part = part.into_owned();
            part.at = below(&part.at);
            part.span = span.clone();
            document.parts.push(part);
        }
    }
    let tells = matches!(nested.kind, Kind::Config | Kind::Lookup | Kind::Context);
    if !barren || tells {
        document.inner.push(Inner { at: value.path, span, kind: nested.kind, bytes: value.bytes });
    }
}

/// What is the matter with a text that holds a token or a key.
fn of_text(view: &View<'_>, hits: &[Hit], kind: Kind, bytes: &[u8]) -> Vec<Damage> {
    let mut damage = Vec::new();
    if view.is_utf16() {
        damage.push(Damage::new(creds::Kind::Encoding.words(), 0..bytes.len()));
    } else if let Some(mark) = view.mark() {
        damage.push(Damage::new(creds::Kind::ByteOrderMark.words(), mark));
    }
    let marked = hits.iter().any(|hit| matches!(hit.what, Found::Begin | Found::End));
    if marked && matches!(kind, Kind::Token | Kind::Seed) {
        // The form of credentials, but for what a lone block cannot have.
        let whole = |deviation: &creds::Deviation| {
            use creds::Kind as Of;
            !matches!(
                deviation.kind,
                Of::NoToken
                    | Of::NoSeed
                    | Of::Banner
                    | Of::Label
                    | Of::ExtraBlock
                    | Of::Encoding
                    | Of::ByteOrderMark
            )
        };
        damage.extend(creds::parse(bytes).deviations.into_iter().filter(whole).map(Damage::of));
        return damage;
    }
    let text = view.text();
    for hit in hits.iter().filter(|hit| hit.what == Found::Token) {
        let lines = text[hit.at.clone()]
            .split(|&byte| byte == b'\n' || byte == b'\r')
            .filter(|line| !line.is_empty());
        match lines.count() {
            0 | 1 => {}
            lines => {
                damage.push(Damage::new(
                    format!("line ends cut the token into {lines} pieces"),
                    view.span(&hit.at),
                ));
            }
        }
    }
    if kind == Kind::Token
        && let Some((first, last)) = text
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
            .zip(text.iter().rposition(|byte| !byte.is_ascii_whitespace()))
        && matches!(text[first], b'"' | b'\'' | b'`')
    {
        damage.push(Damage::new("the token stands in quotes", view.span(&(first..last + 1))));
    }
    damage
}
