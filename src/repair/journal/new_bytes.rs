//! What of a file's old bytes stands in its new ones? That is where undoing takes them from: what is gone the journal keeps, and no
//! seed may be among that.

use std::ops::Range;
use std::path::Path;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{Done, Hash, Name, Piece, Record};
use crate::file::{What, recognise};
use crate::repair::coded;
use crate::repair::survey::Way;

/// New bytes of a file, and what of the old ones stands in them.
pub struct NewBytes {
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Ranges of the old bytes, each with the place where it begins in the new ones. None of two overlaps the other.
    pub kept: Vec<(Range<usize>, usize)>,
    /// Values of base64 that became others.
    coded: Vec<Coded>,
}

/// A value of base64 that became another.
struct Coded {
    old: Range<usize>,
    new: Range<usize>,
    /// What of the bytes that it meant stands in those that it means.
    kept: Vec<(Range<usize>, usize)>,
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
        NewBytes { bytes, kept, coded: Vec::new() }
    }

    /// The old bytes with the tokens at some places replaced, each in the way in which it stands there.
    pub(crate) fn tokens(old: &[u8], with: &[(Range<usize>, Way, &str)]) -> Option<NewBytes> {
        let mut inner: Vec<Option<(NewBytes, Zeroizing<String>)>> = Vec::new();
        for (range, way, text) in with {
            inner.push(match way {
                Way::Coded => {
                    let new = coded::rewritten(old.get(range.clone())?, text)?;
                    let value = Zeroizing::new(BASE64.encode(&new.bytes));
                    Some((new, value))
                }
                _ => None,
            });
        }
        let plain = with.iter().zip(&inner).map(|((range, _, text), inner)| {
            let new = inner.as_ref().map_or(text.as_bytes(), |(_, value)| value.as_bytes());
            (range.clone(), new)
        });
        let mut new = NewBytes::splice(old, &plain.collect::<Vec<_>>());
        let mut more: isize = 0;
        for ((range, _, text), inner) in with.iter().zip(inner) {
            let length = inner.as_ref().map_or(text.len(), |(_, value)| value.len());
            if let Some((inner, _)) = inner {
                let start = range.start.checked_add_signed(more)?;
                new.coded.push(Coded { old: range.clone(), new: start..start + length, kept: inner.kept });
            }
            more += length as isize - range.len() as isize;
        }
        Some(new)
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
        self.coded.retain(|coded| coded.new.end <= range.start || coded.new.start >= range.end);
        for coded in self.coded.iter_mut().filter(|coded| coded.new.start >= range.end) {
            let start = coded.new.start - range.len() + with.len();
            coded.new = start..start + coded.new.len();
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
        NewBytes { bytes: new, kept, coded: Vec::new() }
    }

    /// The record of these bytes taking the place of `old`.
    pub(crate) fn record(&self, file: &Path, old: &[u8]) -> Result<Record, WouldKeepSecret> {
        let mut gone = Vec::new();
        let pieces = pieces(old, &self.kept, &self.coded, &mut gone);
        if self.holds_secret(old) || looks_secret(&gone) {
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

    /// Whether the journal would keep a secret of the old bytes, or of a value of base64 in them.
    fn holds_secret(&self, old: &[u8]) -> bool {
        let within = self.coded.iter().any(|coded| {
            let meant = old.get(coded.old.clone()).and_then(|value| BASE64.decode(value).ok());
            meant.is_none_or(|meant| holds_secret(&Zeroizing::new(meant), &coded.kept))
        });
        let values = self.coded.iter().map(|coded| (coded.old.clone(), coded.new.start));
        let mut kept: Vec<_> = self.kept.iter().cloned().chain(values).collect();
        kept.sort_by_key(|(range, _)| range.start);
        within || holds_secret(old, &kept)
    }
}

/// The old bytes in pieces. What is gone is added to `gone`.
fn pieces(old: &[u8], kept: &[(Range<usize>, usize)], coded: &[Coded], gone: &mut Vec<u8>) -> Vec<Piece> {
    let mut all: Vec<(Range<usize>, Result<usize, &Coded>)> = kept
        .iter()
        .filter(|(range, _)| !range.is_empty())
        .map(|(range, start)| (range.clone(), Ok(*start)))
        .collect();
    all.extend(coded.iter().map(|coded| (coded.old.clone(), Err(coded))));
    all.sort_by_key(|(range, _)| range.start);
    let (mut pieces, mut at) = (Vec::new(), 0);
    for (range, what) in all {
        lose(&old[at..range.start], &mut pieces, gone);
        match (what, pieces.last_mut()) {
            (Ok(start), Some(Piece::Kept(from, length))) if *from + *length == start => {
                *length += range.len()
            }
            (Ok(start), _) => pieces.push(Piece::Kept(start, range.len())),
            (Err(coded), _) => match BASE64.decode(&old[range.clone()]) {
                Ok(meant) => {
                    let inner = self::pieces(&Zeroizing::new(meant), &coded.kept, &[], gone);
                    pieces.push(Piece::Coded(coded.new.start, coded.new.len(), inner));
                }
                Err(_) => lose(&old[range.clone()], &mut pieces, gone),
            },
        }
        at = range.end;
    }
    lose(&old[at..], &mut pieces, gone);
    pieces
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
            // As many letters from there on as a seed has, but for one or two: a key, misspelled or not, has fewer.
            && run[..=run.len() - 56]
                .iter()
                .zip(run[1..].iter().zip(&run[2..]))
                .any(|(s, (role, next))| *s == b'S' && b"OAUNCX".contains(role) && (b'A'..=b'D').contains(next))
            // Within a token a run of capitals this long does not occur; its signature may have shorter ones.
            && run.len() <= 120
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::creds;
    use crate::nkey::{PublicKey, Role, Seed};
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
            // Nor is one with a letter wrong.
            let wrong = if key.ends_with('A') { "B" } else { "A" };
            let old = format!("system_account: {}{wrong}\n", &key[..key.len() - 1]);
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
    fn a_value_of_base64_keeps_its_seed_and_comes_back() {
        let seed = Seed::generate(Role::User).expose();
        let creds = creds::canonical(TOKEN, &seed);
        let value = BASE64.encode(creds.as_bytes());
        let old = format!("kind: Secret\napiVersion: v1\ndata:\n  u.creds: {value} # ours\n  t: {TOKEN}\n");
        let (at, plain) = (old.find(&value).expect("it is in it"), old.find(TOKEN).expect("it is in it"));
        // What stands behind the token moves by any number of bits.
        for text in ["eyJuZXci.eyJ9.x", "eyJuZXci.eyJ9.xy", "eyJuZXci.eyJ9.xyz"] {
            let with =
                [(at..at + value.len(), Way::Coded, text), (plain..plain + TOKEN.len(), Way::InPlace, text)];
            let new = NewBytes::tokens(old.as_bytes(), &with).expect("it is plain");
            let meant = BASE64.encode(creds::canonical(text, &seed).as_bytes());
            let wanted = old.replace(&value, &meant).replace(TOKEN, text);
            assert_eq!(String::from_utf8_lossy(&new.bytes), wanted);
            let record = round(old.as_bytes(), &new);
            assert_eq!(record.gone, [TOKEN, TOKEN].concat().as_bytes());
        }
        // Its seed would be lost with it.
        let lost = NewBytes::splice(old.as_bytes(), &[(at..at + value.len(), b"eA==")]);
        assert_eq!(lost.record(Path::new("/x"), old.as_bytes()), Err(WouldKeepSecret));
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
        let without = NewBytes { bytes: Zeroizing::new(TOKEN.into()), kept: Vec::new(), coded: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), old.as_bytes()), Err(WouldKeepSecret));
        let coded = format!(
            "apiVersion: v1\nkind: Secret\ndata:\n  a.creds: {}\n",
            data_encoding::BASE64.encode(old.as_bytes())
        );
        let without =
            NewBytes { bytes: Zeroizing::new(b"gone".to_vec()), kept: Vec::new(), coded: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), coded.as_bytes()), Err(WouldKeepSecret));
        let odd = format!("=={seed}==").into_bytes();
        let without =
            NewBytes { bytes: Zeroizing::new(b"gone".to_vec()), kept: Vec::new(), coded: Vec::new() };
        assert_eq!(without.record(Path::new("/x"), &odd), Err(WouldKeepSecret));
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
    }
}
