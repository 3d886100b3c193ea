//! Which key is meant? A number in place of its text, for millions of tokens are signed by few keys.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Stands for the text of an issuer or exporter; nearly all of them are few keys.
pub(super) type Key = u32;

/// Texts by their numbers.
#[derive(Debug, Default)]
pub(super) struct Keys {
    numbers: HashMap<Box<str>, Key>,
    texts: Vec<Box<str>>,
}

impl Keys {
    fn number(&mut self, text: &str) -> Key {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = Key::try_from(self.texts.len()).unwrap_or(Key::MAX);
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a text that was met.
    pub(super) fn known(&self, text: &str) -> Option<Key> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub(super) fn text(&self, number: Key) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}

/// The numbers that a worker has asked for, so that it seldom asks again.
#[derive(Debug)]
pub(super) struct KeyCache<'a> {
    shared: &'a Mutex<Keys>,
    known: HashMap<Box<str>, Key>,
}

impl<'a> KeyCache<'a> {
    const LARGEST: usize = 4096;

    pub(super) fn new(shared: &'a Mutex<Keys>) -> Self {
        KeyCache { shared, known: HashMap::new() }
    }

    pub(super) fn number(&mut self, text: &str) -> Key {
        if let Some(&number) = self.known.get(text) {
            return number;
        }
        let number = self.shared.lock().unwrap_or_else(PoisonError::into_inner).number(text);
        if self.known.len() >= Self::LARGEST {
            self.known.clear();
        }
        self.known.insert(text.into(), number);
        number
    }
}
