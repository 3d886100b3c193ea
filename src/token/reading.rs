//! What can be read of a token at all? Everything that Go's `Decode` says, and beside it what Go throws away: how it is
//! written, what no structure has a place for, and of a damaged token whatever is left.

use std::sync::Arc;

use serde_json::Value;

use super::base64;
use super::claims::{Claims, Kind};
use super::decode::{DecodeError, MAX_TOKEN, Signed, Unverified, chunks, decode_generic, hold, load, parse};
use super::pointer;
use super::reader::Oddity;
use super::salvage::salvage;
use super::tree::Layout;
use crate::nkey::{self, go};

/// Whether a token's signature holds under the key that it names as its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It holds, in the form that the token's layout asks for.
    Valid,
    /// It does not.
    Invalid,
    /// There is no issuer's key or no signature to try.
    Unverifiable,
}

impl Signature {
    /// `valid`, `invalid`, `unverifiable`.
    pub const fn word(self) -> &'static str {
        match self {
            Signature::Valid => "valid",
            Signature::Invalid => "invalid",
            Signature::Unverifiable => "unverifiable",
        }
    }
}

/// A way in which a token differs from what Go's library writes. Places are JSON pointers into the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// A member that no version of the library knows at this place: signing the token again with Go loses it.
    UnknownMember(String),
    /// A member that comes twice; Go decodes the later over the former.
    DuplicateMember(String),
    /// A member whose name is written in another case.
    FoldedMember(String),
    /// A part of the token (0 header, 1 payload, 2 signature) has line ends in it.
    LineEnds(usize),
    /// A part of the token ends in bits that mean nothing: another spelling of the same bytes.
    LooseBits(usize),
    /// The header is not one that Go's library writes: its JSON.
    Header(String),
    /// Bytes of the payload are not UTF-8; Go reads U+FFFD instead.
    NotUtf8,
    /// `jti` is not the hash that Go's library writes, which is the value here. Nobody checks it.
    Jti(String),
    /// Text around the token's JSON that is not written as compactly as Go does, or in another order or spelling.
    Spelling,
    /// A generic token signed over header and payload: Go's `Decode` verifies no such token, its `DecodeGeneric` does.
    GenericV2,
}

/// A token read as far as it can be.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its kind as the payload says it: `user`, `server`, …; `unknown` where it says none that is known.
    pub kind: String,
    /// How it is laid out, where that can be told.
    pub layout: Option<Layout>,
    /// The header's JSON.
    pub header: Option<Value>,
    /// The payload's JSON as written; of a damaged one as much as is left.
    pub claims: Option<Value>,
    /// The claims as Go types them, also where Go then refuses the token for its signature or issuer.
    pub decoded: Option<Arc<Claims>>,
    /// Whether the signature holds.
    pub signature: Signature,
    /// Why Go's `Decode` refuses it.
    pub refused: Option<DecodeError>,
    /// What Go does not say.
    pub deviations: Vec<Deviation>,
    /// What is broken, in words, first things first.
    pub damage: Vec<String>,
}

/// The longest text that is looked at for a token, in bytes: eight times what Go takes.
const LONGEST: usize = 8 * MAX_TOKEN;

impl Token {
    /// A token that Go takes, written as Go's library writes it, of which nothing but what it claims is asked: without its
    /// JSON, and without the two deviations that need it written again.
    pub(crate) fn plain(claims: Claims) -> Token {
        Token {
            kind: claims.kind().word().into(),
            layout: Some(Layout::V2),
            decoded: Some(Arc::new(claims)),
            signature: Signature::Valid,
            ..Token::unknown()
        }
    }

    fn unknown() -> Token {
        Token {
            kind: "unknown".into(),
            layout: None,
            header: None,
            claims: None,
            decoded: None,
            signature: Signature::Unverifiable,
            refused: None,
            deviations: Vec::new(),
            damage: Vec::new(),
        }
    }

    /// Reads a text that is, or was, a token. Never fails.
    pub fn read(text: &[u8]) -> Token {
        let text = &text[..text.len().min(LONGEST)];
        Token::read_judged(text, parse(text), None)
    }

