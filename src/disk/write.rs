//! How do new bytes take the place of old ones?
//!
//! Into a file beside the old one, which is then renamed over it: whoever reads meets the old bytes or the new ones.
//! The new file has mode, owner, group and access list of the old one before it takes its name, or it does not take it.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, RenameFlags, Stat, Uid};
use rustix::io::Errno;

use super::{DiskError, Facts, Log, name_of};

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Write {
    /// The bytes are secret: a new file is for its owner alone. One that is replaced keeps its mode.
    pub secret: bool,
    /// Nothing may stand at the path.
    pub new: bool,
    /// The file must still be the one that these facts were told of, by [`super::look`] or [`super::read_into`].
    pub replaces: Option<Facts>,
    /// Wait until file and name are on the disk, so that both outlast a loss of power.
    pub durable: bool,
}

/// Writes a file as a whole or not at all. A link is followed: what it names is replaced, the link stays.
pub fn write_atomic(path: &Path, bytes: &[u8], how: Write) -> Result<(), DiskError> {
    let staged = stage(path, bytes, how)?;
    if how.durable {
        staged.sync()?;
    }
    let directory = staged.take_place()?;
    if how.durable { sync_directory(&directory) } else { Ok(()) }
}

/// New bytes that stand beside the old ones and have not yet taken their place. Dropped before that, they are gone.
pub struct Staged {
    draft: Draft,
    /// As it was asked for.
    path: PathBuf,
    /// What it names, links followed.
    target: PathBuf,
    how: Write,
}

/// Puts new bytes beside the old ones.
pub fn stage(path: &Path, bytes: &[u8], how: Write) -> Result<Staged, DiskError> {
    let old = if how.new { None } else { replaced(path, how.replaces)? };
    let (target, old) = match old {
        Some((target, stat)) => (target, Some(stat)),
        None => (path.to_owned(), None),
    };
    let draft = Draft::create(directory_of(&target), path, how.secret || old.is_some())?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(&draft.file, rest))
            .map_err(|errno| DiskError::of(path, errno))?;
        rest = rest.get(written..).unwrap_or_default();
    }
    if let Some(old) = &old {
        keep(&draft.file, old, &target, path)?;
    }
    Ok(Staged { draft, path: path.to_owned(), target, how })
}

impl Staged {
    /// Waits until the bytes are on the disk.
    pub fn sync(&self) -> Result<(), DiskError> {
        rustix::fs::fsync(&self.draft.file).map_err(|errno| DiskError::of(&self.path, errno))
    }

    /// Lets the new bytes take the place of the old ones. Returns the directory that now has the name, and is to be
    /// given to [`sync_directory`] if the name is to outlast a loss of power.
    pub fn take_place(mut self) -> Result<PathBuf, DiskError> {
        if let Some(before) = self.how.replaces
            && super::look(&self.target).ok() != Some(before)
        {
            return Err(DiskError::Changed { path: self.path.clone() });
        }
        self.draft.take_name(&self.target, self.how.new).map_err(|errno| DiskError::of(&self.path, errno))?;
        Ok(directory_of(&self.target).to_owned())
    }
}

/// Waits until all of it is on the disk: what was added to a log, new bytes that stand beside the old ones, the names of
/// directories. Where the system can it waits once for each file system, whatever else waits to be written there, else
/// for each of them.
pub fn sync_all<'a>(
    log: Option<&Log>,
    staged: impl IntoIterator<Item = &'a Staged>,
    directories: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), DiskError> {
    let mut settled = Vec::new();
    if let Some(log) = log {
        settle_once(&log.file, &log.path, &mut settled)?;
    }
    for staged in staged {
        settle_once(&staged.draft.file, &staged.path, &mut settled)?;
    }
    for directory in directories {
        let failed = |errno| DiskError::of(directory, errno);
        if !settled.contains(&rustix::fs::stat(directory).map_err(failed)?.st_dev) {
            settle_once(&open_directory(directory)?, directory, &mut settled)?;
        }
    }
    Ok(())
}

/// Waits for a file or directory, and with it for its file system where that can be done; `settled` has those for which
/// somebody waited already.
fn settle_once(file: &OwnedFd, path: &Path, settled: &mut Vec<Device>) -> Result<(), DiskError> {
    let failed = |errno| DiskError::of(path, errno);
    let device = rustix::fs::fstat(file).map_err(failed)?.st_dev;
    if settled.contains(&device) {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    if rustix::fs::syncfs(file).is_ok() {
        settled.push(device);
        return Ok(());
    }
    // No such call, or something of this file system did not reach the disk: was it this?
    sync(file).map_err(failed)
}

type Device = rustix::fs::Dev;

/// Waits until everything on the file system of `open` is on the disk.
pub(super) fn settle(open: &OwnedFd) -> Result<(), Errno> {
    #[cfg(target_os = "linux")]
    return rustix::fs::syncfs(open);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = open;
        rustix::fs::sync();
        Ok(())
    }
}

