//! What can be told of a token before its claims are read?

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::base64;
use super::decode::*;
use crate::nkey::{self, go};

/// A token taken apart and not read yet. Its decoded parts stand behind others in a buffer.
pub(crate) struct Apart<'t> {
    token: &'t [u8],
    /// The characters of its payload.
    payload: Range<usize>,
    /// The bytes of its payload in the buffer; those of its signature stand behind.
    bytes: Range<usize>,
    /// Where its signature ends in the buffer. Go finds fault with it when it has read the payload.
    end: Result<usize, DecodeError>,
    /// It has the header of the second layout as Go's library writes it.
    current: bool,
    /// Both parts are spelled as Go's library spells them.
    plain: bool,
}

impl<'t> Apart<'t> {
    /// Takes `token` apart as [`parse`] does, its payload's bytes behind those in `decoded`.
    pub(crate) fn new(token: &'t [u8], decoded: &mut Vec<u8>) -> Result<Apart<'t>, DecodeError> {
        if token.len() > MAX_TOKEN {
            return Err(DecodeError::TooLarge(token.len()));
        }
        Apart::of_any_size(token, decoded)
    }

    pub(super) fn of_any_size(token: &'t [u8], decoded: &mut Vec<u8>) -> Result<Apart<'t>, DecodeError> {
        let [header, payload, signature] = chunks(token).ok_or(DecodeError::Chunks)?;
        let current = &token[header.clone()] == CURRENT_HEADER;
        if !current && &token[header.clone()] != OLD_HEADER {
            read_header(&token[header])?;
        }
        let mut part = |chunk, range: &Range<usize>| {
            let start = decoded.len();
            base64::decode_behind(&token[range.clone()], decoded)
                .map(|plain| (plain, start..decoded.len()))
                .map_err(|at| DecodeError::Base64 { chunk, at })
        };
        let (plain, bytes) = part(1, &payload)?;
        let signature = part(2, &signature);
        let plain = plain && signature.as_ref().is_ok_and(|(plain, _)| *plain);
        Ok(Apart { token, payload, bytes, end: signature.map(|(_, range)| range.end), current, plain })
    }

    /// The payload's bytes in the buffer.
    pub(crate) fn payload<'d>(&self, decoded: &'d [u8]) -> &'d [u8] {
        decoded.get(self.bytes.clone()).unwrap_or_default()
    }

    /// Reads it; `decoded` is the buffer.
    pub(crate) fn read(&self, decoded: &'t [u8]) -> Result<Unverified<'t>, DecodeError> {
        self.read_keeping(decoded, Cow::Borrowed)
    }

    /// As [`Apart::read`], from a buffer that does not stay.
    pub(super) fn read_owned(&self, decoded: &[u8]) -> Result<Unverified<'t>, DecodeError> {
        self.read_keeping(decoded, |signature| signature.to_vec().into())
    }

    fn read_keeping<'d>(
        &self,
        decoded: &'d [u8],
        keep: impl FnOnce(&'d [u8]) -> Cow<'t, [u8]>,
    ) -> Result<Unverified<'t>, DecodeError> {
        let loaded = load(self.payload(decoded))?;
        let signature = keep(self.signature(decoded)?);
        let second = self.current && loaded.signed == Signed::HeaderAndPayload;
        Ok(Unverified {
            odd: !(second && self.plain && loaded.odd.is_empty() && loaded.utf8),
            claims: loaded.claims,
            signed: loaded.signed,
            message: self.message(loaded.signed),
            signature,
        })
    }

    fn signature<'d>(&self, decoded: &'d [u8]) -> Result<&'d [u8], DecodeError> {
        let end = self.end.clone()?;
        Ok(decoded.get(self.bytes.end..end).unwrap_or_default())
    }

    fn message(&self, signed: Signed) -> &'t [u8] {
        match signed {
            Signed::Payload => &self.token[self.payload.clone()],
            Signed::HeaderAndPayload => &self.token[..self.payload.end],
        }
    }

    /// What will be asked of a verifier once it is read, if it is as Go's library writes tokens. So the signatures of
    /// many are verified together before the claims of the first are read; whether a guess was right is known then.
    pub(crate) fn guess<'d>(&self, decoded: &'d [u8]) -> Option<Guess<'t, 'd>> {
        static ISSUER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"iss\":\""));
        let payload = self.payload(decoded);
        let rest = payload.get(ISSUER.find(payload)? + ISSUER.needle().len()..)?;
        let issuer = rest.get(..memchr::memchr(b'"', rest)?)?;
        let key = go::from_public_key(std::str::from_utf8(issuer).ok()?).ok()?.public();
        let signature = self.signature(decoded).ok()?;
        Some(Guess { issuer, key, message: self.message(Signed::HeaderAndPayload), signature })
    }
}

/// A signature that is verified before its token is read.
pub(crate) struct Guess<'t, 'd> {
    issuer: &'d [u8],
    key: nkey::PublicKey,
    message: &'t [u8],
    signature: &'d [u8],
}

impl Guess<'_, '_> {
    /// What is asked of a verifier.
    pub(crate) fn signed(&self) -> nkey::Signed<'_> {
        nkey::Signed { key: self.key, message: self.message, signature: self.signature }
    }

    /// The role of the issuer's key.
    pub(crate) fn role(&self) -> nkey::Role {
        self.key.role()
    }

    /// It is what that token asks, now that it is read.
    pub(crate) fn is_of(&self, token: &Unverified<'_>) -> bool {
        token.claims.data.iss.as_bytes() == self.issuer
            // Nearly always these are the same bytes, which need not be compared.
            && (std::ptr::eq(token.message, self.message) || token.message == self.message)
            && *token.signature == *self.signature
    }
}
