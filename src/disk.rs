//! The only place that touches the disk: bounded reads, walks, atomic writes that keep mode and owner.
//!
//! Whatever stands at a path - a FIFO, a device, five gigabytes, a link to itself - the answer comes at once and is
//! one line with a hint. What the bytes are is for `file`.

mod state;
mod stream;
mod tree;
mod walk;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use zeroize::Zeroizing;

pub use state::{Lock, Log, change_mode, lock, make_directory, names, real, remove, rename};
pub use stream::{Directory, Entry, Names};
pub use tree::Tree;
pub use walk::{DEEPEST, Seen, walk};
pub use write::{Staged, Write, stage, sync_all, sync_directory, write_atomic};

/// What the disk did not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskError {
    /// There is nothing at the path, or at the end of the link that stands there.
    #[error("{}: no such file or directory", path.display())]
    NotFound {
        /// As it was asked for.
        path: PathBuf,
    },
    /// The system does not let us.
    #[error("{}: permission denied", path.display())]
    Denied {
        /// As it was asked for.
        path: PathBuf,
    },
    /// A file was wanted.
    #[error("{}: is a directory", path.display())]
    Directory {
        /// As it was asked for.
        path: PathBuf,
    },
    /// A directory was wanted on the way.
    #[error("{}: a part of the path is not a directory", path.display())]
    NotDirectory {
        /// As it was asked for.
        path: PathBuf,
    },
    /// Neither a file nor a directory.
    #[error("{}: is {what}, not a regular file", path.display())]
    Special {
        /// As it was asked for.
        path: PathBuf,
        /// `a FIFO`, `a socket`, …
        what: &'static str,
    },
    /// More bytes than the caller reads.
    #[error("{}: has {} bytes, more than the {} that are read", path.display(), .size.map_or_else(|| "too many".to_owned(), |size| size.to_string()), in_words(*.bound))]
    TooLarge {
        /// As it was asked for.
        path: PathBuf,
        /// Its size in bytes, where the system knows it.
        size: Option<u64>,
        /// The most that is read, in bytes.
        bound: u64,
    },
    /// Symbolic links that lead back to where they stand.
    #[error("{}: symbolic links in a circle", path.display())]
    Loop {
        /// The link.
        path: PathBuf,
    },
    /// A link to a directory outside of the one that is walked.
    #[error("{}: is a link to {}, outside of what was named", path.display(), target.display())]
    Outside {
        /// The link.
        path: PathBuf,
        /// The directory.
        target: PathBuf,
    },
    /// Directories in directories, further down than is walked.
    #[error("{}: more than {DEEPEST} directories deep", path.display())]
    TooDeep {
        /// The directory that was not entered.
        path: PathBuf,
    },
    /// Something stands where a new file was to be made.
    #[error("{}: exists already", path.display())]
    Exists {
        /// As it was asked for.
        path: PathBuf,
    },
    /// Another hand wrote to the file since it was read.
    #[error("{}: changed since it was read", path.display())]
    Changed {
        /// As it was asked for.
        path: PathBuf,
    },
    /// The new bytes would not have the owner, group or access list of those they replace.
    #[error("{}: cannot keep its {what}: {reason}", path.display())]
    NotKept {
        /// As it was asked for.
        path: PathBuf,
        /// `owner`, `access list`.
        what: &'static str,
        /// In the system's words.
        reason: io::Error,
    },
    /// Everything else, in the system's words.
    #[error("{}: {reason}", path.display())]
    System {
        /// As it was asked for.
        path: PathBuf,
        /// In the system's words.
        reason: io::Error,
    },
}

impl DiskError {
    /// What was asked for.
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::Denied { path }
            | Self::Directory { path }
            | Self::NotDirectory { path }
            | Self::Special { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Loop { path }
            | Self::Outside { path, .. }
            | Self::TooDeep { path }
            | Self::Exists { path }
            | Self::Changed { path }
            | Self::NotKept { path, .. }
            | Self::System { path, .. } => path,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "check the spelling, and where a link at this path points",
            Self::Denied { .. } => "run as the owner of the file, or have its mode changed",
            Self::Directory { .. } => "name a file in it",
            Self::NotDirectory { .. } => "check the spelling: a file stands where a directory is named",
            Self::Special { .. } => "give its bytes on standard input, as `-`",
            Self::TooLarge { .. } => "no credential is this large: cut out the part that matters",
            Self::Loop { .. } => "remove the link, or name the files that are meant",
            Self::Outside { .. } => "name the directory that it points to as well",
            Self::TooDeep { .. } => "name this directory itself",
            Self::Exists { .. } => "choose another name, or remove what stands there",
            Self::Changed { .. } => "run again, so that the new bytes are looked at",
            Self::NotKept { .. } => "run as the owner of the file or as root",
            Self::System { reason, .. } => match reason.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on this file system",
                io::ErrorKind::ReadOnlyFilesystem => {
                    "this file system cannot be written: work on a copy elsewhere"
                }
                _ => "try to read the file with another program: the cause is outside of jwtfix",
            },
        }
    }

    fn of(path: &Path, errno: Errno) -> Self {
        let path = path.to_owned();
        match errno {
            Errno::NOENT => Self::NotFound { path },
            Errno::ACCESS | Errno::PERM => Self::Denied { path },
            Errno::ISDIR => Self::Directory { path },
            Errno::NOTDIR => Self::NotDirectory { path },
            // What open(2) answers for a socket, and for a device that nobody drives.
            Errno::NXIO | Errno::NODEV => Self::Special { path, what: "a socket or a device" },
            Errno::LOOP => Self::Loop { path },
            Errno::EXIST => Self::Exists { path },
            _ => Self::System { path, reason: errno.into() },
        }
    }
}

