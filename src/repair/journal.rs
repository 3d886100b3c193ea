//! What was done to which file, so that it can be taken back?
//!
//! A journal is written before what it tells of is done. It never holds a seed: of a file that was changed it keeps what is
//! no longer in it, and for the rest says where in the new bytes it stands; undoing takes it from there.

use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::file::{What, recognise};
use crate::nkey::PublicKey;

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
        let mut length: usize = 0;
        if let Done::Rewritten { pieces, .. } = &done {
            for piece in pieces {
                if let Piece::Gone(gone) = piece {
                    length = length.checked_add(*gone)?;
                }
            }
        }
        let end = head.checked_add(1)?.checked_add(length)?;
        let gone = bytes.get(head + 1..end)?.to_vec();
        (bytes.get(end) == Some(&b'\n')).then_some((Record { done, gone }, end + 1))
    }

    /// The bytes before, out of the new ones.
    pub(crate) fn undone(&self, new: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let Done::Rewritten { before, pieces, .. } = &self.done else { return None };
        let length = pieces.iter().map(|piece| match piece {
            Piece::Kept(_, length) | Piece::Gone(length) => *length,
        });
        let mut old = Zeroizing::new(Vec::with_capacity(length.sum()));
        let mut gone = 0;
        for piece in pieces {
            match *piece {
                Piece::Kept(at, length) => old.extend_from_slice(new.get(at..at.checked_add(length)?)?),
                Piece::Gone(length) => {
                    old.extend_from_slice(self.gone.get(gone..gone + length)?);
                    gone += length;
                }
            }
        }
        (Hash::of(&old) == *before).then_some(old)
    }
}

/// New bytes of a file, and what of the old ones stands in them.
pub struct NewBytes {
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Ranges of the old bytes, each with the place where it begins in the new ones. None of two overlaps the other.
    pub kept: Vec<(Range<usize>, usize)>,
}

/// Old bytes cannot be kept without a seed among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WouldKeepSecret;

impl NewBytes {
    /// The old bytes with some ranges replaced; `with` is in order of the ranges, which do not overlap.
    pub fn splice(old: &[u8], with: &[(Range<usize>, &[u8])]) -> NewBytes {
        let more: usize = with.iter().map(|(_, new)| new.len()).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(old.len() + more));
        let mut kept = Vec::with_capacity(with.len() + 1);
        let mut at = 0;
        for (range, new) in with {
            kept.push((at..range.start, bytes.len()));
            bytes.extend_from_slice(&old[at..range.start]);
            bytes.extend_from_slice(new);
            at = range.end;
        }
        kept.push((at..old.len(), bytes.len()));
        bytes.extend_from_slice(&old[at..]);
        NewBytes { bytes, kept }
    }

    /// With a range of the new bytes replaced.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: &str) {
        let (head, tail) = (&self.bytes[..range.start], &self.bytes[range.end..]);
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + with.len() + tail.len()));
        [head, with.as_bytes(), tail].into_iter().for_each(|part| bytes.extend_from_slice(part));
        self.bytes = bytes;
        for (old, start) in std::mem::take(&mut self.kept) {
            let end = start + old.len();
            let (left, right) = (end.min(range.start), start.max(range.end));
            self.kept.extend((start < left).then(|| (old.start..old.start + (left - start), start)));
            let moved = || (old.start + (right - start)..old.end, right - range.len() + with.len());
            self.kept.extend((right < end).then(moved));
        }
    }

    /// Other bytes altogether, in which the secrets of the old ones stand: `secrets` are their texts. Each of their
    /// characters is kept by itself, so that it does not matter how the old bytes cut or widened them.
    pub fn rewritten(old: &[u8], new: Zeroizing<Vec<u8>>) -> NewBytes {
        let mut kept = Vec::new();
        let mut taken = 0..0;
        for part in recognise(old).parts.iter().filter(|part| is_secret(part.what)) {
            let text = part.text().as_bytes();
            let Some(start) = find(&new, text) else { continue };
            if part.span.start < taken.end {
                continue;
            }
            let mut next = 0;
            for at in part.span.clone() {
                if next < text.len() && old.get(at) == Some(&text[next]) {
                    kept.push((at..at + 1, start + next));
                    next += 1;
                }
            }
            taken = part.span.clone();
        }
        NewBytes { bytes: new, kept }
    }

    /// The record of these bytes taking the place of `old`.
    pub(crate) fn record(&self, file: &Path, old: &[u8]) -> Result<Record, WouldKeepSecret> {
        let mut kept: Vec<_> = self.kept.iter().filter(|(range, _)| !range.is_empty()).cloned().collect();
        kept.sort_by_key(|(range, _)| range.start);
        let (mut pieces, mut gone) = (Vec::new(), Vec::new());
        let mut at = 0;
        for (range, start) in kept {
            lose(&old[at..range.start], &mut pieces, &mut gone);
            match pieces.last_mut() {
                Some(Piece::Kept(from, length)) if *from + *length == start => *length += range.len(),
                _ => pieces.push(Piece::Kept(start, range.len())),
            }
            at = range.end;
        }
        lose(&old[at..], &mut pieces, &mut gone);
        if holds_secret(old, &self.kept) || looks_secret(&gone) {
            return Err(WouldKeepSecret);
        }
        let done = Done::Rewritten {
            file: Name(file.to_owned()),
            before: Hash::of(old),
            after: Hash::of(&self.bytes),
            pieces,
        };
        Ok(Record { done, gone })
    }
}

