//! Which files are meant, and how are they read on all cores? In the order of their names, a bounded number of them at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::run::is_of_a_run;
use crate::cores;
use crate::disk::{self, DiskError, Seen};

/// Files that are read in one round by each thread.
const ROUND: usize = 4096;

/// Files that are looked at together: signatures are verified best so many at a time.
const TOGETHER: usize = 64;

/// The files that these paths name or have below them, each once, by whatever links it is met: named twice, it has the greater of
/// both marks.
pub(super) fn below<M: Ord + Copy>(paths: &[(PathBuf, M)], unread: &mut Vec<DiskError>) -> Vec<(PathBuf, M)> {
    let mut files: Vec<(PathBuf, M)> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for (path, mark) in paths {
        let root = disk::real(path);
        let place = |file: &Path| match (&root, file.strip_prefix(path)) {
            _ if disk::is_link(file) => disk::real(file),
            (Some(root), Ok(below)) if !below.as_os_str().is_empty() => Some(root.join(below)),
            (root, _) => root.clone(),
        };
        let _ = disk::walk(path, |seen| {
            match seen {
                Seen::File(file) => match known.entry(place(file).unwrap_or_else(|| file.to_owned())) {
                    Entry::Occupied(index) => {
                        let (_, before) = &mut files[*index.get()];
                        *before = (*before).max(*mark);
                    }
                    Entry::Vacant(new) => {
                        new.insert(files.len());
                        files.push((file.to_owned(), *mark));
                    }
                },
                Seen::Skipped(error) => unread.push(error),
            }
            ControlFlow::<()>::Continue(())
        });
    }
    files
}

/// The files that these paths name or have below them, but for the journals of runs.
pub(super) fn but_journals<M: Ord + Copy>(
    paths: &[(PathBuf, M)],
    unread: &mut Vec<DiskError>,
) -> Vec<(PathBuf, M)> {
    let mut files = below(paths, unread);
    files.retain(|(path, _)| !is_of_a_run(path));
    files
}

/// Looks at each of them, and takes what is seen in their order.
pub(super) fn each<F: Sync, T: Send>(files: &[F], look: impl Fn(&F) -> T + Sync, take: impl FnMut(T)) {
    together(files, |files| files.iter().map(&look).collect(), take);
}

/// Looks at some of them at a time, and takes what is seen in their order.
pub(super) fn together<F: Sync, T: Send>(
    files: &[F],
    look: impl Fn(&[F]) -> Vec<T> + Sync,
    mut take: impl FnMut(T),
) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for round in files.chunks(threads * ROUND) {
        let looked = cores::spread(round, 1, |files| files.chunks(TOGETHER).flat_map(&look).collect());
        looked.into_iter().for_each(&mut take);
    }
}

/// Whether this is the error of a file that vanished while its directory was read: then it is not there.
pub(super) fn vanished<M>(error: &DiskError, paths: &[(PathBuf, M)]) -> bool {
    matches!(error, DiskError::NotFound { path } if !named(path, paths))
}

fn named<M>(path: &Path, paths: &[(PathBuf, M)]) -> bool {
    paths.iter().any(|(named, _)| named == path)
}
