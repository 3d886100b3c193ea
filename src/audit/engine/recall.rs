//! What did this token say? What was kept of it is not enough for some questions and for the words of a finding.

use std::ops::Range;
use std::path::Path;

use super::read::LARGEST;
use crate::disk;
use crate::file::{alone, recognise};
use crate::token::{self, Claims};

/// A token of a file, read again.
#[derive(Debug)]
pub(super) struct Recalled {
    pub(super) claims: Claims,
    /// Its bytes in the file, where it does not stand alone.
    pub(super) span: Option<Range<usize>>,
}

/// The token of this subject and time in a file; none where it is not there any more.
pub(super) fn recall(path: &str, subject: &str, iat: i64) -> Option<Recalled> {
    let bytes = disk::read(Path::new(path), LARGEST).ok()?;
    let parse = |bytes: &[u8]| {
        let claims = token::parse(bytes).ok()?.claims;
        (claims.data.sub == subject && claims.data.iat == iat).then_some(claims)
    };
    if let Some(token) = alone(&bytes) {
        return parse(token).map(|claims| Recalled { claims, span: None });
    }
    let document = recognise(&bytes);
    document.tokens().find_map(|part| {
        let claims = parse(part.text().as_bytes())?;
        Some(Recalled { claims, span: Some(part.span.clone()) })
    })
}
