//! How are many files changed as one thing? Journal first, then the bytes beside the old ones, then the names, in batches:
//! whenever a run is stopped every file is the old one or the new one, the same command goes on where it stopped, and
//! undoing brings every byte back.

mod undo;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use self::undo::{Leave, files, steps, take_back, undo_steps};
use super::journal::{Done, Hash, Name, NewBytes, Record, WouldKeepSecret};
use crate::disk::{self, DiskError, Facts, Lock, Log, Seen, Staged, Write};
use serde::{Deserialize, Serialize};

/// The largest file that is rewritten, in bytes.
const LARGEST: u64 = 64 << 20;
/// The largest journal that is read back.
const LARGEST_JOURNAL: u64 = 16 << 30;
/// Files that wait for the disk at the same time; each holds one descriptor.
const BATCH: usize = 512;
/// From so many on, one wait for the whole file system costs less than one for each file.
const MANY: usize = 64;
/// Threads that wait for the disk: journalling file systems settle many waits with one write.
const WAITERS: usize = 16;

/// Why a run did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Another jwtfix is at work there.
    #[error("another jwtfix is at work in {}", .0.display())]
    Locked(PathBuf),
    /// The journal would stand where a server or nsc looks for files.
    #[error("the journal {} is inside of {}, which is to be changed", journal.display(), changed.display())]
    Inside {
        /// The journal's directory.
        journal: PathBuf,
        /// What is to be changed.
        changed: PathBuf,
    },
    /// To be able to take it back, a seed would have to be copied.
    #[error("{} cannot be rewritten without a copy of a seed in the journal", .0.display())]
    Secret(PathBuf),
    /// The journal cannot be read.
    #[error("{}: the journal of this run cannot be read", .0.display())]
    Damaged(PathBuf),
    /// There is no such run.
    #[error("there is no run {0}")]
    Unknown(String),
    /// The run did nothing there.
    #[error("run {id} did nothing to {}", path.display())]
    NotOfIt {
        /// The run.
        id: String,
        /// What was to be taken back.
        path: PathBuf,
    },
    /// Files are no longer as the run left them.
    #[error("{} changed since the run: {}", if .0.len() == 1 { "a file" } else { "files" }, list(.0))]
    Changed(Vec<PathBuf>),
    /// A run broke off, and what it had done could not be taken back either.
    #[error("{error}; and what was done before could not be taken back: {undo}")]
    HalfDone {
        /// Why it broke off.
        error: Box<RunError>,
        /// Why it stayed so.
        undo: Box<RunError>,
        /// The run.
        id: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let mut words: Vec<String> = paths.iter().take(3).map(|path| path.display().to_string()).collect();
    if paths.len() > 3 {
        words.push(format!("and {} more", paths.len() - 3));
    }
    words.join(", ")
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RunError::Disk(error) => error.hint(),
            RunError::Locked(_) => "wait until it has ended",
            RunError::Inside { .. } => "name another directory with --journal",
            RunError::Secret(_) => "write the result elsewhere with -o, and put it in its place by hand",
            RunError::Damaged(_) => "look at it with another program: the files themselves are whole",
            RunError::Unknown(_) => "`jwtfix undo --list` names the runs that can be undone",
            RunError::NotOfIt { .. } => "name a file or directory that it changed",
            RunError::Changed(_) => "look at them first: what was written since would be lost",
            RunError::HalfDone { .. } => {
                "every file is whole, the old one or the new one: `jwtfix undo` takes it back when the cause is gone"
            }
        }
    }
}

/// What a run was for, and how far it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// `jwtfix/run/v1`.
    format: String,
    /// Its name.
    pub id: String,
    /// The time that it signed for, Unix seconds.
    pub at: i64,
    /// The command in words.
    pub words: String,
    /// What tells this command from another: where it runs and what it was given.
    command: String,
    /// How far it came.
    pub state: State,
    /// The processes that worked on it.
    processes: Vec<u32>,
    /// The directories that it locks.
    roots: Vec<Name>,
    /// Those of them in which it changes files at any depth.
    trees: Vec<Name>,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is at work, or was stopped.
    Open,
    /// It did all of its work.
    Done,
    /// It was taken back.
    Undone,
}

