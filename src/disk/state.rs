//! How are things done to files other than writing them, and how is a record kept of it? Names, modes, locks, and logs
//! that only grow.

use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::{DiskError, sync_directory};

/// A file that only grows.
pub struct Log {
    pub(super) file: OwnedFd,
    pub(super) path: PathBuf,
}

impl Log {
    /// Makes the file, or opens it at its end. For its owner alone.
    pub fn open(path: &Path) -> Result<Log, DiskError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::open(path, flags, Mode::from_raw_mode(0o600))
            .map_err(|errno| DiskError::of(path, errno))?;
        Ok(Log { file, path: path.to_owned() })
    }

    /// Cuts the file to its first `length` bytes: what a run that was killed left half written.
    pub fn cut(&self, length: u64) -> Result<(), DiskError> {
        rustix::fs::ftruncate(&self.file, length).map_err(|errno| DiskError::of(&self.path, errno))
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = rustix::io::retry_on_intr(|| rustix::io::write(&self.file, rest))
                .map_err(|errno| DiskError::of(&self.path, errno))?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Waits until what was added is on the disk.
    pub fn sync(&self) -> Result<(), DiskError> {
        rustix::fs::fdatasync(&self.file).map_err(|errno| DiskError::of(&self.path, errno))
    }
}

/// Held until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: OwnedFd,
}

/// Locks a file or directory against everybody who asks for the same lock; none where somebody holds it. Nothing is
/// written, and who does not ask is not hindered.
pub fn lock(path: &Path) -> Result<Option<Lock>, DiskError> {
    let failed = |errno| DiskError::of(path, errno);
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(Errno::WOULDBLOCK) => Ok(None),
        // A file system without locks: better none than nothing done.
        Err(Errno::NOTSUP | Errno::NOSYS | Errno::INVAL | Errno::NOLCK) => Ok(Some(Lock { _file: file })),
        Err(errno) => Err(failed(errno)),
    }
}

/// Makes a directory for its owner alone, and those above it that are missing.
pub fn make_directory(path: &Path) -> Result<(), DiskError> {
    match rustix::fs::mkdir(path, Mode::from_raw_mode(0o700)) {
        Ok(()) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
            _ => Ok(()),
        },
        Err(Errno::EXIST) if super::look(path).is_ok_and(|facts| facts.directory) => Ok(()),
        Err(Errno::NOENT) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => {
                make_directory(parent)?;
                make_directory(path)
            }
            _ => Err(DiskError::of(path, Errno::NOENT)),
        },
        Err(errno) => Err(DiskError::of(path, errno)),
    }
}

/// Gives a file another name; nothing may stand there.
pub fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(DiskError::Exists { path: to.to_owned() }),
        // Not every file system can refuse to replace; all of those can link.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            rustix::fs::linkat(CWD, from, CWD, to, AtFlags::empty())
                .map_err(|errno| DiskError::of(if errno == Errno::EXIST { to } else { from }, errno))?;
            remove(from)
        }
        Err(errno) => Err(DiskError::of(from, errno)),
    }
}

/// Takes a file's name away.
pub fn remove(path: &Path) -> Result<(), DiskError> {
    rustix::fs::unlink(path).map_err(|errno| DiskError::of(path, errno))
}

/// Sets the permission bits of a file, as in `chmod`.
pub fn change_mode(path: &Path, mode: u32) -> Result<(), DiskError> {
    rustix::fs::chmod(path, Mode::from_raw_mode(mode)).map_err(|errno| DiskError::of(path, errno))
}

/// A path with its links resolved; none where nothing stands there.
pub fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The names in a directory, sorted.
pub fn names(directory: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let failed = |errno| DiskError::of(directory, errno);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let open = rustix::fs::open(directory, flags, Mode::empty()).map_err(failed)?;
    let mut names = Vec::new();
    let mut entries = Dir::new(open).map_err(failed)?;
    while let Some(entry) = entries.read() {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(directory.join(std::ffi::OsStr::from_bytes(name)));
        }
    }
    names.sort_unstable();
    Ok(names)
}
