//! Would the server let the clients in whose credentials were looked at: as things stand, and as they would stand?

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::checked;
use super::files::{After, name, parent};
use super::moved::distrust;
use super::place::{self, Lack, Placing, lacks_its_own};
use super::{FixError, Fixes, ROUNDS, Wanted};
use crate::disk::{self, DiskError};
use crate::file::config::{Metadata, ReadError, Sources};
use crate::file::{Kind as FileKind, creds};
use crate::lint::Finding;
use crate::lint::connect::{self, Side};
use crate::nkey::identify;
use crate::repair::survey::{Given, LARGEST, Place, Site, Survey};
use crate::server::client::Signature;
use crate::server::options::ServerOptions;
use crate::server::startup::{Change, Problem, StartVerdict, reload, startup};
use crate::server::world::World;
use crate::server::{Client, Outcome, Verdict, Version, causes};
use crate::token::Kind;

/// What a server says, before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The server's configuration.
    pub server: PathBuf,
    /// Credentials that were asked about.
    pub clients: usize,
    /// Whether it starts, before and after.
    pub starts: (bool, bool),
    /// How many it lets in, before and after.
    pub accepted: (usize, usize),
    /// Those that it lets in now, and would not let in then.
    pub lost: Vec<PathBuf>,
    /// Those that were meant themselves, and that it would refuse even then.
    pub refused: Vec<PathBuf>,
    /// Why it does not trust the account of a client then, if it does not, and what to do about that.
    pub distrust: Option<(String, String)>,
    /// What differs of what it is told, and what a reload makes of that.
    pub changes: Vec<Change>,
}

impl Verdicts {
    /// Whether it would not start even then, or refuse somebody who was meant.
    pub fn refuses(&self) -> bool {
        !self.starts.1 || !self.refused.is_empty()
    }
}

/// A server's environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What would stand at a path.
#[derive(Clone, Copy)]
pub(super) enum Then<'a> {
    Nothing,
    File(&'a After),
    Bytes(&'a [u8]),
}

/// Who is asked about whom.
pub(super) struct Question<'a> {
    pub(super) server: &'a Path,
    clients: &'a [&'a Path],
    environment: Environment<'a>,
    now: i64,
    pub(super) version: Version,
}

/// What a server says.
#[derive(Clone)]
pub(super) struct Answer {
    starts: bool,
    /// What it was told.
    pub(super) options: ServerOptions,
    /// Whether it lets each client in.
    accepted: Vec<bool>,
    /// Accounts whose tokens it lacks.
    pub(super) lacking: BTreeSet<Lack>,
    /// What could be put right of its files.
    pub(super) correctable: Vec<Finding>,
    /// Accounts that it finds and does not trust.
    pub(super) untrusted: BTreeSet<String>,
    /// Accounts that it finds and trusts.
    good: BTreeSet<String>,
    /// It made up a system account, since it does not find its own.
    bootstrapped: bool,
}

impl Answer {
    /// Whether it starts where the other does not, or lets in some that the other does not, and none of those less.
    pub(super) fn betters(&self, other: &Answer) -> bool {
        let all = || self.accepted.iter().zip(&other.accepted);
        let (more, less) = (all().any(|(is, was)| *is && !*was), all().any(|(is, was)| !*is && *was));
        !less && (self.starts || !other.starts) && (more || self.starts && !other.starts)
    }

    /// Whether it starts, and has and trusts this account.
    pub(super) fn takes(&self, account: &str) -> bool {
        let own = self.options.system_account == account && !self.bootstrapped;
        self.starts && (own || self.good.contains(account))
    }
}

/// The files around a server, some of which are others by now.
pub(super) struct Around<'a> {
    base: PathBuf,
    environment: Environment<'a>,
    then: &'a HashMap<PathBuf, Then<'a>>,
}

