//! How is a run taken back? Everything is looked at before anything is done, and what is done already is left alone: an undo
//! that was stopped is simply done again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{BATCH, LARGEST, RunError, parent, records, settle};
use crate::disk::{self, DiskError, Staged, Write};
use crate::repair::journal::{Done, Hash, Name, Record};

/// One thing to be taken back.
pub(super) enum Step<'a> {
    Bytes { record: &'a Record, file: &'a Path, after: Hash },
    Remove { file: &'a Path },
    Name { from: &'a Path, to: &'a Path },
    Mode { file: &'a Path, before: u32 },
}

/// How many files these steps are about, whatever their names are in between.
pub(super) fn files(steps: &[Step<'_>]) -> usize {
    let mut met: HashSet<&Path> = HashSet::new();
    let mut count = 0;
    for step in steps {
        let known = match step {
            Step::Bytes { file, .. } | Step::Remove { file } | Step::Mode { file, .. } => !met.insert(file),
            Step::Name { from, to } => {
                let known = met.remove(to);
                met.insert(from);
                known
            }
        };
        count += usize::from(!known);
    }
    count
}

/// Which files that are neither what they were nor what they became are left as they are.
pub(super) enum Leave {
    /// All of them.
    Changed,
    /// These: the run never came to them.
    Only(HashSet<PathBuf>),
}

/// What stands at a path, in the course of being taken back.
type Standing = HashMap<PathBuf, Option<Hash>>;

/// The names in directories, letter for letter.
#[derive(Default)]
struct Names(HashMap<PathBuf, HashSet<PathBuf>>);

impl Names {
    fn has(&mut self, path: &Path) -> bool {
        let directory = parent(path);
        let names = self
            .0
            .entry(directory)
            .or_insert_with_key(|directory| disk::names(directory).unwrap_or_default().into_iter().collect());
        names.contains(path)
    }
}

/// What has to be taken back, last things first. What is already as it was is left out; what is neither is told.
pub(super) fn steps<'a>(records: &'a [Record], leave: &Leave) -> Result<Vec<Step<'a>>, RunError> {
    let mut standing = Standing::new();
    let at = |path: &Path, standing: &mut Standing| -> Result<Option<Hash>, RunError> {
        if let Some(hash) = standing.get(path) {
            return Ok(*hash);
        }
        let hash = match disk::read(path, LARGEST) {
            Ok(bytes) => Some(Hash::of(&bytes)),
            Err(DiskError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        standing.insert(path.to_owned(), hash);
        Ok(hash)
    };
    let (mut steps, mut changed) = (Vec::new(), Vec::new());
    let mut names = Names::default();
    for record in records.iter().rev() {
        match &record.done {
            Done::Rewritten { file: Name(file), before, after, .. } => match at(file, &mut standing)? {
                Some(now) if now == *after => {
                    steps.push(Step::Bytes { record, file, after: *after });
                    standing.insert(file.clone(), Some(*before));
                }
                Some(now) if now == *before => {}
                _ => changed.push(file.clone()),
            },
            Done::Made { file: Name(file), after } => match at(file, &mut standing)? {
                Some(now) if now == *after => {
                    steps.push(Step::Remove { file });
                    standing.insert(file.clone(), None);
                }
                None => {}
                Some(_) => changed.push(file.clone()),
            },
            Done::Renamed { from: Name(from), to: Name(to), hash } => {
                // Where upper and lower case are one name, the new name answers to the old one.
                if !standing.contains_key(from) && !names.has(from) {
                    standing.insert(from.clone(), None);
                }
                match (at(from, &mut standing)?, at(to, &mut standing)?) {
                    (None, Some(now)) if now == *hash => {
                        steps.push(Step::Name { from, to });
                        standing.insert(from.clone(), Some(now));
                        standing.insert(to.clone(), None);
                    }
                    // It has its name again; its bytes are for the records before this one.
                    (Some(_), None) => {}
                    (Some(now), _) if now == *hash => {}
                    _ => changed.push(to.clone()),
                }
            }
            Done::Mode { file: Name(file), before, after } => {
                let moved = match standing.get(file) {
                    // It has another name still; the mode goes with it.
                    Some(Some(_)) => disk::look(file).is_err(),
                    _ => false,
                };
                let mode = if moved { *after } else { disk::look(file)?.mode };
                match mode {
                    mode if mode == *after => steps.push(Step::Mode { file, before: *before }),
                    mode if mode == *before => {}
                    _ => changed.push(file.clone()),
                }
            }
        }
    }
    match leave {
        Leave::Changed => changed.clear(),
        Leave::Only(paths) => changed.retain(|path| !paths.contains(path)),
    }
    if changed.is_empty() { Ok(steps) } else { Err(RunError::Changed(changed)) }
}

/// Takes back everything that a journal tells of. Looks at all of it before it does any of it.
pub(super) fn take_back(directory: &Path, leave: &Leave) -> Result<usize, RunError> {
    let (records, _) = records(directory)?;
    undo_steps(&steps(&records, leave)?)
}

/// Does what has to be done to take it back.
pub(super) fn undo_steps(steps: &[Step<'_>]) -> Result<usize, RunError> {
    let mut directories = BTreeSet::new();
    let mut staged: Vec<Staged> = Vec::new();
    for step in steps {
        if !matches!(step, Step::Bytes { .. }) {
            take_places(&mut staged, &mut directories)?;
        }
        match step {
            Step::Bytes { record, file, after } => {
                let mut bytes = Zeroizing::new(Vec::new());
                let facts = disk::read_into(file, LARGEST, &mut bytes)?;
                let changed = || RunError::Changed(vec![file.to_path_buf()]);
                if Hash::of(&bytes) != *after {
                    return Err(changed());
                }
                let old = record.undone(&bytes).ok_or_else(changed)?;
                staged.push(disk::stage(file, &old, Write { replaces: Some(facts), ..Write::default() })?);
                if staged.len() >= BATCH {
                    take_places(&mut staged, &mut directories)?;
                }
            }
            Step::Remove { file } => {
                disk::remove(file)?;
                directories.insert(parent(file));
            }
            Step::Name { from, to } => {
                disk::rename(to, from)?;
                directories.extend([parent(from), parent(to)]);
            }
            Step::Mode { file, before } => disk::change_mode(file, *before)?,
        }
    }
    take_places(&mut staged, &mut directories)?;
    settle(None, &[], &mut directories)?;
    Ok(files(steps))
}

/// Lets new bytes take their places, once they are on the disk, and the names of those before them.
fn take_places(staged: &mut Vec<Staged>, directories: &mut BTreeSet<PathBuf>) -> Result<(), RunError> {
    if staged.is_empty() {
        return Ok(());
    }
    settle(None, &staged.iter().collect::<Vec<_>>(), directories)?;
    for staged in staged.drain(..) {
        directories.insert(staged.take_place()?);
    }
    Ok(())
}