/// The directory that a file stands in.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Waits until the names of a directory are on the disk.
pub fn sync_directory(directory: &Path) -> Result<(), DiskError> {
    sync(&open_directory(directory)?).map_err(|errno| DiskError::of(directory, errno))
}

fn open_directory(directory: &Path) -> Result<OwnedFd, DiskError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(directory, flags, Mode::empty()).map_err(|errno| DiskError::of(directory, errno))
}

fn sync(open: &OwnedFd) -> Result<(), Errno> {
    match rustix::fs::fsync(open) {
        // Some file systems of a network have no order of names to keep and say so.
        Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
        synced => synced,
    }
}

/// The file that is replaced, its links resolved; none where nothing stands there.
fn replaced(path: &Path, before: Option<Facts>) -> Result<Option<(PathBuf, Stat)>, DiskError> {
    let changed = || DiskError::Changed { path: path.to_owned() };
    let failed = |errno| DiskError::of(path, errno);
    let (target, stat) = match rustix::fs::lstat(path) {
        Err(Errno::NOENT) => return if before.is_some() { Err(changed()) } else { Ok(None) },
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
            let target = std::fs::canonicalize(path)
                .map_err(|error| failed(error.raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error)))?;
            let stat = rustix::fs::lstat(&target).map_err(failed)?;
            (target, stat)
        }
        looked => (path.to_owned(), looked.map_err(failed)?),
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(DiskError::Directory { path: path.to_owned() }),
        other => return Err(DiskError::Special { path: path.to_owned(), what: name_of(other) }),
    }
    if before.is_some_and(|before| before != Facts::of(&stat)) {
        return Err(changed());
    }
    Ok(Some((target, stat)))
}

/// Gives the new file what the old one has. Owner first: a change of owner takes bits of the mode away.
fn keep(file: &OwnedFd, old: &Stat, target: &Path, path: &Path) -> Result<(), DiskError> {
    let not_kept =
        |what| move |errno: Errno| DiskError::NotKept { path: path.to_owned(), what, reason: errno.into() };
    let own = rustix::fs::fstat(file).map_err(not_kept("owner"))?;
    if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid) {
        let (owner, group) = (Uid::from_raw(old.st_uid), Gid::from_raw(old.st_gid));
        rustix::fs::fchown(file, Some(owner), Some(group)).map_err(not_kept("owner"))?;
    }
    #[cfg(target_os = "linux")]
    {
        const ACCESS: &str = "system.posix_acl_access";
        let mut list = Vec::with_capacity(1024);
        match rustix::fs::getxattr(target, ACCESS, rustix::buffer::spare_capacity(&mut list)) {
            Ok(0) | Err(Errno::NODATA | Errno::NOTSUP) => {}
            Ok(_) => rustix::fs::fsetxattr(file, ACCESS, &list, rustix::fs::XattrFlags::empty())
                .map_err(not_kept("access list"))?,
            Err(errno) => return Err(not_kept("access list")(errno)),
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = target;
    rustix::fs::fchmod(file, Mode::from_raw_mode(old.st_mode)).map_err(not_kept("mode"))
}

/// A file that has not yet its name; gone when dropped before it takes it.
struct Draft {
    file: OwnedFd,
    path: PathBuf,
    named: bool,
}

impl Draft {
    /// Its name ends neither in `.jwt`, which a server's resolver would load (`dirstore.go`), nor in what nsc loads.
    fn create(directory: &Path, wanted: &Path, secret: bool) -> Result<Draft, DiskError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mode = Mode::from_raw_mode(if secret { 0o600 } else { 0o666 });
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!(".jwtfix-{}-{count}.tmp", std::process::id()));
            match rustix::fs::open(&path, flags, mode) {
                Ok(file) => return Ok(Draft { file, path, named: false }),
                // Another machine on the same disk, or one that was killed.
                Err(Errno::EXIST) if count < 1 << 32 => {}
                Err(errno) => return Err(DiskError::of(wanted, errno)),
            }
        }
    }

    fn take_name(&mut self, name: &Path, new: bool) -> Result<(), Errno> {
        if new {
            match rustix::fs::renameat_with(CWD, &self.path, CWD, name, RenameFlags::NOREPLACE) {
                // Not every file system can refuse to replace; all of those can link.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                    rustix::fs::linkat(CWD, &self.path, CWD, name, AtFlags::empty())?;
                    return Ok(());
                }
                renamed => renamed?,
            }
        } else {
            rustix::fs::rename(&self.path, name)?;
        }
        self.named = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.named {
            // What stays behind has a name that nothing loads.
            let _ = rustix::fs::unlink(&self.path);
        }
    }
}
