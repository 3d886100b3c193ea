//! How does a recovery get onto the disk? Each file that tokens come from is read once more, and every token in it is held
//! against what was read before.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::{Content, Item, Recovery};
use crate::cores;
use crate::disk::{self, DiskError, Tree};
use crate::file::{creds, recognise};
use crate::nkey::PublicKey;
use crate::repair::journal::Hash;
use crate::repair::survey::LARGEST;

/// Why a recovery was not written.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A token could not be made.
    #[error("the token of {0} could not be made")]
    NotMade(String),
}

/// `.nsc` as nsc writes it.
#[derive(Serialize)]
struct MarkFile<'a> {
    managed: bool,
    name: &'a str,
    kind: &'static str,
    version: &'static str,
}

/// What was read of a file, and the tokens of it that do not stand in it as they are.
struct Open {
    file: usize,
    bytes: Zeroizing<Vec<u8>>,
    coded: Option<HashMap<[u8; 32], Zeroizing<String>>>,
}

impl Recovery {
    /// Writes every file below a new tree. Nothing has its place yet.
    pub fn write(&self, tree: &Tree) -> Result<(), RecoverError> {
        // Tokens of one file, a pack for one, one after the other: so it is read once.
        let mut order: Vec<&Item> = self.items.iter().collect();
        order.sort_by_key(|item| self.token(item).map(|token| token.sources[0].file));
        let outcomes = cores::spread(&order, 1, |items| {
            let mut open = None;
            vec![items.iter().try_for_each(|item| self.write_one(item, tree, &mut open))]
        });
        outcomes.into_iter().collect()
    }

    fn write_one(&self, item: &Item, tree: &Tree, open: &mut Option<Open>) -> Result<(), RecoverError> {
        let bytes = match &item.what {
            Content::Token(index) => Zeroizing::new(self.text(*index, open)?.as_bytes().to_vec()),
            Content::Creds(index, key) => {
                let text = self.text(*index, open)?;
                Zeroizing::new(creds::canonical(&text, &self.seed(key)).as_bytes().to_vec())
            }
            Content::Made { text, subject, .. } if text.is_empty() => {
                return Err(RecoverError::NotMade(subject.clone()));
            }
            Content::Made { text, .. } => Zeroizing::new(text.clone().into_bytes()),
            Content::Seed(key) => Zeroizing::new(self.seed(key).as_bytes().to_vec()),
            Content::Public(key) => Zeroizing::new(key.to_string().into_bytes()),
            Content::Mark { name, managed } => {
                let mark = MarkFile { managed: *managed, name, kind: "operator", version: "1" };
                Zeroizing::new(serde_json::to_vec_pretty(&mark).expect("text becomes JSON"))
            }
        };
        Ok(tree.write(&item.path, &bytes)?)
    }

    fn seed(&self, key: &PublicKey) -> Zeroizing<String> {
        self.found.ring.seed(key).expect("seeds are laid out from the ring").expose()
    }

    /// A token's text, read again.
    fn text(&self, index: usize, open: &mut Option<Open>) -> Result<Zeroizing<String>, DiskError> {
        let token = &self.found.tokens[index];
        let (source, span) = (&token.sources[0], token.spans[0]);
        let path = &self.found.files[source.file];
        if open.as_ref().is_none_or(|open| open.file != source.file) {
            let bytes = disk::read(path, LARGEST)?;
            *open = Some(Open { file: source.file, bytes, coded: None });
        }
        let open = open.as_mut().expect("it was opened");
        let changed = || DiskError::Changed { path: PathBuf::from(path) };
        let is_it = |text: &str| Hash::of(text.as_bytes()) == token.digest;
        if let Some((start, end)) = span {
            let text = open.bytes.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok());
            return Ok(Zeroizing::new(text.filter(|text| is_it(text)).ok_or_else(changed)?.to_owned()));
        }
        let Open { bytes, coded, .. } = open;
        let coded = coded.get_or_insert_with(|| {
            let document = recognise(bytes);
            let tokens = document.tokens().map(|part| {
                (*Hash::of(part.text().as_bytes()).bytes(), Zeroizing::new(part.text().to_owned()))
            });
            tokens.collect()
        });
        coded.get(token.digest.bytes()).cloned().ok_or_else(changed)
    }
}
