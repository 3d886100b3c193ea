//! Which files stand below a directory?
//!
//! Iterative, each directory sorted by the bytes of its names. Links to files are followed; links to directories are
//! not: what they name is met under its own name where it stands in the tree, is a circle where it stands above, and
//! is told where it stands elsewhere, for a tree under audit must not send the auditor through the whole disk. What
//! cannot be entered is told, and the walk goes on. Memory: the names of one directory per level.

use std::ffi::OsStr;
use std::ops::{ControlFlow, Range};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{DiskError, name_of};

/// How many directories deep a walk goes. Stores have six, Kubernetes volumes a few more.
pub const DEEPEST: usize = 64;

/// What a walk meets.
#[derive(Debug)]
pub enum Seen<'a> {
    /// A regular file, or a link to one.
    File(&'a Path),
    /// Something that is not looked at, and why.
    Skipped(DiskError),
}

/// Meets everything below `root`, or `root` itself where it is a file. Breaks off when `visit` says so.
pub fn walk<B>(root: &Path, mut visit: impl FnMut(Seen<'_>) -> ControlFlow<B>) -> ControlFlow<B> {
    match kind_behind(root) {
        Ok(FileType::RegularFile) => return visit(Seen::File(root)),
        Ok(FileType::Directory) => {}
        Ok(other) => return visit(special(root, other)),
        Err(error) => return visit(Seen::Skipped(error)),
    }
    let real_root = real(root).unwrap_or_else(|| root.to_owned());
    let mut levels: Vec<Level> = Vec::new();
    let mut next = Some(root.to_owned());
    loop {
        if let Some(directory) = next.take() {
            let (level, error) = Level::open(directory, levels.is_empty());
            levels.push(level);
            if let Some(error) = error {
                visit(Seen::Skipped(error))?;
            }
        }
        let deepest = levels.len() > DEEPEST;
        let Some(level) = levels.last_mut() else { return ControlFlow::Continue(()) };
        let Some((path, kind)) = level.next() else {
            levels.pop();
            continue;
        };
        match kind {
            FileType::RegularFile => visit(Seen::File(&path))?,
            FileType::Directory if deepest => visit(Seen::Skipped(DiskError::TooDeep { path }))?,
            FileType::Directory => next = Some(path),
            FileType::Symlink => match kind_behind(&path) {
                Ok(FileType::RegularFile) => visit(Seen::File(&path))?,
                Ok(FileType::Directory) => {
                    if let Some(error) = elsewhere(path, &real_root) {
                        visit(Seen::Skipped(error))?;
                    }
                }
                Ok(other) => visit(special(&path, other))?,
                Err(error) => visit(Seen::Skipped(error))?,
            },
            other => visit(special(&path, other))?,
        }
    }
}

/// Why the directory that a link names is not met in the walk; none where it is.
pub(super) fn elsewhere(link: PathBuf, real_root: &Path) -> Option<DiskError> {
    let Some(target) = real(&link) else { return Some(DiskError::NotFound { path: link }) };
    let here = link.parent().and_then(real);
    if here.is_some_and(|here| here.starts_with(&target)) {
        return Some(DiskError::Loop { path: link });
    }
    (!target.starts_with(real_root)).then_some(DiskError::Outside { path: link, target })
}

fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

fn kind_behind(path: &Path) -> Result<FileType, DiskError> {
    let stat = rustix::fs::stat(path).map_err(|errno| DiskError::of(path, errno))?;
    Ok(FileType::from_raw_mode(stat.st_mode))
}

fn special(path: &Path, kind: FileType) -> Seen<'static> {
    Seen::Skipped(DiskError::Special { path: path.to_owned(), what: name_of(kind) })
}

/// One directory: its names in one piece of memory, for a resolver may hold a million of them.
struct Level {
    path: PathBuf,
    names: Vec<u8>,
    entries: std::vec::IntoIter<(Range<u32>, FileType)>,
}

impl Level {
    fn open(path: PathBuf, root: bool) -> (Level, Option<DiskError>) {
        let mut names = Vec::new();
        let mut entries = Vec::new();
        let error = list(&path, root, &mut names, &mut entries).err();
        let of = |range: &Range<u32>| names.get(range.start as usize..range.end as usize);
        entries.sort_unstable_by(|(a, _), (b, _)| of(a).cmp(&of(b)));
        // The kubelet lets `..data` point to the current of its directories, and each file of the volume to `..data`.
        if entries.iter().any(|(name, kind)| *kind == FileType::Symlink && of(name) == Some(b"..data")) {
            entries.retain(|(name, _)| !of(name).is_some_and(|name| name.starts_with(b"..")));
        }
        let error = error.map(|errno| DiskError::of(&path, errno));
        (Level { path, names, entries: entries.into_iter() }, error)
    }

    fn next(&mut self) -> Option<(PathBuf, FileType)> {
        let (range, kind) = self.entries.next()?;
        let name = self.names.get(range.start as usize..range.end as usize)?;
        let path = self.path.join(OsStr::from_bytes(name));
        let kind = match kind {
            // Not every file system says so beforehand.
            FileType::Unknown => rustix::fs::lstat(&path)
                .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode)),
            known => known,
        };
        Some((path, kind))
    }
}

/// The names of a directory, as far as the system gives them.
fn list(
    path: &Path,
    root: bool,
    names: &mut Vec<u8>,
    entries: &mut Vec<(Range<u32>, FileType)>,
) -> Result<(), Errno> {
    let mut flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    if !root {
        // It was a directory a moment ago: a link that took its place is not followed.
        flags |= OFlags::NOFOLLOW;
    }
    let mut directory = Dir::new(rustix::fs::open(path, flags, Mode::empty())?)?;
    while let Some(entry) = directory.read() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let start = u32::try_from(names.len()).map_err(|_| Errno::OVERFLOW)?;
        names.extend_from_slice(name);
        let end = u32::try_from(names.len()).map_err(|_| Errno::OVERFLOW)?;
        entries.push((start..end, entry.file_type()));
    }
    Ok(())
}
