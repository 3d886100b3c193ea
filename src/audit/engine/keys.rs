//! Which text is meant? A number in place of it, for millions of tokens are signed by few keys and speak of few subjects.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::nkey::{PublicKey, Role};

/// Stands for the text of a key.
pub(super) type Key = u32;

/// Stands for a subject.
pub(super) type Subject = u32;

/// Texts by their numbers, one behind the other in one piece of memory.
#[derive(Default)]
struct Texts<M> {
    memory: M,
    /// Where each ends; 4 GB hold the keys of a hundred million accounts.
    ends: Vec<u32>,
    numbers: HashTable<u32>,
    state: RandomState,
}

impl<M: AsRef<[u8]>> Texts<M> {
    /// The number of a text; `add` puts it behind the others.
    fn number(&mut self, text: &[u8], add: impl FnOnce(&mut M)) -> u32 {
        let Texts { memory, ends, numbers, state } = self;
        let at = |number: u32| memory.as_ref().get(stretch(ends, number)).unwrap_or_default();
        let same = |number: &u32| at(*number) == text;
        match numbers.entry(state.hash_one(text), same, |number| state.hash_one(at(*number))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = u32::try_from(ends.len()).unwrap_or(u32::MAX);
                new.insert(number);
                add(memory);
                ends.push(u32::try_from(memory.as_ref().len()).unwrap_or(u32::MAX));
                number
            }
        }
    }

    fn known(&self, text: &[u8]) -> Option<u32> {
        let same = |number: &u32| self.memory.as_ref().get(stretch(&self.ends, *number)) == Some(text);
        self.numbers.find(self.state.hash_one(text), same).copied()
    }
}

/// Where a text stands.
fn stretch(ends: &[u32], number: u32) -> Range<usize> {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    start as usize..ends.get(number).copied().unwrap_or(start) as usize
}

/// Subjects by their numbers.
#[derive(Default)]
pub(super) struct Subjects(Texts<String>);

impl Subjects {
    pub(super) fn number(&mut self, text: &str) -> Subject {
        self.0.number(text.as_bytes(), |memory| memory.push_str(text))
    }

    pub(super) fn text(&self, number: Subject) -> &str {
        self.0.memory.get(stretch(&self.0.ends, number)).unwrap_or_default()
    }
}

/// Keys by their numbers. One that is spelled as it should be is kept as its bytes, which are fewer.
#[derive(Default)]
pub(super) struct Keys(Texts<Vec<u8>>);

/// In front of a key's bytes: no text begins so. Its role is added.
const BYTES: u8 = 0xf8;

/// What is kept of the text of a key.
fn kept(text: &str) -> Result<[u8; 33], &[u8]> {
    let key = PublicKey::parse(text).map_err(|_| text.as_bytes())?;
    let mut kept = [BYTES + key.role() as u8; 33];
    kept[1..].copy_from_slice(key.bytes());
    Ok(kept)
}

fn slice<'t>(kept: &'t Result<[u8; 33], &[u8]>) -> &'t [u8] {
    match kept {
        Ok(bytes) => bytes,
        Err(text) => text,
    }
}

impl Keys {
    pub(super) fn number(&mut self, text: &str) -> Key {
        let kept = kept(text);
        let kept = slice(&kept);
        self.0.number(kept, |memory| memory.extend_from_slice(kept))
    }

    /// The number of a text that was met.
    pub(super) fn known(&self, text: &str) -> Option<Key> {
        self.0.known(slice(&kept(text)))
    }

    /// How many there are; their numbers begin at 0.
    pub(super) fn len(&self) -> usize {
        self.0.ends.len()
    }

    fn kept(&self, number: Key) -> &[u8] {
        self.0.memory.get(stretch(&self.0.ends, number)).unwrap_or_default()
    }

    fn key(&self, number: Key) -> Option<PublicKey> {
        let (first, bytes) = self.kept(number).split_first()?;
        let role = *Role::ALL.get(usize::from(first.checked_sub(BYTES)?))?;
        Some(PublicKey::new(role, bytes.try_into().ok()?))
    }

    /// The text of a number.
    pub(super) fn text(&self, number: Key) -> Cow<'_, str> {
        match self.key(number) {
            Some(key) => key.to_string().into(),
            None => std::str::from_utf8(self.kept(number)).unwrap_or_default().into(),
        }
    }

    /// The bytes of a number that is an account's key.
    pub(super) fn account(&self, number: Key) -> Option<[u8; 32]> {
        self.key(number).filter(|key| key.role() == Role::Account).map(|key| *key.bytes())
    }

    /// The first letter of its text is an account's.
    pub(super) fn is_of_account(&self, number: Key) -> bool {
        match self.key(number) {
            Some(key) => key.role() == Role::Account,
            None => self.kept(number).first() == Some(&b'A'),
        }
    }
}

/// The numbers that a worker has asked for last, so that it seldom asks again.
#[derive(Debug)]
pub(super) struct Recent(Vec<(String, u32)>);

impl Default for Recent {
    fn default() -> Recent {
        Recent(vec![(String::new(), u32::MAX); Recent::PLACES])
    }
}

impl Recent {
    const PLACES: usize = 1024;

    /// The number of a text; `ask` knows it.
    pub(super) fn number(&mut self, text: &str, ask: impl FnOnce(&str) -> u32) -> u32 {
        // The end of a key is its checksum; subjects differ anywhere, and are short.
        let (rest, eights) = text.as_bytes().as_rchunks::<8>();
        let mix = |sum: u64, eight: u64| (sum ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let first = rest.iter().fold(text.len() as u64, |sum, byte| sum << 8 ^ u64::from(*byte));
        let last = eights.iter().rev().take(2);
        let place = last.fold(mix(0, first), |sum, eight| mix(sum, u64::from_le_bytes(*eight)));
        let (known, number) = &mut self.0[place as usize % Recent::PLACES];
        if *number == u32::MAX || known != text {
            *number = ask(text);
            known.clear();
            known.push_str(text);
        }
        *number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        let account = PublicKey::new(Role::Account, [7; 32]).to_string();
        let operator = PublicKey::new(Role::Operator, [7; 32]).to_string();
        let lower = account.to_lowercase();
        let texts = ["", "A", account.as_str(), operator.as_str(), lower.as_str(), "ü", "O"];
        let mut keys = Keys::default();
        let numbers: Vec<Key> = texts.iter().map(|text| keys.number(text)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!(keys.text(*number), *text);
            assert_eq!((keys.number(text), keys.known(text)), (*number, Some(*number)));
            assert_eq!(keys.is_of_account(*number), text.starts_with('A'), "{text}");
            assert_eq!(keys.account(*number).is_some(), *text == account);
        }
        assert_eq!((keys.known("B"), keys.len()), (None, 7));
        assert_eq!(keys.text(99), "");
    }

    #[test]
    fn what_was_asked_last_is_remembered() {
        let mut recent = Recent::default();
        let mut subjects = Subjects::default();
        for round in 0..3 {
            for text in (0..3000).map(|n| format!("orders.{n}")) {
                let number = recent.number(&text, |text| subjects.number(text));
                assert_eq!(subjects.text(number), text, "{round}");
            }
        }
    }
}
