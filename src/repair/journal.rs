//! What was done to which file, so that it can be taken back?
//!
//! A journal is written before what it tells of is done. It never holds a seed: of a file that was changed it keeps what is
//! no longer in it, and for the rest says where in the new bytes it stands; undoing takes it from there.

mod new_bytes;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use self::new_bytes::{NewBytes, WouldKeepSecret};

/// Bytes of a file, told apart by SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    pub(crate) fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes =
            data_encoding::HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Hash).ok_or_else(|| serde::de::Error::custom("no SHA-256"))
    }
}

/// A path that need not be UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(pub(crate) PathBuf);

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str().filter(|text| !text.starts_with('\0')) {
            Some(text) => to.serialize_str(text),
            // No path has a NUL in it.
            None => to.serialize_str(&format!(
                "\0{}",
                data_encoding::HEXLOWER.encode(self.0.as_os_str().as_bytes())
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.strip_prefix('\0') {
            None => Ok(Name(text.into())),
            Some(hex) => data_encoding::HEXLOWER
                .decode(hex.as_bytes())
                .map(|bytes| Name(OsStr::from_bytes(&bytes).into()))
                .map_err(serde::de::Error::custom),
        }
    }
}

/// One thing that is done to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "kebab-case")]
pub(crate) enum Done {
    /// Its bytes became others.
    Rewritten {
        file: Name,
        before: Hash,
        after: Hash,
        /// The bytes before, in order: what stands in the new bytes, and the lengths of what does not.
        pieces: Vec<Piece>,
    },
    /// It was made.
    Made { file: Name, after: Hash },
    /// It got another name.
    Renamed { from: Name, to: Name, hash: Hash },
    /// It got other permission bits.
    Mode { file: Name, before: u32, after: u32 },
}

impl Done {
    /// The files that it was done to.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let (one, other) = match self {
            Done::Rewritten { file, .. } | Done::Made { file, .. } | Done::Mode { file, .. } => (file, None),
            Done::Renamed { from, to, .. } => (from, Some(to)),
        };
        std::iter::once(one).chain(other).map(|Name(path)| path)
    }
}

/// A piece of the bytes before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Piece {
    /// These bytes of the new file.
    Kept(usize, usize),
    /// So many bytes that the record itself has.
    Gone(usize),
    /// Base64 of what these pieces make of the bytes whose base64 stands there in the new file: where, how long.
    Coded(usize, usize, Vec<Piece>),
}

impl Piece {
    /// How many bytes of it the record has.
    fn gone(&self) -> Option<usize> {
        match self {
            Piece::Kept(..) => Some(0),
            Piece::Gone(length) => Some(*length),
            Piece::Coded(.., pieces) => {
                pieces.iter().try_fold(0usize, |sum, piece| sum.checked_add(piece.gone()?))
            }
        }
    }
}

/// What these pieces make of the new bytes, and of those that are gone, which are taken off.
fn undone(pieces: &[Piece], new: &[u8], gone: &mut &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let length = pieces.iter().map(|piece| match piece {
        Piece::Kept(_, length) | Piece::Gone(length) => *length,
        Piece::Coded(_, length, _) => length.saturating_mul(2),
    });
    let mut old =
        Zeroizing::new(Vec::with_capacity(length.fold(0, usize::saturating_add).min(new.len() + gone.len())));
    for piece in pieces {
        match piece {
            Piece::Kept(at, length) => old.extend_from_slice(new.get(*at..at.checked_add(*length)?)?),
            Piece::Gone(length) => {
                let (these, rest) = gone.split_at_checked(*length)?;
                old.extend_from_slice(these);
                *gone = rest;
            }
            Piece::Coded(at, length, pieces) => {
                let there = Zeroizing::new(BASE64.decode(new.get(*at..at.checked_add(*length)?)?).ok()?);
                let before = undone(pieces, &there, gone)?;
                old.extend_from_slice(Zeroizing::new(BASE64.encode(&before)).as_bytes());
            }
        }
    }
    Some(old)
}

/// A record: what was done, and the bytes that are gone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) done: Done,
    pub(crate) gone: Vec<u8>,
}

impl Record {
    /// `{…}\n`, the bytes, `\n`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(serde_json::to_vec(&self.done).expect("maps with text keys become JSON"));
        out.push(b'\n');
        out.extend(&self.gone);
        out.push(b'\n');
    }

    /// Reads all whole records; with the number of bytes that they take. What follows them was being written when a run
    /// was stopped: nothing that it tells of has been done.
    pub(crate) fn read_all(journal: &[u8]) -> (Vec<Record>, usize) {
        let mut records = Vec::new();
        let mut at = 0;
        while let Some((record, length)) = journal.get(at..).and_then(Record::read) {
            records.push(record);
            at += length;
        }
        (records, at)
    }

    fn read(bytes: &[u8]) -> Option<(Record, usize)> {
        let head = bytes.iter().position(|byte| *byte == b'\n')?;
        let done: Done = serde_json::from_slice(&bytes[..head]).ok()?;
        let length = match &done {
            Done::Rewritten { pieces, .. } => {
                pieces.iter().try_fold(0usize, |sum, piece| sum.checked_add(piece.gone()?))?
            }
            _ => 0,
        };
        let end = head.checked_add(1)?.checked_add(length)?;
        let gone = bytes.get(head + 1..end)?.to_vec();
        (bytes.get(end) == Some(&b'\n')).then_some((Record { done, gone }, end + 1))
    }

    /// The bytes before, out of the new ones.
    pub(crate) fn undone(&self, new: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let Done::Rewritten { before, pieces, .. } = &self.done else { return None };
        let old = undone(pieces, new, &mut self.gone.as_slice())?;
        (Hash::of(&old) == *before).then_some(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    #[test]
    fn a_torn_end_is_no_record() {
        let mut journal = Vec::new();
        let records: Vec<Record> = [
            Done::Made { file: Name("/é".into()), after: Hash::of(b"a") },
            Done::Renamed {
                from: Name("/a".into()),
                to: Name(OsStr::from_bytes(b"/\xff").into()),
                hash: Hash::of(b""),
            },
            Done::Mode { file: Name("/m".into()), before: 0o644, after: 0o600 },
        ]
        .map(|done| Record { done, gone: Vec::new() })
        .into();
        records.iter().for_each(|record| record.write(&mut journal));
        let whole = journal.len();
        NewBytes::splice(b"abc", &[(1..2, b"x")])
            .record(Path::new("/f"), b"abc")
            .expect("no secret")
            .write(&mut journal);
        assert_eq!(Record::read_all(&journal).0.len(), 4);
        for end in whole..journal.len() {
            assert_eq!(Record::read_all(&journal[..end]), (records.clone(), whole), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn prop_reading_junk_ends(junk: Vec<u8>) {
            let (_, length) = Record::read_all(&junk);
            prop_assert!(length <= junk.len());
        }
    }
}
