//! How does a whole tree of new files come to be? Beside its place, and waited for once, not file by file; then it takes its
//! place. Stopped before that, nothing stands there.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::{DiskError, Lock, lock, make_directory, names, rename, sync_directory};

/// A tree of files that has not taken its place.
#[derive(Debug)]
pub struct Tree {
    place: PathBuf,
    draft: PathBuf,
    _lock: Lock,
}

impl Tree {
    /// Begins a tree that is to stand at `place`, which is made, or is there and empty. None where somebody else is making
    /// one there.
    pub fn begin(place: &Path) -> Result<Option<Tree>, DiskError> {
        make_directory(place)?;
        let Some(lock) = lock(place)? else { return Ok(None) };
        for there in names(place)? {
            // Who left it behind is gone, or it would hold the lock.
            if !is_draft(&there) {
                return Err(DiskError::Exists { path: there });
            }
            std::fs::remove_dir_all(&there).map_err(|error| system(&there, &error))?;
        }
        let draft = place.join(format!(".jwtfix-{}.tmp", std::process::id()));
        rustix::fs::mkdir(&draft, Mode::from_raw_mode(0o700))
            .map_err(|errno| DiskError::of(&draft, errno))?;
        Ok(Some(Tree { place: place.to_owned(), draft, _lock: lock }))
    }

    /// Where its files stand for now.
    pub fn draft(&self) -> &Path {
        &self.draft
    }

    /// Makes a file for its owner alone, with the directories above it. `path` leads nowhere but down.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
        let down = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !down {
            return Err(DiskError::Outside { path: path.to_owned(), target: self.draft.clone() });
        }
        let whole = self.draft.join(path);
        let failed = |errno| DiskError::of(&self.place.join(path), errno);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || rustix::fs::open(&whole, flags, Mode::from_raw_mode(0o600));
        let file = match open() {
            Err(Errno::NOENT) => directories(&whole).and_then(|()| open()).map_err(failed)?,
            opened => opened.map_err(failed)?,
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = rustix::io::retry_on_intr(|| rustix::io::write(&file, rest)).map_err(failed)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Lets the tree take its place, once all of it is on the disk. The name `last` is the last to appear.
    pub fn take_place(self, last: &str) -> Result<(), DiskError> {
        settle(&self.draft)?;
        let mut there = names(&self.draft)?;
        there.sort_by_key(|path| path.file_name() == Some(OsStr::new(last)));
        for path in there {
            let name = path.file_name().unwrap_or_default();
            rename(&path, &self.place.join(name))?;
        }
        sync_directory(&self.place)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What stays behind is swept by the next one; its name says whose it is.
        let _ = std::fs::remove_dir_all(&self.draft);
    }
}

fn is_draft(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with(".jwtfix-") && name.ends_with(".tmp")
}

/// The directories above a file; another thread may make them at the same time.
fn directories(file: &Path) -> Result<(), Errno> {
    let Some(parent) = file.parent() else { return Ok(()) };
    match rustix::fs::mkdir(parent, Mode::from_raw_mode(0o700)) {
        Err(Errno::NOENT) => {
            directories(parent)?;
            match rustix::fs::mkdir(parent, Mode::from_raw_mode(0o700)) {
                Err(Errno::EXIST) => Ok(()),
                made => made,
            }
        }
        Err(Errno::EXIST) => Ok(()),
        made => made,
    }
}

/// Waits until everything on this directory's file system is on the disk.
fn settle(directory: &Path) -> Result<(), DiskError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let open = rustix::fs::open(directory, flags, Mode::empty());
    open.and_then(|open| super::write::settle(&open)).map_err(|errno| DiskError::of(directory, errno))
}

fn system(path: &Path, error: &std::io::Error) -> DiskError {
    DiskError::of(path, error.raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_tree_appears_as_a_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let place = dir.path().join("a/b");
        let tree = Tree::begin(&place).expect("made").expect("nobody else is there");
        assert!(Tree::begin(&place).expect("readable").is_none(), "one at a time");
        tree.write(Path::new("x/y/z"), b"z").expect("written");
        tree.write(Path::new("x/w"), b"w").expect("written");
        assert!(matches!(tree.write(Path::new("x/w"), b""), Err(DiskError::Exists { .. })));
        for out in ["../x", "/x", "x/../../y", "."] {
            assert!(tree.write(Path::new(out), b"").is_err(), "{out}");
        }
        assert!(names(&place).expect("readable").iter().all(|path| is_draft(path)));
        drop(tree);
        assert!(names(&place).expect("readable").is_empty());
        // One that was killed is swept.
        fs::create_dir_all(place.join(".jwtfix-1.tmp/x")).expect("made");
        let tree = Tree::begin(&place).expect("made").expect("nobody else is there");
        tree.write(Path::new("x/y/z"), b"z").expect("written");
        tree.write(Path::new("list"), b"l").expect("written");
        tree.take_place("list").expect("placed");
        assert_eq!(fs::read(place.join("x/y/z")).expect("there"), b"z");
        let mode = |name: &str| fs::metadata(place.join(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("x/y"), mode("x/y/z")), (0o700, 0o600));
        assert_eq!(names(&place).expect("readable").len(), 2);
        assert!(matches!(Tree::begin(&place), Err(DiskError::Exists { .. })));
    }
}