fn lose(bytes: &[u8], pieces: &mut Vec<Piece>, gone: &mut Vec<u8>) {
    if !bytes.is_empty() {
        pieces.push(Piece::Gone(bytes.len()));
        gone.extend_from_slice(bytes);
    }
}

fn is_secret(what: What) -> bool {
    matches!(what, What::Seed | What::PrivateKey)
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    (!what.is_empty()).then(|| within.windows(what.len()).position(|part| part == what)).flatten()
}

/// Whether a secret of the old bytes would be kept by the journal: one whose characters are not all in the new bytes.
fn holds_secret(old: &[u8], kept: &[(Range<usize>, usize)]) -> bool {
    // Most files that are rewritten are tokens: no place for a seed.
    if kept.len() <= 2 && !gaps(old, kept).any(|gap| gap.len() < 4 || !is_token(gap)) {
        return false;
    }
    let is_kept = |at: usize| kept.iter().any(|(range, _)| range.contains(&at));
    recognise(old).parts.iter().filter(|part| is_secret(part.what)).any(|part| {
        let letter = |at: &usize| old.get(*at).is_some_and(|byte| byte.is_ascii_alphanumeric());
        // Cut by an escaped line end, a letter of that is no letter of the seed.
        let lost = part.span.clone().filter(|at| letter(at) && !is_kept(*at)).count();
        lost > 8
    })
}

fn gaps<'a>(old: &'a [u8], kept: &'a [(Range<usize>, usize)]) -> impl Iterator<Item = &'a [u8]> {
    let mut at = 0;
    let ends = kept.iter().map(|(range, _)| range.clone()).chain(std::iter::once(old.len()..old.len()));
    ends.filter_map(move |range| {
        let gap = old.get(at..range.start);
        at = range.end;
        gap
    })
    .filter(|gap| !gap.is_empty())
}