impl Around<'_> {
    pub(super) fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, DiskError> {
        match self.then.get(&real(path)) {
            Some(Then::Nothing) => Err(DiskError::NotFound { path: path.to_owned() }),
            Some(Then::File(After { new: Some(new), .. })) => Ok(Zeroizing::new(new.bytes.to_vec())),
            Some(Then::File(after)) => disk::read(&after.from, LARGEST),
            Some(Then::Bytes(bytes)) => Ok(Zeroizing::new(bytes.to_vec())),
            None => disk::read(path, LARGEST),
        }
    }

    /// Where a path of the server is.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// A path of the server as others would name it.
    pub(super) fn named(&self, path: &Path) -> PathBuf {
        let base = self.base.strip_prefix(".").unwrap_or(&self.base);
        base.join(path.strip_prefix(".").unwrap_or(path))
    }
}

impl Sources for Around<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        Ok(self.read(&self.base.join(path))?.to_vec())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        let facts = disk::look(&path)?;
        Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
    }
}

/// What somebody hears of it who reads a server's configuration.
impl From<DiskError> for ReadError {
    fn from(error: DiskError) -> ReadError {
        match error {
            DiskError::NotFound { .. } => ReadError::NotFound,
            DiskError::Denied { .. } => ReadError::Denied,
            DiskError::Directory { .. } => ReadError::Directory,
            other => ReadError::Other(other.to_string()),
        }
    }
}

/// A path without links, also of what does not stand there yet, in a directory that need not be there either.
pub(super) fn real(path: &Path) -> PathBuf {
    let directory = parent(path);
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let Some(name) = path.file_name() else { return path.to_owned() };
    disk::real(directory).unwrap_or_else(|| real(directory)).join(name)
}

impl Fixes {
    /// Asks a server, started in thought, about all credentials of the survey. If it lacks an account that is among the
    /// files, that is put right too.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn ask(
        &mut self,
        server: &Path,
        (survey, wanted): (&Survey, &Wanted),
        environment: Environment<'_>,
        (now, version): (i64, Version),
    ) -> Result<(), FixError> {
        let is_client = |place: &&Place| place.given > Given::Context && place.kind == FileKind::Creds;
        let clients: Vec<&Place> = survey.places.iter().filter(is_client).collect();
        let all: Vec<&Path> = clients.iter().map(|place| place.path.as_path()).collect();
        let question = Question { server, clients: &all, environment, now, version };
        let before = question.answer(&HashMap::new())?;
        let then = becoming(&self.after);
        let mut after = if then.is_empty() { before.clone() } else { question.answer(&then)? };
        drop(then);
        after = self.correct(&question, wanted, after)?;
        let distrust;
        (after, distrust) = self.trust(survey, &question, wanted, after)?;
        let then = becoming(&self.after);
        let mut placing = Placing::default();
        for _ in 0..ROUNDS {
            if !placing.take(survey, &question.around(&then), &after, wanted) {
                break;
            }
            after = placing.ask(&question, &then, &after.options)?;
        }
        let lost = all.iter().zip(before.accepted.iter().zip(&after.accepted));
        let lost = lost.filter(|(_, (was, is))| **was && !**is).map(|(path, _)| (*path).to_owned()).collect();
        let refused = clients.iter().zip(&after.accepted);
        let refused = refused.filter(|(place, is)| place.given >= Given::Below && !**is);
        let refused = refused.map(|(place, _)| place.path.clone()).collect();
        let count = |all: &[bool]| all.iter().filter(|one| **one).count();
        self.verdicts = Some(Verdicts {
            server: server.to_owned(),
            clients: all.len(),
            starts: (before.starts, after.starts),
            accepted: (count(&before.accepted), count(&after.accepted)),
            lost,
            refused,
            distrust,
            changes: reload(&before.options, &after.options),
        });
        self.put(placing)?;
        Ok(())
    }
}

/// What would stand where.
pub(super) fn becoming(after: &[After]) -> HashMap<PathBuf, Then<'_>> {
    let moved = after.iter().filter(|after| after.path != after.from);
    let stay = after.iter().filter(|after| !after.aside);
    let gone = moved.map(|after| (real(&after.from), Then::Nothing));
    gone.chain(stay.map(|after| (real(&after.path), Then::File(after)))).collect()
}

