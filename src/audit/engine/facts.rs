//! What is kept of an account until all of them were seen: what others can ask of it, in few bytes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::nkey::{PublicKey, Role};
use crate::token::{self, ExportType};

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

    fn number(&mut self, text: &str) -> Key {
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

/// An account. Its strings are those that it was found with.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) key: [u8; 32],
    pub(super) iat: i64,
    pub(super) issuer: Key,
    /// The number of its directory.
    pub(super) place: u32,
    /// The name of its file, where that is not its key with `.jwt`.
    name: Option<Box<str>>,
    ties: Option<Box<Ties>>,
    /// Go refuses it: nobody reads what it says.
    pub(super) refused: bool,
}

/// What ties an account to others.
#[derive(Debug, Default)]
struct Ties {
    imports: Box<[Import]>,
    exports: Box<[Export]>,
}

/// An import.
#[derive(Debug)]
pub(super) struct Import {
    /// Its place in the list.
    pub(super) index: u32,
    pub(super) exporter: Key,
    pub(super) kind: ExportType,
    /// The exporter's subject.
    pub(super) subject: Box<str>,
    /// It has an activation token.
    pub(super) token: bool,
}

/// An export.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) kind: ExportType,
    pub(super) subject: Box<str>,
    /// Importers need an activation token.
    pub(super) private: bool,
    /// The token of the subject, from 1, that must be the importer's key; 0: none.
    pub(super) position: u64,
}

impl Account {
    /// Keeps what others can ask of `account`, whose file has the name `file` in the directory `place`.
    pub(super) fn new(
        key: [u8; 32],
        place: u32,
        file: &str,
        data: &token::ClaimsData,
        account: &token::Account,
        refused: bool,
        keys: &mut KeyCache<'_>,
    ) -> Account {
        let canonical = file.strip_suffix(".jwt").is_some_and(|stem| stem == data.sub);
        let imports = account.imports.iter().enumerate().filter_map(|(index, import)| {
            let import = import.as_ref()?;
            Some(Import {
                index: u32::try_from(index).ok()?,
                exporter: keys.number(&import.account),
                kind: import.kind,
                subject: crate::server::load::remote(import).into(),
                token: !import.token.is_empty(),
            })
        });
        let imports: Box<[Import]> = imports.collect();
        let exports = account.exports.iter().flatten().map(|export| Export {
            kind: export.kind,
            subject: export.subject.as_str().into(),
            private: export.token_req,
            position: export.account_token_position,
        });
        let exports: Box<[Export]> = exports.collect();
        let ties = (!imports.is_empty() || !exports.is_empty()).then(|| Box::new(Ties { imports, exports }));
        Account {
            key,
            iat: data.iat,
            issuer: keys.number(&data.iss),
            place,
            name: (!canonical).then(|| file.into()),
            ties,
            refused,
        }
    }

    /// Its key as text.
    pub(super) fn text(&self) -> String {
        PublicKey::new(Role::Account, self.key).to_string()
    }

    /// No resolver finds its file by its key.
    pub(super) fn is_misnamed(&self) -> bool {
        self.name.is_some()
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        self.name.as_ref().map_or_else(|| format!("{}.jwt", self.text()), |name| name.to_string())
    }

    pub(super) fn imports(&self) -> &[Import] {
        self.ties.as_ref().map_or(&[], |ties| &ties.imports)
    }

    pub(super) fn exports(&self) -> &[Export] {
        self.ties.as_ref().map_or(&[], |ties| &ties.exports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_takes_what_is_said() {
        assert!(size_of::<Account>() <= 80, "{}", size_of::<Account>());
    }
}
