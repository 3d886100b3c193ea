//! The audit of everything that stands below some paths: streaming, parallel, in bounded memory.
//!
//! In a first pass every token is looked at by itself, by as many workers as are wanted; each takes the next names of
//! the directory that is open, reads the files behind them, verifies their signatures together and keeps of an account
//! what others can ask of it ([`facts`]). What crosses accounts is looked at after that, and only what is told is read
//! again.

mod across;
mod expirations;
mod facts;
mod graph;
mod imports;
mod keys;
mod look;
mod operators;
mod read;
mod recall;
mod seeds;
mod servers;
mod user;
mod users;
mod verified;
mod walk;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use self::expirations::Expirations;
use self::facts::{Asked, Facts};
use self::look::{Gains, Looker};
use self::read::Arena;
pub use self::servers::{When, configuration};
use self::verified::{Payloads, Verified};
use self::walk::{Chunk, Walker};
use super::{Policy, Report};
use crate::disk::Entry;
use crate::lint::Finding;
use crate::lint::view::Scene;
use crate::nkey::Signed;
use crate::server::Version;

/// Verifies signatures, some hundred at a time: whether each holds, in their order.
pub type Verify<'a> = &'a (dyn Fn(&[Signed<'_>]) -> Vec<bool> + Sync);

/// How an audit is done.
pub struct Settings<'a> {
    /// The time that is judged for, Unix seconds.
    pub now: i64,
    /// The server's release.
    pub version: Version,
    /// Keys that may sign accounts, besides those that the servers trust; where nobody names any, those of the operators
    /// that are found.
    pub trust: Vec<String>,
    /// Configurations of servers that run here.
    pub servers: Vec<PathBuf>,
    /// The environment of the servers.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Verifies signatures; [`crate::nkey::Batch`] is made for it.
    pub verify: Verify<'a>,
    /// Workers; at least one.
    pub threads: usize,
    /// What is told.
    pub policy: &'a Policy,
    /// How many findings of each rule the report keeps, the first in the order of their files.
    pub kept: usize,
    /// How many expirations are kept, the soonest.
    pub expirations: usize,
    /// How many imports are kept for the graph, those that do not work first.
    pub edges: usize,
    /// Is told every finding that is told at all, also those that the report only counts; from any thread.
    pub told: Option<&'a (dyn Fn(&Finding) + Sync)>,
    /// Files read so far, for whoever shows it.
    pub progress: &'a AtomicU64,
}

impl std::fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("now", &self.now)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Signatures that are verified together: enough to fill the lanes, few enough to stay in the cache.
const TOGETHER: usize = 192;

/// Looks at everything below `paths`.
pub fn audit(paths: Vec<PathBuf>, settings: &Settings<'_>) -> Report {
    let mut gains = Gains::new(settings);
    let given = servers::given(settings, &mut gains.unread);
    let server = given.first().map(|server| &server.startup.options);
    let scene = Scene { now: settings.now, version: settings.version, server };
    let resolvers: Vec<PathBuf> = given.iter().filter_map(servers::Server::resolver).collect();
    let walker = Mutex::new(Walker::new(paths, &resolvers));
    let facts = Mutex::new(Facts::default());
    std::thread::scope(|scope| {
        let work = || worker(&walker, &facts, &scene, settings);
        let others: Vec<_> = (1..settings.threads.max(1)).map(|_| scope.spawn(work)).collect();
        gains.merge(work());
        for other in others {
            gains.merge(other.join().expect("a worker does not panic on any input"));
        }
    });
    let mut walker = walker.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut facts = facts.into_inner().unwrap_or_else(PoisonError::into_inner);
    let trusted = given.iter().flat_map(|server| server.startup.options.trust());
    let trust: HashSet<String> =
        settings.trust.iter().map(String::as_str).chain(trusted).map(str::to_owned).collect();
    let graph = across::across(&mut gains, &mut facts, &walker.paths, &trust, settings);
    operators::look(&mut gains, settings);
    seeds::look(&mut gains, &walker.paths, settings);
    servers::look(&mut gains, &given, &facts.accounts, &walker.paths, &scene, settings);
    let mut report = Report { at: settings.now, inputs: gains.inputs, graph, ..Report::default() };
    let mut unread = std::mem::take(&mut walker.unread);
    unread.merge(std::mem::take(&mut gains.unread));
    report.unread = unread.finished();
    gains.expirations.finish(&mut report);
    gains.gathered.finish(&mut report, settings.policy);
    report
}

/// Works until there is nothing left.
fn worker(walker: &Mutex<Walker>, facts: &Mutex<Facts>, scene: &Scene<'_>, settings: &Settings<'_>) -> Gains {
    let asked = Asked::default();
    let mut looker = Looker { settings, scene, facts, asked, gains: Gains::new(settings) };
    let (mut arena, mut payloads) = (Arena::default(), Payloads::default());
    loop {
        let chunks = walker.lock().unwrap_or_else(PoisonError::into_inner).next(TOGETHER);
        if chunks.is_empty() {
            return looker.gains;
        }
        work(&chunks, &mut arena, &mut payloads, &mut looker);
        let files: usize = chunks.iter().map(|chunk| chunk.names.len()).sum();
        settings.progress.fetch_add(files as u64, Relaxed);
    }
}

fn work(chunks: &[Chunk], arena: &mut Arena, payloads: &mut Payloads, looker: &mut Looker<'_>) {
    let files: Vec<_> = chunks
        .iter()
        .flat_map(|chunk| chunk.names.iter().map(|(name, entry)| (&*chunk.place, name, entry)))
        .filter(|(_, _, entry)| *entry != Entry::Directory)
        .collect();
    for files in files.chunks(TOGETHER) {
        let items = arena.fill(files, &mut looker.gains.unread);
        let opened = read::open(&items, arena);
        let texts = read::texts(&items, arena, &opened);
        let verified = Verified::new(&texts, payloads, looker.settings.verify);
        looker.files(&items, &opened, &texts, verified.read());
    }
}
