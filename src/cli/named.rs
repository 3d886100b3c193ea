//! What does a server's configuration name? The files that it is read from, and the directory of its resolver.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use jwtfix::disk;
use jwtfix::file::config::{Metadata, ReadError, Sources};
use jwtfix::server::Version;
use jwtfix::server::options::Resolver;
use jwtfix::server::startup::startup;

/// The longest configuration that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// What a configuration names.
pub(crate) struct Named {
    /// Files that a server reads at its start: operators, and what is included.
    pub(crate) files: Vec<PathBuf>,
    /// The directory of its resolver.
    pub(crate) directory: Option<PathBuf>,
    /// The directory is a cache: it has what was asked for, not all there is.
    pub(crate) cache: bool,
}

/// What the configuration names for a server that runs in `base`.
pub(crate) fn named(config: &Path, base: &Path, now: i64) -> Option<Named> {
    let bytes = disk::read(&base.join(config), LONGEST).ok()?;
    let surroundings = Surroundings { base: base.to_owned(), files: RefCell::default() };
    let options = startup(&config.to_string_lossy(), &bytes, Version::NEWEST, now, &surroundings).options;
    let (directory, cache) = match options.resolver {
        Some(Resolver::Directory(directory)) => (Some(base.join(directory.dir)), directory.cache),
        _ => (None, false),
    };
    Some(Named { files: surroundings.files.into_inner(), directory, cache })
}

/// The disk as a server sees it that was started in this directory, and what it reads of it.
struct Surroundings {
    base: PathBuf,
    files: RefCell<Vec<PathBuf>>,
}

impl Sources for Surroundings {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = self.base.join(path);
        let bytes = disk::read(&path, LONGEST).map_err(|_| ReadError::Unavailable)?;
        self.files.borrow_mut().push(path);
        Ok(bytes.to_vec())
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        let facts = disk::look(&path).map_err(|_| ReadError::Unavailable)?;
        Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
    }
}
