//! Which files are next? Directories are met chunk by chunk, so that few names are held whatever their number.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::audit::{Unread, Unreads};
use crate::disk::{DEEPEST, Directory, DiskError, Entry, Names};
use crate::lint::view::Layout;

/// A directory that files are read from.
#[derive(Debug)]
pub(super) struct Place {
    /// Its number; the path stands under it in [`Walker::paths`].
    pub(super) id: u32,
    /// Its path as the user named it, for people.
    pub(super) path: Arc<str>,
    pub(super) directory: Directory,
    pub(super) layout: Layout,
    /// Who owns it.
    pub(super) owner: Option<u32>,
    /// Its files were named one by one, not found.
    pub(super) named: bool,
    /// What the user named above it.
    root: Arc<Path>,
    depth: usize,
}

/// Names of one directory.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) place: Arc<Place>,
    pub(super) names: Names,
}

/// A directory to be opened.
struct Pending {
    path: PathBuf,
    root: Arc<Path>,
    depth: usize,
    below: bool,
}

/// Hands out what is below the paths that were given.
pub(super) struct Walker {
    inputs: VecDeque<PathBuf>,
    pending: Vec<Pending>,
    open: Option<(Arc<Place>, Option<Names>)>,
    /// Resolver directories that a configuration names, their real paths.
    resolvers: Vec<PathBuf>,
    /// The paths of directories, by their numbers.
    pub(super) paths: Vec<Arc<str>>,
    /// What could not be entered or looked at.
    pub(super) unread: Unreads,
    /// Some input was a directory.
    pub(super) walked: bool,
}

impl Walker {
    pub(super) fn new(inputs: impl IntoIterator<Item = PathBuf>, resolvers: &[PathBuf]) -> Walker {
        Walker {
            inputs: inputs.into_iter().collect(),
            pending: Vec::new(),
            open: None,
            resolvers: resolvers.iter().filter_map(|path| real(path)).collect(),
            paths: Vec::new(),
            unread: Unreads::default(),
            walked: false,
        }
    }

    /// Chunks with `wanted` names together, or what is left.
    pub(super) fn next(&mut self, wanted: usize) -> Vec<Chunk> {
        let (mut chunks, mut count) = (Vec::new(), 0);
        while count < wanted {
            let Some(chunk) = self.chunk() else { break };
            count += chunk.names.len();
            chunks.push(chunk);
        }
        chunks
    }

    fn chunk(&mut self) -> Option<Chunk> {
        loop {
            if let Some((place, first)) = &mut self.open {
                let place = Arc::clone(place);
                let names = match first.take() {
                    Some(names) => Ok(names),
                    None => place.directory.next(&place.root),
                };
                match names {
                    Ok(names) if names.is_empty() && names.skipped.is_empty() => self.open = None,
                    Ok(names) => {
                        if let Some(chunk) = self.take(place, names) {
                            return Some(chunk);
                        }
                    }
                    Err(error) => {
                        self.unreadable(&error);
                        self.open = None;
                    }
                }
            } else if let Some(pending) = self.pending.pop() {
                self.enter(pending);
            } else {
                let input = self.inputs.pop_front()?;
                if let Some(chunk) = self.input(input) {
                    return Some(chunk);
                }
            }
        }
    }

    /// Puts aside directories and what is not looked at.
    fn take(&mut self, place: Arc<Place>, mut names: Names) -> Option<Chunk> {
        for error in std::mem::take(&mut names.skipped) {
            self.unreadable(&error);
        }
        let mut files = false;
        for (name, entry) in names.iter() {
            if entry != Entry::Directory {
                files = true;
                continue;
            }
            let path = place.directory.path_of(name);
            if place.depth + 1 >= DEEPEST {
                self.unreadable(&DiskError::TooDeep { path });
                continue;
            }
            self.pending.push(Pending {
                path,
                root: Arc::clone(&place.root),
                depth: place.depth + 1,
                below: place.layout != Layout::Other,
            });
        }
        files.then_some(Chunk { place, names })
    }