impl State {
    /// A word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            State::Open => "interrupted",
            State::Done => "done",
            State::Undone => "undone",
        }
    }
}

/// The directory of journals, one for each run.
pub struct Runs {
    root: PathBuf,
}

impl Runs {
    /// The journals below this directory, which need not be there.
    pub fn at(root: PathBuf) -> Runs {
        Runs { root }
    }

    /// Every run, the last one last.
    pub fn list(&self) -> Result<Vec<Head>, RunError> {
        let names = match disk::names(&self.root) {
            Ok(names) => names,
            Err(DiskError::NotFound { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut heads: Vec<Head> = names.iter().filter_map(|path| head(path).ok()).collect();
        heads.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(heads)
    }

    /// A run of the same command that was stopped: its time is the time to sign for, so that what it wrote is what would
    /// be written again.
    pub fn interrupted(&self, command: &str) -> Result<Option<Head>, RunError> {
        let command = fingerprint(command);
        let heads = self.list()?;
        Ok(heads.into_iter().rev().find(|head| head.state == State::Open && head.command == command))
    }

    /// Begins a run of a command, or goes on with one that was stopped. `roots` are what it changes: directories, and
    /// single files, whose directories are locked. The journal stands in none of them.
    pub fn begin(&self, command: &str, words: &str, at: i64, roots: &[PathBuf]) -> Result<Run, RunError> {
        disk::make_directory(&self.root)?;
        let journal = real(&self.root);
        let mut directories = BTreeSet::from([journal.clone()]);
        let mut trees = Vec::new();
        for root in roots {
            let tree = disk::look(root)?.directory;
            let changed = real(&if tree { root.clone() } else { parent(root) });
            if journal == changed || (tree && journal.starts_with(&changed)) {
                return Err(RunError::Inside { journal, changed });
            }
            if tree {
                trees.push(Name(changed.clone()));
            }
            directories.insert(changed);
        }
        let locks: Vec<Lock> = directories.iter().map(|path| locked(path)).collect::<Result<_, _>>()?;
        let roots: Vec<Name> = directories.into_iter().filter(|path| *path != journal).map(Name).collect();
        let mut run = match self.interrupted(command)? {
            Some(head) => self.resume(head, locks)?,
            None => self.create(command, words, at, (roots, trees), locks)?,
        };
        run.head.processes.push(std::process::id());
        run.save()?;
        Ok(run)
    }

    fn create(
        &self,
        command: &str,
        words: &str,
        at: i64,
        (roots, trees): (Vec<Name>, Vec<Name>),
        locks: Vec<Lock>,
    ) -> Result<Run, RunError> {
        let command = fingerprint(command);
        let stamp = stamp(at);
        let id = (0..)
            .map(|count| if count == 0 { stamp.clone() } else { format!("{stamp}-{count}") })
            .find(|id| disk::look(&self.root.join(id)).is_err())
            .expect("numbers do not end");
        let directory = self.root.join(&id);
        disk::make_directory(&directory)?;
        let head = Head {
            format: FORMAT.into(),
            id,
            at,
            words: words.to_owned(),
            command,
            state: State::Open,
            processes: Vec::new(),
            roots,
            trees,
        };
        Ok(Run::new(directory, head, locks, HashMap::new(), false)?)
    }

    fn resume(&self, head: Head, locks: Vec<Lock>) -> Result<Run, RunError> {
        let directory = self.root.join(&head.id);
        let (records, whole) = records(&directory)?;
        let mut known = HashMap::new();
        for record in &records {
            if let Done::Rewritten { file, before, after, .. } = &record.done {
                known.insert(file.0.clone(), (*before, *after));
            }
        }
        sweep(&head);
        let run = Run::new(directory, head, locks, known, true)?;
        run.log.cut(whole as u64)?;
        Ok(run)
    }

    /// The run with this name; without a name the last that can be undone.
    pub fn find(&self, id: Option<&str>) -> Result<Head, RunError> {
        let mut heads = self.list()?;
        match id {
            Some(id) => {
                let found = heads.into_iter().find(|head| head.id == id);
                found.ok_or_else(|| RunError::Unknown(id.to_owned()))
            }
            None => {
                heads.retain(|head| head.state != State::Undone);
                heads.pop().ok_or_else(|| RunError::Unknown("that could be undone".into()))
            }
        }
    }

    /// Takes a run back: every file is again what it was, or nothing is done. Returns how many files changed.
    /// With `leave_changed`, files that another hand wrote since are left as they are; without, they are in the way.
    pub fn undo(&self, head: &Head, leave_changed: bool) -> Result<usize, RunError> {
        let _locks = self.locks(head)?;
        let directory = self.root.join(&head.id);
        let undone = take_back(&directory, &leave(leave_changed))?;
        sweep(head);
        let mut head = head.clone();
        head.state = State::Undone;
        save(&directory, &head)?;
        Ok(undone)
    }

    /// Takes back what a run did to these files and to everything below these directories, and leaves the rest of it as it
    /// is: it can be taken back later. A file that got another name answers to both. Returns how many files changed.
    pub fn undo_only(&self, head: &Head, paths: &[PathBuf], leave_changed: bool) -> Result<usize, RunError> {
        let _locks = self.locks(head)?;
        let directory = self.root.join(&head.id);
        let (records, _) = records(&directory)?;
        let mut meant: HashSet<PathBuf> = HashSet::new();
        for path in paths.iter().map(|path| absolute(path)) {
            let before = meant.len();
            let below = |file: &&PathBuf| file.starts_with(&path) || file.starts_with(real(&path));
            meant.extend(records.iter().flat_map(|record| record.done.files()).filter(below).cloned());
            if meant.len() == before {
                return Err(RunError::NotOfIt { id: head.id.clone(), path });
            }
        }
        // What has another name now had others before.
        for record in records.iter().rev() {
            if let Done::Renamed { from: Name(from), to: Name(to), .. } = &record.done
                && (meant.contains(from) || meant.contains(to))
            {
                meant.extend([from.clone(), to.clone()]);
            }
        }
        let own = |record: &Record| record.done.files().any(|file| meant.contains(file));
        let records: Vec<Record> = records.into_iter().filter(own).collect();
        undo_steps(&steps(&records, &leave(leave_changed))?)
    }

    fn locks(&self, head: &Head) -> Result<Vec<Lock>, RunError> {
        let mut locks = vec![locked(&self.root)?];
        for root in &head.roots {
            if disk::look(&root.0).is_ok() {
                locks.push(locked(&root.0)?);
            }
        }
        Ok(locks)
    }

    /// How many files an undo would change, and that nothing stands in its way.
    pub fn would_undo(&self, head: &Head, leave_changed: bool) -> Result<usize, RunError> {
        let (records, _) = records(&self.root.join(&head.id))?;
        Ok(files(&steps(&records, &leave(leave_changed))?))
    }
}

fn leave(changed: bool) -> Leave {
    if changed { Leave::Changed } else { Leave::Only(HashSet::new()) }
}

const FORMAT: &str = "jwtfix/run/v1";
/// What a run was for.
const HEAD: &str = "run.json";
/// What it did.
const JOURNAL: &str = "journal";

/// A command's identity without its words.
fn fingerprint(command: &str) -> String {
    format!("{:?}", Hash::of(command.as_bytes()))
}

/// `20270302T091407Z`.
fn stamp(at: i64) -> String {
    match jiff::Timestamp::from_second(at) {
        Ok(at) => at.strftime("%Y%m%dT%H%M%SZ").to_string(),
        Err(_) => format!("at{at}"),
    }
}

fn locked(path: &Path) -> Result<Lock, RunError> {
    disk::lock(path)?.ok_or_else(|| RunError::Locked(path.to_owned()))
}

/// A path without links, as far as it can be told.
fn real(path: &Path) -> PathBuf {
    disk::real(path).unwrap_or_else(|| path.to_owned())
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether a file belongs to the journal of a run: what undoing needs is nobody's to change.
pub(super) fn is_of_a_run(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name == JOURNAL || name == HEAD);
    named && head(&parent(path)).is_ok()
}

fn head(directory: &Path) -> Result<Head, RunError> {
    let path = directory.join(HEAD);
    let bytes = disk::read(&path, 1 << 20)?;
    let head: Head = serde_json::from_slice(&bytes).map_err(|_| RunError::Damaged(directory.to_owned()))?;
    if head.format != FORMAT {
        return Err(RunError::Damaged(directory.to_owned()));
    }
    Ok(head)
}

fn save(directory: &Path, head: &Head) -> Result<(), RunError> {
    let bytes = serde_json::to_vec_pretty(head).expect("text and numbers become JSON");
    let how = Write { secret: true, durable: true, ..Write::default() };
    Ok(disk::write_atomic(&directory.join(HEAD), &bytes, how)?)
}

fn records(directory: &Path) -> Result<(Vec<Record>, usize), RunError> {
    match disk::read(&directory.join(JOURNAL), LARGEST_JOURNAL) {
        Ok(bytes) => Ok(Record::read_all(&bytes)),
        // Nothing was written before the run was stopped.
        Err(DiskError::NotFound { .. }) => Ok((Vec::new(), 0)),
        Err(error) => Err(error.into()),
    }
}

/// Removes what stopped processes left beside the files. What cannot be removed is in nobody's way: no server and no nsc
/// reads such a name.
fn sweep(head: &Head) {
    let left = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let process = name
            .strip_prefix(".jwtfix-")
            .and_then(|rest| rest.strip_suffix(".tmp")?.split('-').next()?.parse().ok());
        process.is_some_and(|process| head.processes.contains(&process))
    };
    for Name(root) in &head.roots {
        disk::names(root)
            .unwrap_or_default()
            .iter()
            .filter(|path| left(path))
            .for_each(|path| _ = disk::remove(path));
    }
    for Name(tree) in &head.trees {
        let _ = disk::walk(tree, |seen| {
            if let Seen::File(path) = seen
                && left(path)
            {
                let _ = disk::remove(path);
            }
            ControlFlow::<()>::Continue(())
        });
    }
}

/// A run at work.
pub struct Run {
    directory: PathBuf,
    head: Head,
    log: Log,
    /// What a stopped run has told of already: bytes before and after.
    known: HashMap<PathBuf, (Hash, Hash)>,
    waiting: Vec<Waiting>,
    /// Directories whose names changed and were not yet waited for.
    directories: BTreeSet<PathBuf>,
    /// Files of which the journal tells and to which nothing was done.
    untouched: HashSet<PathBuf>,
    done: usize,
    resumed: bool,
    _locks: Vec<Lock>,
}

enum Waiting {
    Bytes { path: PathBuf, staged: Staged, record: Option<Record> },
    Name { from: PathBuf, to: PathBuf, record: Record },
    Mode { path: PathBuf, mode: u32, record: Record },
}

impl Waiting {
    fn record(&self) -> Option<&Record> {
        match self {
            Waiting::Bytes { record, .. } => record.as_ref(),
            Waiting::Name { record, .. } | Waiting::Mode { record, .. } => Some(record),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Waiting::Bytes { path, .. } | Waiting::Name { to: path, .. } | Waiting::Mode { path, .. } => path,
        }
    }

    fn staged(&self) -> Option<&Staged> {
        match self {
            Waiting::Bytes { staged, .. } => Some(staged),
            Waiting::Name { .. } | Waiting::Mode { .. } => None,
        }
    }

    /// Lets it happen. The directories whose names change are to be waited for.
    fn happen(self, directories: &mut BTreeSet<PathBuf>) -> Result<(), DiskError> {
        match self {
            Waiting::Bytes { staged, .. } => _ = directories.insert(staged.take_place()?),
            Waiting::Name { from, to, .. } => {
                disk::rename(&from, &to)?;
                directories.extend([parent(&from), parent(&to)]);
            }
            Waiting::Mode { path, mode, .. } => disk::change_mode(&path, mode)?,
        }
        Ok(())
    }
}

impl Run {
    fn new(
        directory: PathBuf,
        head: Head,
        locks: Vec<Lock>,
        known: HashMap<PathBuf, (Hash, Hash)>,
        resumed: bool,
    ) -> Result<Run, DiskError> {
        let log = Log::open(&directory.join(JOURNAL))?;
        Ok(Run {
            directory,
            head,
            log,
            known,
            waiting: Vec::new(),
            directories: BTreeSet::new(),
            untouched: HashSet::new(),
            done: 0,
            resumed,
            _locks: locks,
        })
    }

    fn save(&self) -> Result<(), RunError> {
        save(&self.directory, &self.head)
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// Whether it goes on where another was stopped.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Gives a file new bytes. `facts` and `old` are what was read of it.
    pub fn rewrite(&mut self, path: &Path, facts: Facts, old: &[u8], new: &NewBytes) -> Result<(), RunError> {
        let secret = |WouldKeepSecret| RunError::Secret(path.to_owned());
        let path = absolute(path);
        let record = match self.known.get(&path) {
            Some(known) if *known == (Hash::of(old), Hash::of(&new.bytes)) => None,
            _ => Some(new.record(&path, old).map_err(secret)?),
        };
        let how = Write { replaces: Some(facts), ..Write::default() };
        let staged = disk::stage(&path, &new.bytes, how)?;
        self.wait(Waiting::Bytes { path, staged, record })
    }

    /// Makes a file; nothing may stand at its path. `secret` files are for their owner alone.
    pub fn make(&mut self, path: &Path, bytes: &[u8], secret: bool) -> Result<(), RunError> {
        let path = absolute(path);
        disk::make_directory(&parent(&path))?;
        let done = Done::Made { file: Name(path.clone()), after: Hash::of(bytes) };
        let staged = disk::stage(&path, bytes, Write { secret, new: true, ..Write::default() })?;
        self.wait(Waiting::Bytes { path, staged, record: Some(Record { done, gone: Vec::new() }) })
    }

    /// Gives a file another name; nothing may stand there.
    pub fn rename(&mut self, from: &Path, to: &Path, bytes: &[u8]) -> Result<(), RunError> {
        let (from, to) = (absolute(from), absolute(to));
        let done = Done::Renamed { from: Name(from.clone()), to: Name(to.clone()), hash: Hash::of(bytes) };
        self.wait(Waiting::Name { from, to, record: Record { done, gone: Vec::new() } })
    }

    /// Gives a file other permission bits.
    pub fn mode(&mut self, path: &Path, before: u32, after: u32) -> Result<(), RunError> {
        let path = absolute(path);
        let done = Done::Mode { file: Name(path.clone()), before, after };
        self.wait(Waiting::Mode { path, mode: after, record: Record { done, gone: Vec::new() } })
    }

    fn wait(&mut self, waiting: Waiting) -> Result<(), RunError> {
        self.waiting.push(waiting);
        if self.waiting.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Brings what waits to the disk, the record of it first. What power may fail between:
    ///
    /// 1. New bytes stand beside the old ones, and the journal tells of them. Of either any part may be on the disk; the
    ///    files themselves are the old ones.
    /// 2. One wait brings both to the disk, with the names of the batch before. Until it ends no name changes.
    /// 3. Each new file takes its name at once. Which of the names are on the disk when power fails is the file system's
    ///    to say, but each is that of whole old bytes or whole new ones, and the journal on the disk tells of every one:
    ///    a later run goes by the bytes that it finds, and so does undoing.
    /// 4. The next batch's wait, or the last one, brings these names to the disk.
    pub fn flush(&mut self) -> Result<(), RunError> {
        let waiting = std::mem::take(&mut self.waiting);
        let paths = || waiting.iter().map(|waiting| waiting.path().to_owned());
        let mut records = Vec::new();
        waiting.iter().filter_map(Waiting::record).for_each(|record| record.write(&mut records));
        let staged: Vec<&Staged> = waiting.iter().filter_map(Waiting::staged).collect();
        let written = self.log.append(&records).map_err(RunError::from);
        let settled = written.and_then(|()| settle(Some(&self.log), &staged, &mut self.directories));
        settled.inspect_err(|_| self.untouched.extend(paths()))?;
        let mut waiting = waiting.into_iter();
        while let Some(next) = waiting.next() {
            let path = next.path().to_owned();
            if let Err(error) = next.happen(&mut self.directories) {
                self.untouched.extend(waiting.map(|waiting| waiting.path().to_owned()).chain([path]));
                return Err(error.into());
            }
            self.done += 1;
        }
        Ok(())
    }

    /// Ends the run: all of it is on the disk. Returns how many files it changed.
    pub fn finish(mut self) -> Result<usize, RunError> {
        let settled = self.flush().and_then(|()| settle(None, &[], &mut self.directories));
        if let Err(error) = settled {
            return Err(self.give_up(error));
        }
        self.head.state = State::Done;
        self.save()?;
        Ok(self.done)
    }

    /// Ends a run that cannot go on, and takes back what it did.
    pub fn give_up(mut self, error: RunError) -> RunError {
        let mut untouched = std::mem::take(&mut self.untouched);
        untouched.extend(self.waiting.drain(..).map(|waiting| waiting.path().to_owned()));
        match take_back(&self.directory, &Leave::Only(untouched)) {
            Ok(_) => {
                self.head.state = State::Undone;
                match self.save() {
                    // A head that says "open" is as good: there is nothing left to undo.
                    Ok(()) | Err(_) => error,
                }
            }
            Err(undo) => {
                RunError::HalfDone { error: Box::new(error), undo: Box::new(undo), id: self.head.id.clone() }
            }
        }
    }
}

/// Waits until these new bytes, the log and the names of these directories are on the disk: for a few files one by one, all
/// of them at the same time; from [`MANY`] on for their file systems as a whole.
fn settle(
    log: Option<&Log>,
    staged: &[&Staged],
    directories: &mut BTreeSet<PathBuf>,
) -> Result<(), RunError> {
    if staged.len() + directories.len() >= MANY {
        disk::sync_all(log, staged.iter().copied(), &*directories)?;
    } else {
        std::thread::scope(|scope| {
            let share = staged.len().div_ceil(WAITERS).max(1);
            let waiters: Vec<_> = staged
                .chunks(share)
                .map(|share| scope.spawn(move || share.iter().try_for_each(|staged| staged.sync())))
                .collect();
            let mut outcome = log.map_or(Ok(()), Log::sync);
            for waiter in waiters {
                outcome = outcome.and(waiter.join().expect("waiting for the disk does not panic"));
            }
            outcome.and_then(|()| directories.iter().try_for_each(|path| disk::sync_directory(path)))
        })?;
    }
    directories.clear();
    Ok(())
}

fn absolute(path: &Path) -> PathBuf {
    if path.is_absolute() {
        return path.to_owned();
    }
    match disk::real(Path::new(".")) {
        Some(here) => here.join(path),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