fn is_token(bytes: &[u8]) -> bool {
    bytes.starts_with(b"eyJ")
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

/// A last look at what the journal would keep: a seed that nothing above has seen.
fn looks_secret(gone: &[u8]) -> bool {
    let base32 = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
    gone.split(|byte| !base32(byte)).any(|run| {
        run.len() >= 56
            && run.windows(3).any(|w| w[0] == b'S' && b"OAUNCX".contains(&w[1]) && (b'A'..=b'D').contains(&w[2]))
            // Within a token a run of capitals this long does not occur; its signature may have shorter ones.
            && run.len() <= 120
            && !is_public_key(run)
    })
}

/// A public key may have any letters in it.
fn is_public_key(run: &[u8]) -> bool {
    std::str::from_utf8(run).is_ok_and(|text| PublicKey::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::creds;
    use crate::nkey::{Role, Seed};
    use proptest::prelude::*;

    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJYIiwibmF0cyI6e319.c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgYnl0ZXMsIHdoaWNoIGlzIGVpZ2h0eS1zaXggY2hhcnMgbG9uZw";

    fn round(old: &[u8], new: &NewBytes) -> Record {
        let record = new.record(Path::new("/x"), old).expect("no secret is kept");
        let mut written = Vec::new();
        record.write(&mut written);
        let (read, length) = Record::read_all(&written);
        assert_eq!((read.as_slice(), length), (&[record.clone()][..], written.len()));
        assert_eq!(*record.undone(&new.bytes).expect("the bytes before"), old);
        record
    }

    #[test]
    fn a_public_key_is_no_seed_whatever_its_letters() {
        let keys = (0..=u8::MAX).map(|byte| PublicKey::new(Role::Account, [byte; 32]).to_string());
        let like = |key: &String| {
            key.as_bytes()
                .windows(3)
                .any(|w| w[0] == b'S' && b"OAUNCX".contains(&w[1]) && (b'A'..=b'D').contains(&w[2]))
        };
        let alike: Vec<String> = keys.filter(like).collect();
        assert!(!alike.is_empty());
        for key in alike {
            let old = format!("system_account: {key}\n");
            round(old.as_bytes(), &NewBytes::splice(old.as_bytes(), &[(16..16 + key.len(), b"X")]));
        }
    }

    #[test]
    fn a_token_goes_and_the_seed_stays_where_it_is() {
        let seed = Seed::generate(Role::User).expose();
        let old = creds::canonical(TOKEN, &seed);
        let at = old.find(TOKEN).expect("it is in it");
        let new = NewBytes::splice(old.as_bytes(), &[(at..at + TOKEN.len(), b"eyJnew.eyJ9.x")]);
        let record = round(old.as_bytes(), &new);
        assert_eq!(record.gone, TOKEN.as_bytes());
        assert!(record.undone(b"other bytes").is_none());
    }

    #[test]
    fn a_seed_is_found_again_however_it_was_written() {
        let seed = Seed::generate(Role::User).expose().to_string();
        let canonical = creds::canonical(TOKEN, &seed).to_string();
        let wide: Vec<u8> = canonical.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let swapped = format!(
            "-----BEGIN USER NKEY SEED-----\n{seed}\n---END---\n-----BEGIN NATS USER JWT-----\n{TOKEN}\n---END---\n"
        );
        for old in [
            wide,
            canonical.replace('\n', "\\n").into_bytes(),
            canonical.replace('\n', "\r\n    ").into_bytes(),
            swapped.into_bytes(),
            format!("{seed}\n{TOKEN}").into_bytes(),
        ] {
            let new = NewBytes::rewritten(&old, Zeroizing::new(canonical.clone().into_bytes()));
            let record = round(&old, &new);
            for cut in [&seed[3..30], &seed[20..]] {
                assert!(find(&record.gone, cut.as_bytes()).is_none());
            }
        }
    }

    #[test]
    fn no_journal_keeps_a_seed() {
        let seed = Seed::generate(Role::User).expose().to_string();
        let old = creds::canonical(TOKEN, &seed).to_string();
        let without = NewBytes { bytes: Zeroizing::new(TOKEN.into()), kept: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), old.as_bytes()), Err(WouldKeepSecret));
        let coded = format!(
            "apiVersion: v1\nkind: Secret\ndata:\n  a.creds: {}\n",
            data_encoding::BASE64.encode(old.as_bytes())
        );
        let without = NewBytes { bytes: Zeroizing::new(b"gone".to_vec()), kept: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), coded.as_bytes()), Err(WouldKeepSecret));
        let odd = format!("=={seed}==").into_bytes();
        let without = NewBytes { bytes: Zeroizing::new(b"gone".to_vec()), kept: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), &odd), Err(WouldKeepSecret));
    }

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
        fn prop_what_was_is_found_again(old: Vec<u8>, cuts in prop::collection::vec((0usize..64, 0usize..64, any::<Vec<u8>>()), 0..6)) {
            let mut at = 0;
            let mut with = Vec::new();
            for (gap, length, new) in &cuts {
                let start = (at + gap).min(old.len());
                let end = (start + length).min(old.len());
                with.push((start..end, new.as_slice()));
                at = end;
            }
            let new = NewBytes::splice(&old, &with);
            if let Ok(record) = new.record(Path::new("/x"), &old) {
                let back = record.undone(&new.bytes).expect("the bytes before");
                prop_assert_eq!(&*back, &old);
            }
        }

        #[test]
        fn prop_reading_junk_ends(junk: Vec<u8>) {
            let (_, length) = Record::read_all(&junk);
            prop_assert!(length <= junk.len());
        }
    }
}