    /// [`Token::read`] of many, their signatures verified together.
    pub(crate) fn read_all(
        texts: &[&[u8]],
        verify: impl FnOnce(&[nkey::Signed<'_>]) -> Vec<bool>,
    ) -> Vec<Token> {
        let texts: Vec<&[u8]> = texts.iter().map(|text| &text[..text.len().min(LONGEST)]).collect();
        let parsed: Vec<_> = texts.iter().map(|text| parse(text)).collect();
        let holds = hold(parsed.iter().map(|parsed| parsed.as_ref().ok()), verify);
        let all = texts.iter().zip(parsed.into_iter().zip(holds));
        all.map(|(text, (parsed, holds))| {
            let holds = parsed.is_ok().then_some(holds);
            Token::read_judged(text, parsed, holds)
        })
        .collect()
    }

    /// [`Token::read`] of a text that was parsed already, and of which somebody may have found out whether its signature
    /// [`holds`](Unverified::holds).
    pub(crate) fn read_judged(
        text: &[u8],
        parsed: Result<Unverified<'_>, DecodeError>,
        holds: Option<bool>,
    ) -> Token {
        let mut token = Token::of_parts(text, holds);
        match parsed {
            Err(error) => token.refused = Some(error),
            Ok(unverified) => {
                // What was found out above, unless the issuer is no key or the signature no base64.
                let draft = token.layout == Some(Layout::DraftV2);
                let holds = match (token.signature, unverified.signed) {
                    (Signature::Valid, Signed::HeaderAndPayload) => !draft,
                    (Signature::Valid, Signed::Payload) => token.layout == Some(Layout::V1),
                    _ => false,
                };
                token.refused = unverified.judge(holds).err();
            }
        }
        if token.refused == Some(DecodeError::SignatureV1)
            && token.decoded.as_ref().is_some_and(|claims| claims.kind() == Kind::Generic)
            && decode_generic(text).is_ok()
        {
            token.deviations.push(Deviation::GenericV2);
        }
        match chunks(text) {
            Some(_) => {}
            None => token.damage.insert(
                0,
                match text.iter().filter(|byte| **byte == b'.').count() {
                    0 => "there is no dot: payload and signature are missing".into(),
                    1 => "there is one dot instead of two: the signature is missing".into(),
                    dots => format!("there are {dots} dots instead of two"),
                },
            ),
        }
        token
    }

    /// The same, of a text that Go takes and whose signature holds in the form that its layout asks for.
    pub(crate) fn read_held(text: &[u8]) -> Token {
        Token::of_parts(text, Some(true))
    }

    /// What the parts of a text say, whatever Go does with it.
    fn of_parts(text: &[u8], holds: Option<bool>) -> Token {
        let mut token = Token::unknown();
        let parts = parts(text);
        let header = token.json_of(parts[0], 0);
        let payload = token.json_of(parts[1], 1);
        token.header = header.as_deref().and_then(|json| token.tree(json, "header"));
        token.claims = payload.as_deref().and_then(|json| token.tree(json, "payload"));
        if token.claims.is_some() {
            token.note_header(header.as_deref());
        }
        if let Some(payload) = &payload {
            token.read_payload(payload);
        }
        token.verify(parts, holds);
        token
    }

    /// The subject, as Go reads it, else as written.
    pub fn subject(&self) -> Option<&str> {
        let written = || self.claims.as_ref()?.get("sub")?.as_str();
        self.decoded.as_ref().map(|claims| claims.data.sub.as_str()).or_else(written)
    }

    /// The claims where Go reads them, damaged or not signed as they should be.
    pub fn kind(&self) -> Option<Kind> {
        self.decoded.as_ref().map(|claims| claims.kind())
    }

    /// The bytes of a part; what cannot be read of it is damage.
    fn json_of(&mut self, part: &[u8], number: usize) -> Option<Vec<u8>> {
        if part.is_empty() {
            return None;
        }
        match base64::decode(part) {
            Ok(json) => {
                self.note_spelling(part, number);
                Some(json)
            }
            Err(at) => {
                self.damage.push(format!(
                    "the {} is not base64 from its byte {at} on",
                    ["header", "payload", "signature"][number]
                ));
                Some(base64::decode_prefix(&part[..at.min(part.len())]))
            }
        }
    }

    fn note_spelling(&mut self, part: &[u8], number: usize) {
        if part.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            self.deviations.push(Deviation::LineEnds(number));
        } else if !base64::is_canonical(part) {
            self.deviations.push(Deviation::LooseBits(number));
        }
    }

    fn tree(&mut self, json: &[u8], what: &str) -> Option<Value> {
        match super::json::syntax_error(json) {
            None => serde_json::from_str(&String::from_utf8_lossy(json)).ok(),
            Some(error) => {
                self.damage.push(format!("the {what} is not JSON: {error}"));
                salvage(json)
            }
        }
    }

    fn note_header(&mut self, header: Option<&[u8]>) {
        const WRITTEN: [&[u8]; 2] = [super::encode::HEADER.as_bytes(), br#"{"typ":"jwt","alg":"ed25519"}"#];
        if let Some(header) = header
            && !WRITTEN.contains(&header)
        {
            self.deviations.push(Deviation::Header(String::from_utf8_lossy(header).into_owned()));
        }
    }

    fn read_payload(&mut self, payload: &[u8]) {
        if std::str::from_utf8(payload).is_err() {
            self.deviations.push(Deviation::NotUtf8);
        }
        let word = |pointer: &str| Some(self.claims.as_ref()?.pointer(pointer)?.as_str()?.to_owned());
        let said = word("/type").filter(|word| !word.is_empty()).or_else(|| word("/nats/type"));
        let Ok(loaded) = load(payload) else {
            if let Some(word) = said {
                self.kind = word;
            }
            return;
        };
        let claims = loaded.claims;
        self.kind = match claims.kind() {
            Kind::Generic => said.unwrap_or_else(|| "generic".into()),
            kind => kind.word().into(),
        };
        self.layout = match loaded.signed {
            Signed::HeaderAndPayload => Some(Layout::V2),
            // No member of a generic token says how it is signed: the signature itself will.
            Signed::Payload if claims.kind() == Kind::Generic => None,
            Signed::Payload => Some(Layout::V1),
        };
        for (oddity, offset) in loaded.odd {
            let pointer = pointer::of_member(payload, offset);
            self.deviations.push(match oddity {
                Oddity::Unknown => Deviation::UnknownMember(pointer),
                Oddity::Duplicate => Deviation::DuplicateMember(pointer),
                Oddity::Folded => Deviation::FoldedMember(pointer),
            });
        }
        if self.layout == Some(Layout::V2) && !claims.data.jti.is_empty() {
            let jti = super::encode::jti(&claims.data);
            if jti != claims.data.jti {
                self.deviations.push(Deviation::Jti(jti));
            }
        }
        let lost = |deviation: &Deviation| {
            matches!(
                deviation,
                Deviation::UnknownMember(_)
                    | Deviation::DuplicateMember(_)
                    | Deviation::FoldedMember(_)
                    | Deviation::NotUtf8
            )
        };
        if self.layout == Some(Layout::V2)
            && claims.kind() != Kind::Generic
            && !self.deviations.iter().any(lost)
            && super::encode::payload(&claims).is_ok_and(|written| written != payload)
        {
            self.deviations.push(Deviation::Spelling);
        }
        self.decoded = Some(Arc::new(claims));
    }

    /// Tries the signature over both of what a token's signature is made over.
    fn verify(&mut self, [header, payload, signature]: [&[u8]; 3], known: Option<bool>) {
        if payload.is_empty() || signature.is_empty() {
            return;
        }
        let written = || Some(self.claims.as_ref()?.get("iss")?.as_str()?.to_owned());
        let issuer = self.decoded.as_ref().map(|claims| claims.data.iss.clone()).or_else(written);
        let Some(Ok(key)) = issuer.map(|issuer| go::from_public_key(&issuer)) else { return };
        let signature = match base64::decode(signature) {
            Ok(bytes) => {
                self.note_spelling(signature, 2);
                bytes
            }
            Err(at) => {
                self.damage.push(format!("the signature is not base64 from its byte {at} on"));
                self.signature = Signature::Invalid;
                return;
            }
        };
        let over_both = || key.verify(&[header, b".", payload].concat(), &signature);
        let over_payload = || key.verify(payload, &signature);
        // The form that the layout asks for first: nearly always it is that one.
        let held = match self.layout {
            Some(Layout::V1) => known.unwrap_or_else(over_payload).then_some(Layout::V1),
            Some(_) if known.unwrap_or_else(over_both) => Some(Layout::V2),
            Some(_) => over_payload().then_some(Layout::DraftV2),
            None if over_both() => Some(Layout::V2),
            None => over_payload().then_some(Layout::V1),
        };
        self.signature = match held {
            Some(layout) => {
                self.layout = Some(layout);
                Signature::Valid
            }
            None => Signature::Invalid,
        };
        if signature.len() != 64 {
            self.damage.push(format!("the signature has {} bytes instead of 64", signature.len()));
        }
    }
}

/// Header, payload and signature as far as they are there.
fn parts(text: &[u8]) -> [&[u8]; 3] {
    let mut parts = text.splitn(3, |byte| *byte == b'.');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
