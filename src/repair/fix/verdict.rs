//! Would the server let the clients in whose credentials were looked at: as things stand, and as they would stand?

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::{After, name, parent};
use super::{FixError, Fixes};
use crate::disk::{self, DiskError};
use crate::file::config::{Metadata, ReadError, Sources};
use crate::file::{Kind as FileKind, creds};
use crate::nkey::identify;
use crate::repair::survey::{Given, LARGEST, Survey};
use crate::server::client::Signature;
use crate::server::startup::{StartVerdict, startup};
use crate::server::world::World;
use crate::server::{Client, Verdict, Version};

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

/// The files around a server, some of which are others by now.
struct Around<'a> {
    base: PathBuf,
    environment: Environment<'a>,
    /// What would stand at a path: none where nothing would.
    then: HashMap<PathBuf, Option<&'a After>>,
}

impl Around<'_> {
    fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, DiskError> {
        match self.then.get(&real(path)) {
            Some(None) => Err(DiskError::NotFound { path: path.to_owned() }),
            Some(Some(After { new: Some(new), .. })) => Ok(Zeroizing::new(new.bytes.to_vec())),
            Some(Some(after)) => disk::read(&after.from, LARGEST),
            None => disk::read(path, LARGEST),
        }
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
        match disk::look(&self.base.join(path)) {
            Ok(facts) => Ok(Metadata { directory: facts.directory, mode: facts.mode }),
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
    /// Asks a server, started in thought, about all credentials of the survey.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn ask(
        &mut self,
        server: &Path,
        survey: &Survey,
        environment: Environment<'_>,
        when: (i64, Version),
    ) -> Result<(), FixError> {
        let places = survey.places.iter().filter(|place| place.given > Given::Context);
        let all: Vec<&Path> =
            places.filter(|place| place.kind == FileKind::Creds).map(|place| place.path.as_path()).collect();
        let before = accepted(server, &all, environment, when, HashMap::new())?;
        let mut then: HashMap<PathBuf, Option<&After>> = HashMap::new();
        for after in self.after.iter().filter(|after| after.path != after.from) {
            then.insert(real(&after.from), None);
        }
        then.extend(
            self.after.iter().filter(|after| !after.aside).map(|after| (real(&after.path), Some(after))),
        );
        let after = accepted(server, &all, environment, when, then)?;
        let lost = all.iter().zip(before.1.iter().zip(&after.1)).filter(|(_, (was, is))| **was && !**is);
        let lost = lost.map(|(path, _)| (*path).to_owned()).collect();
        let count = |all: &[bool]| all.iter().filter(|one| **one).count();
        self.verdicts = Some(Verdicts {
            server: server.to_owned(),
            clients: all.len(),
            starts: (before.0, after.0),
            accepted: (count(&before.1), count(&after.1)),
            lost,
        });
        Ok(())
    }
}

/// Whether the server starts, and whether it lets each client in.
fn accepted(
    server: &Path,
    clients: &[&Path],
    environment: Environment<'_>,
    (now, version): (i64, Version),
    then: HashMap<PathBuf, Option<&After>>,
) -> Result<(bool, Vec<bool>), FixError> {
    let directory = parent(server);
    let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let around = Around { base: base.to_owned(), environment, then };
    let bytes = around.read(server)?;
    let startup = startup(&String::from_utf8_lossy(name(server)), &bytes, version, now, &around);
    let starts = startup.verdict == StartVerdict::Starts;
    let files = |path: &str| around.file(path);
    let world = World::new(&startup, &files, version, now);
    let held = world.held();
    let mut verdicts = Vec::new();
    for path in clients {
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
        verdicts.push(starts && decision.verdict == Verdict::Accept);
    }
    Ok((starts, verdicts))
}
