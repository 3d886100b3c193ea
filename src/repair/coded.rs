//! How is a token in a value of base64 given another text? Plain base64 on one line, as Kubernetes writes it, is written
//! anew; nobody here writes any other.

use std::ops::Range;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::journal::NewBytes;
use crate::file::{Document, What, recognise};

/// Whether the value at these bytes is plain base64 with one token in it, which stands there as it is.
pub(super) fn is_plain(bytes: &[u8], span: &Range<usize>, document: &Document<'_>) -> bool {
    let mut inner = document.inner.iter().filter(|inner| inner.span == *span);
    let (Some(inner), None) = (inner.next(), inner.next()) else { return false };
    let written = bytes.get(span.clone()).unwrap_or_default();
    Zeroizing::new(BASE64.encode(&inner.bytes)).as_bytes() == written && token(&inner.bytes).is_some()
}

/// The old value with another token in it, and what of the old one stands in it.
pub(super) fn rewritten(value: &[u8], text: &str) -> Option<NewBytes> {
    let old = Zeroizing::new(BASE64.decode(value).ok()?);
    Some(NewBytes::splice(&old, &[(token(&old)?, text.as_bytes())]))
}

/// Where the one token of these bytes stands as it is.
fn token(bytes: &[u8]) -> Option<Range<usize>> {
    let document = recognise(bytes);
    let mut tokens = document.parts.iter().filter(|part| part.what == What::Token);
    let (Some(token), None) = (tokens.next(), tokens.next()) else { return None };
    (bytes.get(token.span.clone())? == token.text().as_bytes()).then(|| token.span.clone())
}
