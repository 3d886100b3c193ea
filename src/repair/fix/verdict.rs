//! Would the server let the clients in whose credentials were looked at: as things stand, and as they would stand?

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::{After, name, parent};
use super::place::{self, Edited, Home, Lack, Placing, lacks_its_own};
use super::{Deed, FileChange, FixError, Fixes, ROUNDS, Wanted};
use crate::disk::{self, DiskError};
use crate::file::config::{Metadata, ReadError, Sources};
use crate::file::{Kind as FileKind, creds};
use crate::nkey::identify;
use crate::repair::journal::NewBytes;
use crate::repair::survey::{Given, LARGEST, Survey};
use crate::server::client::Signature;
use crate::server::options::ServerOptions;
use crate::server::startup::{Change, StartVerdict, reload, startup};
use crate::server::world::World;
use crate::server::{Client, Outcome, Verdict, Version};

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
    /// What differs of what it is told, and what a reload makes of that.
    pub changes: Vec<Change>,
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
    /// Accounts that it finds and trusts.
    good: BTreeSet<String>,
}

impl Answer {
    /// Whether it starts, and has and trusts this account.
    pub(super) fn takes(&self, account: &str) -> bool {
        self.starts && (self.good.contains(account) || self.options.system_account == account)
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

    /// A path of the server as others would name it.
    pub(super) fn named(&self, path: &Path) -> PathBuf {
        let base = self.base.strip_prefix(".").unwrap_or(&self.base);
        base.join(path.strip_prefix(".").unwrap_or(path))
    }
}

impl Sources for Around<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.read(&self.base.join(path)).map(|bytes| bytes.to_vec()).map_err(|error| match error {
            DiskError::NotFound { .. } => ReadError::NotFound,
            DiskError::Denied { .. } => ReadError::Denied,
            DiskError::Directory { .. } => ReadError::Directory,
            other => ReadError::Other(other.to_string()),
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        match disk::look(&path) {
            Ok(facts) => {
                Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
            }
            Err(DiskError::NotFound { .. }) => Err(ReadError::NotFound),
            Err(error) => Err(ReadError::Other(error.to_string())),
        }
    }
}

/// A path without links, also of what does not stand there yet.
pub(super) fn real(path: &Path) -> PathBuf {
    let directory = parent(path);
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    match (disk::real(directory), path.file_name()) {
        (Some(directory), Some(name)) => directory.join(name),
        _ => path.to_owned(),
    }
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
        let places = survey.places.iter().filter(|place| place.given > Given::Context);
        let all: Vec<&Path> =
            places.filter(|place| place.kind == FileKind::Creds).map(|place| place.path.as_path()).collect();
        let question = Question { server, clients: &all, environment, now, version };
        let before = question.answer(&HashMap::new())?;
        let mut then: HashMap<PathBuf, Then<'_>> = HashMap::new();
        for after in self.after.iter().filter(|after| after.path != after.from) {
            then.insert(real(&after.from), Then::Nothing);
        }
        let stay = self.after.iter().filter(|after| !after.aside);
        then.extend(stay.map(|after| (real(&after.path), Then::File(after))));
        let mut after = if then.is_empty() { before.clone() } else { question.answer(&then)? };
        let mut placing = Placing::default();
        for _ in 0..ROUNDS {
            if !placing.take(survey, &question.around(&then), &after, wanted) {
                break;
            }
            after = placing.ask(&question, &then, &after.options)?;
        }
        let lost = all.iter().zip(before.accepted.iter().zip(&after.accepted));
        let lost = lost.filter(|(_, (was, is))| **was && !**is).map(|(path, _)| (*path).to_owned()).collect();
        let count = |all: &[bool]| all.iter().filter(|one| **one).count();
        self.verdicts = Some(Verdicts {
            server: server.to_owned(),
            clients: all.len(),
            starts: (before.starts, after.starts),
            accepted: (count(&before.accepted), count(&after.accepted)),
            lost,
            changes: reload(&before.options, &after.options),
        });
        self.put(placing)?;
        Ok(())
    }

    /// Takes in what is put somewhere for the server.
    fn put(&mut self, placing: Placing) -> Result<(), FixError> {
        let Placing { placed, edited, mut refused, .. } = placing;
        self.refused.append(&mut refused);
        if let Some(edited) = edited {
            let preloaded = placed.iter().filter(|placed| placed.home == Home::Preload);
            let deeds = preloaded.clone().map(|placed| {
                let text = placed.token.as_bytes();
                let at =
                    edited.bytes.windows(text.len()).rposition(|there| there == text).unwrap_or_default();
                let line = edited.bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
                Deed::Preloaded { account: placed.account.clone(), from: placed.from.clone(), line }
            });
            let (deeds, codes) = (deeds.collect(), preloaded.map(|placed| placed.code).collect());
            self.edit(&edited, deeds, codes)?;
        }
        for placed in placed {
            let Home::File(path) = &placed.home else { continue };
            self.files.push(FileChange {
                path: path.clone(),
                deeds: vec![Deed::Made { account: placed.account.clone(), from: placed.from.clone() }],
                codes: BTreeSet::from([placed.code]),
            });
            self.made.push((path.clone(), placed.token));
        }
        Ok(())
    }

    /// Takes in what is put into the configuration, which may change in other ways too.
    fn edit(
        &mut self,
        edited: &Edited,
        mut deeds: Vec<Deed>,
        codes: BTreeSet<&'static str>,
    ) -> Result<(), DiskError> {
        let place = real(&edited.path);
        let known = self.after.iter().position(|after| !after.aside && real(&after.path) == place);
        let number = match known {
            Some(number) => number,
            None => {
                self.after.push(After::as_is(&edited.path)?);
                self.after.len() - 1
            }
        };
        let after = &mut self.after[number];
        let mut new = match after.new.take() {
            Some(new) => new,
            None => NewBytes::splice(&disk::read(&after.from, LARGEST)?, &[]),
        };
        edited.pieces.iter().rev().for_each(|(at, piece)| new.insert(*at, piece));
        if *new.bytes != edited.bytes {
            return Err(DiskError::Changed { path: after.from.clone() });
        }
        after.new = Some(new);
        let from = after.from.clone();
        match self.files.iter_mut().find(|change| change.path == from) {
            Some(change) => {
                change.deeds.append(&mut deeds);
                change.codes.extend(codes);
            }
            None => self.files.push(FileChange { path: from, deeds, codes }),
        }
        Ok(())
    }
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
        let (mut accepted, mut good) = (Vec::new(), BTreeSet::new());
        let mut lacking: BTreeSet<Lack> = lacks_its_own(&startup).into_iter().collect();
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
            accepted.push(starts && decision.verdict == Verdict::Accept);
            lacking.extend(place::lacking(&decision).filter(|_| starts));
            let passes = |gate| decision.step(gate).is_some_and(|step| step.outcome == Outcome::Pass);
            if passes("CON-17") && passes("CON-18") {
                good.extend(decision.granted.map(|granted| granted.account));
            }
        }
        Ok(Answer { starts, options: startup.options.clone(), accepted, lacking, good })
    }
}
