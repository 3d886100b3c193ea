//! What would stand around a server if a plan were carried out, and by which names?

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::{After, name, parent};
use super::verdict::Environment;
use crate::disk::{self, DiskError};
use crate::file::config::{Metadata, ReadError, Sources};
use crate::nkey::{Role, go};
use crate::repair::survey::LARGEST;

/// What would stand at a path.
#[derive(Clone, Copy)]
pub(super) enum Then<'a> {
    Nothing,
    File(&'a After),
    Bytes(&'a [u8]),
}

/// What would stand where.
pub(super) fn becoming(after: &[After]) -> HashMap<PathBuf, Then<'_>> {
    let moved = after.iter().filter(|after| after.path != after.from);
    let stay = after.iter().filter(|after| !after.aside);
    let gone = moved.map(|after| (real(&after.from), Then::Nothing));
    gone.chain(stay.map(|after| (real(&after.path), Then::File(after)))).collect()
}

/// The files around a server, some of which are others by now.
pub(super) struct Around<'a> {
    pub(super) base: PathBuf,
    pub(super) environment: Environment<'a>,
    pub(super) then: &'a HashMap<PathBuf, Then<'a>>,
}

impl Around<'_> {
    pub(super) fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, DiskError> {
        match self.then.get(&real(path)) {
            Some(Then::Nothing) => Err(DiskError::NotFound { path: path.to_owned() }),
            Some(Then::File(After { new: Some(new), .. })) => Ok(Zeroizing::new(new.bytes.to_vec())),
            Some(Then::File(after)) => disk::read(&after.from, LARGEST),
            Some(Then::Bytes(bytes)) => Ok(Zeroizing::new(bytes.to_vec())),
            None => disk::read(path, LARGEST),
        }
    }

    /// Whether something would stand at this path.
    pub(super) fn is_taken(&self, path: &Path) -> bool {
        match self.then.get(&real(path)) {
            Some(then) => !matches!(then, Then::Nothing),
            None => disk::look(path).is_ok(),
        }
    }

    /// The names in a directory of the server: files of its resolver that may have got another account's. Of very many, those
    /// that are no account's at all.
    pub(super) fn names(&self, directory: &str) -> Vec<String> {
        const MANY: usize = 1_000;
        let directory = self.beside(Path::new(directory));
        let there = disk::names(&directory).unwrap_or_default();
        let place = real(&directory.join("x"));
        let comes = self.then.iter().filter(|(path, then)| {
            !matches!(then, Then::Nothing) && path.parent() == place.parent() && !there.contains(path)
        });
        let stays = there.iter().filter(|path| !matches!(self.then.get(&real(path)), Some(Then::Nothing)));
        let mut names: Vec<&[u8]> = stays.chain(comes.map(|(path, _)| path)).map(|path| name(path)).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() > MANY {
            let is_key = |name: &[u8]| {
                let stem = name.strip_suffix(b".jwt").and_then(|stem| std::str::from_utf8(stem).ok());
                stem.is_some_and(|stem| go::is_public(Role::Account, stem))
            };
            names.retain(|name| !is_key(name));
            names.truncate(MANY);
        }
        names.into_iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// Where a path of the server is.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// A path of the server as others would name it.
    pub(super) fn named(&self, path: &Path) -> PathBuf {
        let base = self.base.strip_prefix(".").unwrap_or(&self.base);
        base.join(path.strip_prefix(".").unwrap_or(path))
    }
}

impl Sources for Around<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        Ok(self.read(&self.base.join(path))?.to_vec())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        let facts = disk::look(&path)?;
        Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
    }
}

/// What somebody hears of it who reads a server's configuration.
impl From<DiskError> for ReadError {
    fn from(error: DiskError) -> ReadError {
        match error {
            DiskError::NotFound { .. } => ReadError::NotFound,
            DiskError::Denied { .. } => ReadError::Denied,
            DiskError::Directory { .. } => ReadError::Directory,
            other => ReadError::Other(other.to_string()),
        }
    }
}

/// A path without links, also of what does not stand there yet, in a directory that need not be there either.
pub(super) fn real(path: &Path) -> PathBuf {
    let directory = parent(path);
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let Some(name) = path.file_name() else { return path.to_owned() };
    disk::real(directory).unwrap_or_else(|| real(directory)).join(name)
}
