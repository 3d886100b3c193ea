//! One thing in a file: a token or a key, its text put together, and where it stands.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use super::scan::pieces;
use super::text::View;

/// What stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// A JWT, whole or damaged.
    Token,
    /// A seed, `S…`.
    Seed,
    /// A private key, `P…`.
    PrivateKey,
    /// A public key.
    PublicKey,
}

/// A token or a key in a file.
#[derive(Clone)]
pub struct Part<'a> {
    /// What it is, by its form; nothing of it has been decoded.
    pub what: What,
    /// Where it stands in the file, line ends in it included. Of what stands in an encoded value: where that stands.
    pub span: Range<usize>,
    /// The path of keys that leads to it, where the file has keys: `resolver_preload.AB…`, `data["sys.jwt"]`.
    pub at: String,
    /// Line ends cut it up.
    pub wrapped: bool,
    text: Text<'a>,
}

#[derive(Clone)]
enum Text<'a> {
    Same(&'a str),
    Joined(Zeroizing<String>),
}

impl<'a> Part<'a> {
    /// What these characters of a file say, line ends and blanks taken out.
    pub(super) fn new(what: What, view: &View<'a>, at: &Range<usize>) -> Part<'a> {
        let whole = view.text().get(at.clone()).unwrap_or_default();
        let mut pieces = pieces(view.text(), at);
        let one = pieces.next().is_none_or(|first| first.len() == whole.len());
        let lasting = view.lasting().and_then(|text| std::str::from_utf8(text.get(at.clone())?).ok());
        let text = match lasting {
            Some(text) if one => Text::Same(text),
            _ => Text::Joined(joined(whole)),
        };
        Part { what, span: view.span(at), at: String::new(), wrapped: !one, text }
    }

    /// The token or key, without the line ends and blanks that may cut it up in the file.
    pub fn text(&self) -> &str {
        match &self.text {
            Text::Same(text) => text,
            Text::Joined(text) => text,
        }
    }

    /// The part, free of the file; wiped when dropped.
    pub fn into_owned(self) -> Part<'static> {
        let text = match self.text {
            Text::Same(text) => Text::Joined(Zeroizing::new(text.to_owned())),
            Text::Joined(text) => Text::Joined(text),
        };
        Part { what: self.what, span: self.span, at: self.at, wrapped: self.wrapped, text }
    }
}

fn joined(text: &[u8]) -> Zeroizing<String> {
    // No larger than this, so that nothing stays behind in memory that was given back.
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    for piece in pieces(text, &(0..text.len())) {
        joined.extend(piece.iter().map(|&byte| char::from(byte)));
    }
    joined
}

/// Tells nothing of the text: it may be a secret.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("what", &self.what)
            .field("span", &self.span)
            .field("at", &self.at)
            .field("wrapped", &self.wrapped)
            .finish_non_exhaustive()
    }
}
