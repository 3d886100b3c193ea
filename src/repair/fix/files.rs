//! Which files are looked at, and what would they hold if a plan were carried out?

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::disk::{self, DiskError, Facts};
use crate::file::layout::{Place, place_of};
use crate::lint::view::Layout;
use crate::repair::journal::{Hash, NewBytes};
use crate::repair::reading;
use crate::repair::survey::{Given, LARGEST};

/// One file as it stands.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) given: Given,
    pub(super) layout: Layout,
}

/// One file as it would be.
pub(super) struct After {
    /// What it was when it was planned.
    pub(super) was: Hash,
    pub(super) facts: Facts,
    /// Where it stands.
    pub(super) from: PathBuf,
    /// Where it would stand.
    pub(super) path: PathBuf,
    /// None: as they are.
    pub(super) new: Option<NewBytes>,
    pub(super) mode: u32,
    /// It would be out of the way: nobody looks at it any more.
    pub(super) aside: bool,
}

impl After {
    /// A file as it is.
    pub(super) fn as_is(path: &Path) -> Result<After, DiskError> {
        let mut old = Zeroizing::new(Vec::new());
        let facts = disk::read_into(path, LARGEST, &mut old)?;
        Ok(After::of(path, &old, facts))
    }

    /// A file with these bytes, as it is.
    pub(super) fn of(path: &Path, old: &[u8], facts: Facts) -> After {
        After {
            was: Hash::of(old),
            facts,
            from: path.to_owned(),
            path: path.to_owned(),
            new: None,
            mode: facts.mode,
            aside: false,
        }
    }

    /// Whether it is another file than before.
    pub(super) fn changes(&self) -> bool {
        self.new.is_some() || self.path != self.from || self.mode != self.facts.mode
    }
}

/// The files.
#[derive(Default)]
pub(super) struct Files {
    pub(super) all: Vec<File>,
    numbers: HashMap<PathBuf, usize>,
}

/// What a file that is put aside is called behind its name.
pub(super) const ASIDE: &str = ".set-aside";

impl Files {
    /// What is below these paths. What was put aside, and what a server or jwtfix is at work with, is not looked at.
    pub(super) fn look(paths: &[(PathBuf, Given)], unread: &mut Vec<DiskError>) -> Files {
        let mut found = reading::but_journals(paths, unread);
        found.retain(|(path, given)| *given == Given::Named || !is_aside(path));
        let mut directories: BTreeMap<&Path, Vec<&[u8]>> = BTreeMap::new();
        for (path, _) in &found {
            directories.entry(parent(path)).or_default().push(name(path));
        }
        let resolvers: Vec<&Path> = directories
            .iter()
            .filter(|(_, names)| Layout::is_resolver(names.iter().copied()))
            .map(|(directory, _)| *directory)
            .collect();
        let layout = |path: &Path, given: Given| {
            let directory = parent(path);
            if resolvers.contains(&directory) || (given == Given::Named && Layout::is_keyed(name(path))) {
                Layout::Resolver
            } else {
                Layout::Other
            }
        };
        let all: Vec<File> = found
            .iter()
            .map(|(path, given)| File { path: path.clone(), given: *given, layout: layout(path, *given) })
            .collect();
        let numbers = all.iter().enumerate().map(|(number, file)| (file.path.clone(), number)).collect();
        Files { all, numbers }
    }

    /// The number of a path.
    pub(super) fn number(&self, path: &Path) -> Option<usize> {
        self.numbers.get(path).copied()
    }

    /// A file's bytes and what the system knows of it.
    pub(super) fn read(&self, file: usize) -> Result<(Zeroizing<Vec<u8>>, Facts), DiskError> {
        let mut bytes = Zeroizing::new(Vec::new());
        let facts = disk::read_into(&self.all[file].path, LARGEST, &mut bytes)?;
        Ok((bytes, facts))
    }
}

fn is_aside(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    name.ends_with(ASIDE) || name.ends_with(".jwt.deleted") || matches!(place_of(path), Place::Draft)
}

pub(super) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

pub(super) fn name(path: &Path) -> &[u8] {
    path.file_name().unwrap_or_default().as_encoded_bytes()
}
