//! Would the server let the clients in whose credentials were looked at: as things stand, and as they would stand?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::{After, name, parent};
use super::{Deed, FileChange, FixError, Fixes, Wanted, place};
use crate::disk::{self, DiskError};
use crate::file::config::{Metadata, ReadError, Sources};
use crate::file::{Kind as FileKind, creds};
use crate::nkey::identify;
use crate::repair::survey::{Given, LARGEST, Survey};
use crate::server::client::Signature;
use crate::server::startup::{StartVerdict, startup};
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
}

/// A server's environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What would stand at a path.
#[derive(Clone, Copy)]
pub(super) enum Then<'a> {
    Nothing,
    File(&'a After),
    Token(&'a str),
}

/// Who is asked about whom.
struct Question<'a> {
    server: &'a Path,
    clients: &'a [&'a Path],
    environment: Environment<'a>,
    now: i64,
    version: Version,
}

/// What a server says.
#[derive(Clone)]
pub(super) struct Answer {
    starts: bool,
    /// Whether it lets each client in.
    accepted: Vec<bool>,
    /// Accounts whose tokens it lacks, and the files in which it looks for them.
    pub(super) lacking: BTreeMap<String, PathBuf>,
    /// Accounts that it finds and trusts.
    good: BTreeSet<String>,
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
            Some(Then::Token(token)) => Ok(Zeroizing::new(token.as_bytes().to_vec())),
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
fn real(path: &Path) -> PathBuf {
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
        let (mut made, mut refused) = (Vec::new(), Vec::new());
        if wanted.only.is_empty() || wanted.only.contains(place::CODE) {
            (made, refused) = place::place(survey, &question.around(&then), &after);
        }
        if !made.is_empty() {
            let mut with = then.clone();
            with.extend(made.iter().map(|made| (real(&made.path), Then::Token(&made.token))));
            after = question.answer(&with)?;
            made.retain(|made| {
                let good = after.good.contains(&made.account);
                if !good {
                    let why = "the server lacks this account, and would not take this token of it";
                    refused.push((made.from.clone(), why.to_owned()));
                }
                good
            });
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
        });
        self.files.extend(made.iter().map(|made| FileChange {
            path: made.path.clone(),
            deeds: vec![Deed::Made { account: made.account.clone(), from: made.from.clone() }],
            codes: BTreeSet::from([place::CODE]),
        }));
        self.made = made;
        self.refused.append(&mut refused);
        Ok(())
    }
}

impl Question<'_> {
    fn around<'t>(&'t self, then: &'t HashMap<PathBuf, Then<'t>>) -> Around<'t> {
        let directory = parent(self.server);
        let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        Around { base: base.to_owned(), environment: self.environment, then }
    }

    /// Whether the server starts, and whether it lets each client in.
    fn answer(&self, then: &HashMap<PathBuf, Then<'_>>) -> Result<Answer, FixError> {
        let around = self.around(then);
        let bytes = around.read(self.server)?;
        let name = String::from_utf8_lossy(name(self.server));
        let startup = startup(&name, &bytes, self.version, self.now, &around);
        let starts = startup.verdict == StartVerdict::Starts;
        let files = |path: &str| around.file(path);
        let world = World::new(&startup, &files, self.version, self.now);
        let held = world.held();
        let (mut accepted, mut lacking, mut good) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
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
            lacking.extend(place::lacking(&startup.options, &decision).filter(|_| starts));
            let passes = |gate| decision.step(gate).is_some_and(|step| step.outcome == Outcome::Pass);
            if passes("CON-17") && passes("CON-18") {
                good.extend(decision.granted.map(|granted| granted.account));
            }
        }
        Ok(Answer { starts, accepted, lacking, good })
    }
}