/// What the system knows of a file; enough to tell whether it is still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Size in bytes.
    pub size: u64,
    /// The permission bits, as in `chmod`.
    pub mode: u32,
    /// Who owns it.
    pub owner: u32,
    /// Its group.
    pub group: u32,
    /// When its bytes were last written: Unix seconds and nanoseconds.
    pub modified: (i64, u32),
    /// Whether it is a directory.
    pub directory: bool,
    /// Device and inode.
    identity: (u64, u64),
}

impl Facts {
    // The widths of these fields differ between systems.
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
    fn of(stat: &Stat) -> Self {
        Self {
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            mode: stat.st_mode as u32 & 0o7777,
            owner: stat.st_uid,
            group: stat.st_gid,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u32),
            directory: FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
            identity: identity(stat),
        }
    }
}

/// Device and inode: what tells one file from another whatever their names.
#[allow(clippy::unnecessary_cast)]
fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev as u64, stat.st_ino as u64)
}

/// Whether a symbolic link stands at a path; behind a slash at its end, links are followed.
pub fn is_link(path: &Path) -> bool {
    rustix::fs::lstat(path).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

/// What stands at a path, links followed.
pub fn look(path: &Path) -> Result<Facts, DiskError> {
    rustix::fs::stat(path).map(|stat| Facts::of(&stat)).map_err(|errno| DiskError::of(path, errno))
}

/// The bytes of a regular file of at most `bound` bytes; wiped when dropped, for a seed may be among them.
pub fn read(path: &Path, bound: u64) -> Result<Zeroizing<Vec<u8>>, DiskError> {
    let mut bytes = Zeroizing::new(Vec::new());
    read_into(path, bound, &mut bytes)?;
    Ok(bytes)
}

/// As [`read`], into a buffer that is used again: what it held is gone.
pub fn read_into(path: &Path, bound: u64, bytes: &mut Zeroizing<Vec<u8>>) -> Result<Facts, DiskError> {
    bytes.clear();
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|errno| DiskError::of(path, errno))?;
    let stat = rustix::fs::fstat(&file).map_err(|errno| DiskError::of(path, errno))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(DiskError::Directory { path: path.to_owned() }),
        other => return Err(DiskError::Special { path: path.to_owned(), what: name_of(other) }),
    }
    let facts = Facts::of(&stat);
    let too_large = |size| Err(DiskError::TooLarge { path: path.to_owned(), size, bound });
    if facts.size > bound {
        return too_large(Some(facts.size));
    }
    // One byte more than the size says: a file of /proc has more, one that grows too.
    reserve(bytes, usize::try_from(facts.size).unwrap_or(usize::MAX).saturating_add(1));
    loop {
        if bytes.len() == bytes.capacity() {
            let more = bytes.capacity().saturating_mul(2).max(4096);
            reserve(bytes, more);
        }
        let got = rustix::io::retry_on_intr(|| rustix::io::read(&file, spare_capacity(&mut *bytes)));
        let end = match got {
            Ok(got) => got == 0,
            Err(errno) => {
                bytes.clear();
                return Err(DiskError::of(path, errno));
            }
        };
        if bytes.len() as u64 > bound {
            bytes.clear();
            return too_large(None);
        }
        if end {
            return Ok(facts);
        }
    }
}

/// Room for `capacity` bytes in all, without leaving a copy of what is there behind as `Vec::reserve` does. Where many files
/// are read one behind the other, most find room: what is left behind is wiped, and that takes longer than copying.
fn reserve(bytes: &mut Zeroizing<Vec<u8>>, capacity: usize) {
    if bytes.capacity() < capacity {
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity.max(bytes.capacity().saturating_mul(2))));
        larger.extend_from_slice(bytes);
        *bytes = larger;
    }
}

/// A bound in bytes; in MiB where it is a round number of them.
fn in_words(bound: u64) -> String {
    if bound >= 1 << 20 && bound.is_multiple_of(1 << 20) {
        format!("{} MiB", bound >> 20)
    } else {
        bound.to_string()
    }
}

fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "something unknown",
    }
}

#[cfg(test)]
mod tests;