/// Whom a configuration trusts as it stands, and who signed an account in it that is not among them.
pub fn whom_it_trusts(
    survey: &Survey,
    server: &Path,
    environment: Environment<'_>,
    (now, version): (i64, Version),
) -> Option<String> {
    let question = Question { server, clients: &[], environment, now, version };
    let then = HashMap::new();
    let mut answer = question.answer(&then).ok()?;
    let place = real(server);
    let here = |site: &&Site| site.spots.iter().any(|spot| real(&survey.places[spot.place].path) == place);
    let accounts = survey.sites.iter().filter(|site| site.kind == Kind::Account).filter(here);
    answer.untrusted.extend(accounts.map(|site| site.subject.to_string()));
    distrust(survey, &question, &then, &answer).map(|distrust| distrust.why)
}

impl Question<'_> {
    pub(super) fn around<'t>(&'t self, then: &'t HashMap<PathBuf, Then<'t>>) -> Around<'t> {
        let directory = parent(self.server);
        let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        Around { base: base.to_owned(), environment: self.environment, then }
    }

    /// Whether the server starts, and whether it lets each client in.
    pub(super) fn answer(&self, then: &HashMap<PathBuf, Then<'_>>) -> Result<Answer, FixError> {
        let around = self.around(then);
        let bytes = around.read(self.server)?;
        let name = String::from_utf8_lossy(name(self.server));
        let startup = startup(&name, &bytes, self.version, self.now, &around);
        let starts = startup.verdict == StartVerdict::Starts;
        let files = |path: &str| around.file(path);
        let world = World::new(&startup, &files, self.version, self.now);
        let held = world.held();
        let (mut accepted, mut good, mut untrusted) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let refused = |error: &Problem| error.text.ends_with("system account: account validation failed");
        if startup.errors.iter().any(refused) {
            untrusted.insert(startup.options.system_account.clone());
        }
        let mut lacking: BTreeSet<Lack> = lacks_its_own(&startup).into_iter().collect();
        let named = |path: &str| around.named(Path::new(path)).to_string_lossy().into_owned();
        let nothing = |_: &str| Vec::new();
        let side =
            Side { held: &held, startup: &startup, named: &named, listing: &nothing, there: &|_| false };
        let mut correctable = connect::server(&side);
        for path in self.clients {
            let bytes = around.read(path)?;
            let file = creds::parse(&bytes);
            let client = match (&file.token, &file.seed) {
                (Some(token), Some(seed)) => {
                    let key = identify(seed.text()).and_then(|identity| identity.public);
                    Client {
                        jwt: Some(Zeroizing::new(token.text().to_owned())),
                        signature: key.map_or(Signature::None, |key| Signature::By(key.to_string())),
                        ..Client::default()
                    }
                }
                _ => Client::default(),
            };
            let decision = crate::server::connect::connect(&held, &client);
            correctable.extend(connect::client(&decision, &checked::place(path), None, &side));
            accepted.push(starts && decision.verdict == Verdict::Accept);
            lacking.extend(place::lacking(&decision).filter(|_| starts));
            let distrusts = decision.causes.iter().filter(|cause| cause.id == causes::UNTRUSTED);
            untrusted.extend(distrusts.map(|cause| cause.asked.clone()));
            let passes = |gate| decision.step(gate).is_some_and(|step| step.outcome == Outcome::Pass);
            if passes("CON-17") && passes("CON-18") {
                good.extend(decision.granted.map(|granted| granted.account));
            }
        }
        correctable.retain(|finding| finding.fix.is_some());
        Ok(Answer {
            starts,
            correctable,
            options: startup.options.clone(),
            accepted,
            lacking,
            untrusted,
            good,
            bootstrapped: startup.bootstrapped,
        })
    }
}
