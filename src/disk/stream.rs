//! What stands in this directory, when it may hold a million files?
//!
//! Names come a few hundred at a time and in the system's order, so that a reader of a million files holds few of them;
//! files are opened relative to their directory and read one behind the other into one buffer. Whoever needs an order
//! sorts what was found.

use std::ffi::{CStr, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::walk::elsewhere;
use super::{DiskError, Facts, name_of, real, reserve};

/// Bytes that the system is asked for at a time: about 400 names of accounts.
const CHUNK: usize = 32 << 10;

/// What stands behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File,
    /// A link to a regular file.
    Link,
    /// A directory.
    Directory,
}

/// Some names of a directory, in one piece of memory.
#[derive(Debug, Default)]
pub struct Names {
    /// Each name with a NUL behind it.
    bytes: Vec<u8>,
    entries: Vec<(u32, Entry)>,
    /// What stands there and is not looked at.
    pub skipped: Vec<DiskError>,
}

impl Names {
    /// One name, of a file.
    pub fn of(name: &OsStr) -> Names {
        let mut names = Names::default();
        names.push(name.as_bytes(), Entry::File);
        names
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The names from `first` on.
    pub fn iter(&self) -> impl Iterator<Item = (&CStr, Entry)> {
        self.entries.iter().filter_map(|&(at, entry)| {
            Some((CStr::from_bytes_until_nul(self.bytes.get(at as usize..)?).ok()?, entry))
        })
    }

    fn push(&mut self, name: &[u8], entry: Entry) {
        // A chunk is far below four gigabytes.
        self.entries.push((self.bytes.len() as u32, entry));
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
    }
}

/// An open directory.
#[derive(Debug)]
pub struct Directory {
    fd: OwnedFd,
    path: PathBuf,
    /// Names that begin with two dots are passed over: the kubelet lets `..data` point to the current of its
    /// directories, and each file of the volume to `..data`.
    kubelet: bool,
}

impl Directory {
    /// Opens a directory. Below a root, a link is not followed: what it names is met where it stands.
    pub fn open(path: &Path, root: bool) -> Result<Directory, DiskError> {
        let mut flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        if !root {
            flags |= OFlags::NOFOLLOW;
        }
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty())
            .map_err(|errno| DiskError::of(path, errno))?;
        let data = rustix::fs::statat(&fd, c"..data", AtFlags::SYMLINK_NOFOLLOW);
        let kubelet = data.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink);
        Ok(Directory { fd, path: path.to_owned(), kubelet })
    }

    /// As it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the system knows of the directory itself.
    pub fn facts(&self) -> Result<Facts, DiskError> {
        rustix::fs::fstat(&self.fd)
            .map(|stat| Facts::of(&stat))
            .map_err(|errno| DiskError::of(&self.path, errno))
    }

    /// The next names; empty and without anything skipped at the end. `root` is the directory that the user named.
    pub fn next(&self, root: &Path) -> Result<Names, DiskError> {
        let mut buffer = Vec::with_capacity(CHUNK);
        let mut names = Names::default();
        while names.is_empty() && names.skipped.is_empty() {
            let mut raw = RawDir::new(&self.fd, buffer.spare_capacity_mut());
            let mut any = false;
            while let Some(entry) = raw.next() {
                any = true;
                let entry = entry.map_err(|errno| DiskError::of(&self.path, errno))?;
                self.meet(entry.file_name(), entry.file_type(), root, &mut names);
                if raw.is_buffer_empty() {
                    break;
                }
            }
            if !any {
                break;
            }
        }
        Ok(names)
    }

    fn meet(&self, name: &CStr, kind: FileType, root: &Path, names: &mut Names) {
        let bytes = name.to_bytes();
        if matches!(bytes, b"." | b"..") || (self.kubelet && bytes.starts_with(b"..")) {
            return;
        }
        let stat =
            |flags| rustix::fs::statat(&self.fd, name, flags).map(|s| FileType::from_raw_mode(s.st_mode));
        let kind = match kind {
            // Not every file system says so beforehand.
            FileType::Unknown => stat(AtFlags::SYMLINK_NOFOLLOW),
            kind => Ok(kind),
        };
        let behind = match kind {
            Ok(FileType::Symlink) => stat(AtFlags::empty()),
            kind => kind,
        };
        match (kind, behind) {
            (Ok(FileType::Symlink), Ok(FileType::RegularFile)) => names.push(bytes, Entry::Link),
            (Ok(FileType::Symlink), Ok(FileType::Directory)) => {
                names
                    .skipped
                    .extend(elsewhere(self.path_of(name), &real(root).unwrap_or_else(|| root.to_owned())));
            }
            (_, Ok(FileType::RegularFile)) => names.push(bytes, Entry::File),
            (_, Ok(FileType::Directory)) => names.push(bytes, Entry::Directory),
            (_, Ok(other)) => {
                names.skipped.push(DiskError::Special { path: self.path_of(name), what: name_of(other) });
            }
            (_, Err(errno)) => names.skipped.push(DiskError::of(&self.path_of(name), errno)),
        }
    }

    /// The path of a name in this directory.
    pub fn path_of(&self, name: &CStr) -> PathBuf {
        self.path.join(OsStr::from_bytes(name.to_bytes()))
    }

    /// Reads a regular file of at most `bound` bytes behind what is in `bytes`. Where that fails they are as before.
    pub fn read_behind(
        &self,
        name: &CStr,
        bound: u64,
        bytes: &mut Zeroizing<Vec<u8>>,
    ) -> Result<Facts, DiskError> {
        let start = bytes.len();
        let read = self.read(name, bound, bytes, start);
        if read.is_err() {
            bytes.truncate(start);
        }
        read
    }

    fn read(
        &self,
        name: &CStr,
        bound: u64,
        bytes: &mut Zeroizing<Vec<u8>>,
        start: usize,
    ) -> Result<Facts, DiskError> {
        let failed = |errno: Errno| DiskError::of(&self.path_of(name), errno);
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(failed)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(DiskError::Directory { path: self.path_of(name) }),
            other => return Err(DiskError::Special { path: self.path_of(name), what: name_of(other) }),
        }
        let facts = Facts::of(&stat);
        let too_large = |size| Err(DiskError::TooLarge { path: self.path_of(name), size, bound });
        if facts.size > bound {
            return too_large(Some(facts.size));
        }
        let size = usize::try_from(facts.size).unwrap_or(usize::MAX);
        // One byte more than the size says: room to notice that it has grown.
        reserve(bytes, start.saturating_add(size).saturating_add(1));
        loop {
            if bytes.len() == bytes.capacity() {
                let more = bytes.capacity().saturating_mul(2).max(4096);
                reserve(bytes, more);
            }
            let got = rustix::io::retry_on_intr(|| rustix::io::read(&file, spare_capacity(&mut *bytes)));
            let got = got.map_err(failed)?;
            let read = bytes.len() - start;
            if read as u64 > bound {
                return too_large(None);
            }
            // What the size says is there: the end, without asking for it. A file of /proc says 0.
            if got == 0 || (read == size && size > 0) {
                return Ok(facts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, clippy::disallowed_types)]

    use std::collections::BTreeMap;

    use super::*;

    fn all(directory: &Directory) -> (BTreeMap<String, Entry>, Vec<DiskError>) {
        let (mut met, mut skipped) = (BTreeMap::new(), Vec::new());
        loop {
            let mut names = directory.next(directory.path()).expect("readable");
            if names.is_empty() && names.skipped.is_empty() {
                return (met, skipped);
            }
            skipped.append(&mut names.skipped);
            for (name, entry) in names.iter() {
                assert_eq!(met.insert(name.to_str().expect("ASCII").to_owned(), entry), None);
            }
        }
    }

    #[test]
    fn thousands_of_names_come_once_each() {
        let root = tempfile::tempdir().expect("a directory");
        for number in 0..3000 {
            let name = format!("{number:0>56}.jwt");
            std::fs::write(root.path().join(name), number.to_string()).expect("written");
        }
        std::fs::create_dir(root.path().join("below")).expect("made");
        std::os::unix::fs::symlink("below", root.path().join("inside")).expect("linked");
        std::os::unix::fs::symlink("nowhere", root.path().join("dangling")).expect("linked");
        let first = format!("{:0>56}.jwt", 7);
        std::os::unix::fs::symlink(&first, root.path().join("link.jwt")).expect("linked");
        let directory = Directory::open(root.path(), true).expect("open");
        let (met, skipped) = all(&directory);
        assert_eq!(met.len(), 3002);
        assert_eq!((met["below"], met["link.jwt"]), (Entry::Directory, Entry::Link));
        assert!(matches!(&skipped[..], [DiskError::NotFound { path }] if path.ends_with("dangling")));
        let mut bytes = Zeroizing::new(b"before".to_vec());
        let name = std::ffi::CString::new(first).expect("no NUL");
        let facts = directory.read_behind(&name, 10, &mut bytes).expect("read");
        assert_eq!((&bytes[..], facts.size), (&b"before7"[..], 1));
    }

    #[test]
    fn what_cannot_be_read_leaves_the_buffer_alone() {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::write(root.path().join("large"), [b'x'; 100]).expect("written");
        std::fs::write(root.path().join("empty"), b"").expect("written");
        let directory = Directory::open(root.path(), true).expect("open");
        let mut bytes = Zeroizing::new(b"before".to_vec());
        assert!(matches!(
            directory.read_behind(c"large", 99, &mut bytes),
            Err(DiskError::TooLarge { size: Some(100), .. })
        ));
        assert!(matches!(directory.read_behind(c"none", 99, &mut bytes), Err(DiskError::NotFound { .. })));
        assert!(directory.read_behind(c"empty", 99, &mut bytes).is_ok());
        assert_eq!(&bytes[..], b"before");
    }

    #[test]
    fn a_volume_of_the_kubelet_is_met_once() {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(root.path().join("..2026")).expect("made");
        std::fs::write(root.path().join("..2026/a.jwt"), "x").expect("written");
        std::os::unix::fs::symlink("..2026", root.path().join("..data")).expect("linked");
        std::os::unix::fs::symlink("..data/a.jwt", root.path().join("a.jwt")).expect("linked");
        let (met, skipped) = all(&Directory::open(root.path(), true).expect("open"));
        assert_eq!(met.into_iter().collect::<Vec<_>>(), [("a.jwt".to_owned(), Entry::Link)]);
        assert!(skipped.is_empty());
    }
}