    fn input(&mut self, path: PathBuf) -> Option<Chunk> {
        match crate::disk::look(&path) {
            Ok(facts) if facts.directory => {
                self.walked = true;
                let root: Arc<Path> = path.as_path().into();
                self.enter(Pending { path, root, depth: 0, below: false });
                None
            }
            Ok(_) => self.named(&path),
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    /// A file that was named by itself.
    fn named(&mut self, path: &Path) -> Option<Chunk> {
        let name = path.file_name()?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let opened = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let opened = match Directory::open(opened, true) {
            Ok(opened) => opened,
            Err(error) => {
                self.unreadable(&error);
                return None;
            }
        };
        let names = Names::of(name);
        let layout = if Layout::is_keyed(name.as_encoded_bytes()) { Layout::Resolver } else { Layout::Other };
        let place = self.place(opened, directory, layout, directory.into(), 0, true);
        Some(Chunk { place, names })
    }

    fn enter(&mut self, pending: Pending) {
        let Pending { path, root, depth, below } = pending;
        let first = Directory::open(&path, depth == 0).and_then(|directory| {
            let first = directory.next(&root)?;
            Ok((directory, first))
        });
        match first {
            Err(error) => self.unreadable(&error),
            Ok((directory, first)) => {
                let configured = || real(&path).is_some_and(|path| self.resolvers.contains(&path));
                let layout = if below {
                    Layout::BelowResolver
                } else if Layout::is_resolver(first.iter().map(|(name, _)| name.to_bytes())) || configured() {
                    Layout::Resolver
                } else {
                    Layout::Other
                };
                let place = self.place(directory, &path, layout, root, depth, false);
                self.open = Some((place, Some(first)));
            }
        }
    }

    fn place(
        &mut self,
        directory: Directory,
        path: &Path,
        layout: Layout,
        root: Arc<Path>,
        depth: usize,
        named: bool,
    ) -> Arc<Place> {
        let text = path.to_string_lossy();
        let path: Arc<str> = if text.len() > 1 { text.trim_end_matches('/').into() } else { text.into() };
        let owner = directory.facts().ok().map(|facts| facts.owner);
        // Files named one by one mostly share their directory.
        if self.paths.last().is_none_or(|last| *last != path) {
            self.paths.push(Arc::clone(&path));
        }
        let id = u32::try_from(self.paths.len() - 1).unwrap_or(u32::MAX);
        Arc::new(Place { id, path, directory, layout, owner, named, root, depth })
    }

    fn unreadable(&mut self, error: &DiskError) {
        // What vanished since its directory was read is not there.
        if self.open.is_some() && matches!(error, DiskError::NotFound { .. }) {
            return;
        }
        self.unread.push(unread(error));
    }
}

/// What could not be read, in words.
pub(super) fn unread(error: &DiskError) -> Unread {
    Unread {
        path: error.path().to_string_lossy().into(),
        error: error.to_string(),
        hint: Some(error.hint().to_owned()),
    }
}

fn real(path: &Path) -> Option<PathBuf> {
    crate::disk::real(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]

    use super::*;

    fn all(walker: &mut Walker) -> Vec<(String, Layout)> {
        let mut met = Vec::new();
        loop {
            let chunks = walker.next(3);
            if chunks.is_empty() {
                met.sort();
                return met
                    .into_iter()
                    .map(|(path, layout): (String, u8)| (path, LAYOUTS[layout as usize]))
                    .collect();
            }
            for chunk in chunks {
                for (name, entry) in chunk.names.iter().filter(|(_, entry)| *entry != Entry::Directory) {
                    assert_ne!(entry, Entry::Directory);
                    let path = format!("{}/{}", chunk.place.path, name.to_str().expect("ASCII"));
                    let layout = LAYOUTS.iter().position(|l| *l == chunk.place.layout).expect("one of them");
                    met.push((path, layout as u8));
                }
            }
        }
    }

    const LAYOUTS: [Layout; 3] = [Layout::Resolver, Layout::BelowResolver, Layout::Other];

    #[test]
    fn directories_are_told_by_the_names_in_them() {
        let root = tempfile::tempdir().expect("a directory");
        let path = |name: &str| root.path().join(name);
        let key = format!("{}.jwt", "A".repeat(56));
        for file in [
            format!("jwt/{key}"),
            format!("jwt/AA/{key}"),
            "store/acme/acme.jwt".into(),
            format!("export/{key}"),
            "export/SEED.nk".into(),
            format!("shards/AA/{key}"),
        ] {
            std::fs::create_dir_all(path(&file).parent().expect("a parent")).expect("made");
            std::fs::write(path(&file), "").expect("written");
        }
        let mut walker = Walker::new([root.path().to_owned()], &[path("shards")]);
        let prefix = root.path().to_str().expect("UTF-8").to_owned();
        let met: Vec<_> = all(&mut walker)
            .into_iter()
            .map(|(path, layout)| (path[prefix.len() + 1..].to_owned(), layout))
            .collect();
        assert_eq!(
            met,
            [
                ("export/SEED.nk".to_owned(), Layout::Other),
                (format!("export/{key}").clone(), Layout::Other),
                (format!("jwt/{key}"), Layout::Resolver),
                (format!("jwt/AA/{key}"), Layout::BelowResolver),
                (format!("shards/AA/{key}"), Layout::BelowResolver),
                ("store/acme/acme.jwt".into(), Layout::Other),
            ]
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_iter()
            .collect::<Vec<_>>()
        );
        assert!(walker.unread.is_empty() && walker.walked);
    }

    #[test]
    fn what_is_not_there_is_told() {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::write(root.path().join("one.jwt"), "").expect("written");
        let mut walker = Walker::new([root.path().join("none"), root.path().join("one.jwt")], &[]);
        assert_eq!(all(&mut walker).len(), 1);
        assert_eq!(walker.unread.total(), 1);
        assert!(!walker.walked);
    }
}
