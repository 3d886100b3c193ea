//! How do the new files take their places? What is put aside goes first, then bytes, modes and names of each file; names that
//! are taken or differ in letter case alone by way of another.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::After;
use super::{FixError, Fixes};
use crate::disk::{self, DiskError, Write};
use crate::file::recognise;
use crate::repair::journal::Hash;
use crate::repair::run::{Run, RunError};
use crate::repair::survey::LARGEST;

impl Fixes {
    /// Writes all of it into its places. `paths` were those of the files when the plan was made. After an error everything is
    /// as it was.
    ///
    /// # Errors
    /// A file is another than when it was planned, or cannot be written.
    pub fn carry_out(&self, mut run: Run) -> Result<usize, RunError> {
        match self.write(&mut run) {
            Ok(()) => run.finish(),
            Err(error) => Err(run.give_up(error)),
        }
    }

    fn write(&self, run: &mut Run) -> Result<(), RunError> {
        for after in self.after.iter().filter(|after| after.aside) {
            let old = unchanged(after)?;
            run.rename(&after.from, &after.path, &old)?;
        }
        let mut later: Vec<(PathBuf, &Path, Zeroizing<Vec<u8>>)> = Vec::new();
        for after in self.after.iter().filter(|after| !after.aside) {
            let old = unchanged(after)?;
            if let Some(new) = &after.new {
                run.rewrite(&after.from, after.facts, &old, new)?;
            }
            if after.mode != after.facts.mode {
                run.mode(&after.from, after.facts.mode, after.mode)?;
            }
            if after.path == after.from {
                continue;
            }
            let bytes = after.new.as_ref().map_or(old, |new| Zeroizing::new(new.bytes.to_vec()));
            if let Some(parent) = after.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                disk::make_directory(parent)?;
            }
            let another_takes_its_place = self.after.iter().any(|other| other.path == after.from);
            let taken = self.after.iter().any(|other| !other.aside && other.from == after.path);
            let case = after.path.as_os_str().eq_ignore_ascii_case(after.from.as_os_str());
            if another_takes_its_place || taken || case {
                let between = between(&after.from);
                run.rename(&after.from, &between, &bytes)?;
                later.push((between, &after.path, bytes));
            } else {
                run.rename(&after.from, &after.path, &bytes)?;
            }
        }
        later.iter().try_for_each(|(between, to, bytes)| run.rename(between, to, bytes))?;
        self.made.iter().try_for_each(|(path, token)| run.make(path, token.as_bytes(), false))
    }

    /// Writes the new files elsewhere: `to` says where each one goes. Nothing may stand there. What is put aside is not
    /// written.
    ///
    /// # Errors
    /// A file is another than when it was planned, or cannot be written.
    pub fn write_elsewhere(&self, to: &dyn Fn(&Path) -> PathBuf) -> Result<usize, FixError> {
        for after in self.after.iter().filter(|after| !after.aside) {
            let old = unchanged(after)?;
            let bytes = after.new.as_ref().map_or(&old, |new| &new.bytes);
            put(&to(&after.path), bytes, recognise(bytes).secrets().next().is_some())?;
        }
        for (path, token) in &self.made {
            put(&to(path), token.as_bytes(), false)?;
        }
        Ok(self.after.iter().filter(|after| !after.aside).count() + self.made.len())
    }
}

/// Makes a file, and the directory that it goes to.
fn put(to: &Path, bytes: &[u8], secret: bool) -> Result<(), DiskError> {
    if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        disk::make_directory(parent)?;
    }
    disk::write_atomic(to, bytes, Write { secret, new: true, durable: true, replaces: None })
}

/// The file's bytes, if they are those that were planned with.
fn unchanged(after: &After) -> Result<Zeroizing<Vec<u8>>, DiskError> {
    let mut old = Zeroizing::new(Vec::new());
    let facts = disk::read_into(&after.from, LARGEST, &mut old)?;
    if Hash::of(&old) != after.was || facts != after.facts {
        return Err(DiskError::Changed { path: after.from.clone() });
    }
    Ok(old)
}

/// A name that no server and no nsc reads, for a file between two names.
fn between(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".jwtfix-renaming");
    path.with_file_name(name)
}
