//! What do the configurations come to that were given or found? A server is started with each in thought.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Settings;
use super::facts::Account;
use super::look::Gains;
use super::walk::unread;
use crate::audit::Unreads;
use crate::disk::{self, DiskError};
use crate::file::Kind;
use crate::file::config::{Metadata, ReadError, Sources};
use crate::lint::view::{Content, File, Found, Layout, Out, Scene, Setup, Stat};
use crate::lint::{Finding, Place, Rule, run};
use crate::nkey::{PublicKey, Role};
use crate::server::Version;
use crate::server::options::Resolver;
use crate::server::startup::{Startup, startup};
use crate::token::Claims;

/// The largest configuration, and the largest file that one names.
const LARGEST: u64 = 16 << 20;

/// Configurations that are kept to be looked at; more are told as not read.
pub(super) const MOST: usize = 10_000;

/// A configuration, and what comes of starting a server with it.
pub(super) struct Server<'s> {
    path: PathBuf,
    directory: String,
    name: String,
    stat: Stat,
    pub(super) startup: Startup,
    surroundings: Surroundings<'s>,
}

/// The disk and the environment as a server would see them that was started in this directory.
struct Surroundings<'s> {
    base: PathBuf,
    environment: &'s (dyn Fn(&str) -> Option<String> + Sync),
    /// It runs here: what is not here is missing. Of a configuration that was found somewhere that is not known.
    here: bool,
}

impl Sources for Surroundings<'_> {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        disk::read(&self.base.join(path), LARGEST).map(|bytes| bytes.to_vec()).map_err(|error| match error {
            DiskError::NotFound { .. } if self.here => ReadError::NotFound,
            DiskError::NotFound { .. } => ReadError::Unavailable,
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
            Err(DiskError::NotFound { .. }) if self.here => Err(ReadError::NotFound),
            Err(_) => Err(ReadError::Unavailable),
        }
    }
}

impl<'s> Server<'s> {
    fn start(path: &Path, here: bool, when: &When<'s>) -> Result<Server<'s>, DiskError> {
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        let facts = disk::read_into(path, LARGEST, &mut bytes)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let surroundings = Surroundings { base: base.to_owned(), environment: when.environment, here };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let startup = startup(&name, &bytes, when.version, when.now, &surroundings);
        Ok(Server {
            path: path.to_owned(),
            directory: directory.to_string_lossy().into_owned(),
            name,
            stat: Stat { size: facts.size, mode: facts.mode, owner: facts.owner, directory_owner: None },
            startup,
            surroundings,
        })
    }

    /// The directory of its resolver.
    pub(super) fn resolver(&self) -> Option<PathBuf> {
        match &self.startup.options.resolver {
            Some(Resolver::Directory(directory)) => Some(self.surroundings.base.join(&directory.dir)),
            _ => None,
        }
    }

    /// Its resolver's directory is a link; a slash behind it makes the system follow it.
    fn linked(&self) -> bool {
        let path = self.resolver().filter(|path| !path.as_os_str().as_encoded_bytes().ends_with(b"/"));
        let Some((path, real)) = path.and_then(|path| Some((disk::real(&path)?, path))) else { return false };
        let above = real.parent().and_then(disk::real);
        above.zip(real.file_name()).is_some_and(|(above, name)| above.join(name) != path)
    }

    /// The files that it includes.
    fn included(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let files = self.startup.files().iter().skip(1);
        files.filter_map(|file| disk::real(&self.surroundings.base.join(&file.path)))
    }

    fn look(&self, found: Option<&dyn Found>, scene: &Scene<'_>, out: &mut Out<'_>) {
        let file = File {
            directory: &self.directory,
            name: &self.name,
            layout: Layout::Other,
            stat: Some(self.stat),
            link: false,
            content: Content::Unread,
            kind: Some(Kind::Config),
            key: None,
        };
        // It is judged for its own server, whichever other was given.
        let scene = Scene { server: Some(&self.startup.options), ..*scene };
        let (startup, sources) = (&self.startup, &self.surroundings);
        let setup = Setup {
            file: &file,
            startup,
            scene: &scene,
            sources,
            found,
            runs_here: sources.here,
            linked: self.linked(),
        };
        run::config(&setup, out);
    }
}

/// For which release and time, and in which environment, a server is started.
pub struct When<'s> {
    /// The server's release.
    pub version: Version,
    /// Unix seconds.
    pub now: i64,
    /// The server's environment.
    pub environment: &'s (dyn Fn(&str) -> Option<String> + Sync),
}

impl std::fmt::Debug for When<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("When").field("version", &self.version).field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'s> When<'s> {
    fn of(settings: &Settings<'s>) -> When<'s> {
        When { version: settings.version, now: settings.now, environment: settings.environment }
    }
}

/// What is wrong with one configuration, looked at by itself and wherever its server may run.
pub fn configuration(path: &Path, when: &When<'_>) -> Result<Vec<Finding>, DiskError> {
    let server = Server::start(path, false, when)?;
    let scene = Scene { now: when.now, version: when.version, server: None };
    let mut findings = Vec::new();
    let mut take = |_: &'static Rule, finding: &dyn Fn() -> Finding| findings.push(finding());
    server.look(None, &scene, &mut Out::new(&mut take));
    Ok(findings)
}

/// Starts the servers that were given.
pub(super) fn given<'s>(settings: &Settings<'s>, errors: &mut Unreads) -> Vec<Server<'s>> {
    let mut servers = Vec::new();
    for path in &settings.servers {
        match Server::start(path, true, &When::of(settings)) {
            Ok(server) => servers.push(server),
            Err(error) => errors.push(unread(&error)),
        }
    }
    servers
}

/// Looks at the servers that were given and at those that were found.
pub(super) fn look(
    gains: &mut Gains,
    given: &[Server<'_>],
    accounts: &[Account],
    paths: &[std::sync::Arc<str>],
    scene: &Scene<'_>,
    settings: &Settings<'_>,
) {
    let mut found: Vec<PathBuf> = std::mem::take(&mut gains.configs);
    found.sort_unstable();
    let around =
        Around { operators: gains.operators.clone(), accounts, directories: directories(gains, paths) };
    // What another one includes is a part of that one.
    let mut parts: HashSet<PathBuf> = given
        .iter()
        .flat_map(|server| disk::real(&server.path).into_iter().chain(server.included()))
        .collect();
    for path in &found {
        if let Ok(server) = Server::start(path, false, &When::of(settings)) {
            parts.extend(server.included());
        }
    }
    let mut tell = |server: &Server<'_>| {
        let mut take = |rule: &'static Rule, finding: &dyn Fn() -> Finding| {
            let at = (server.directory.as_str(), server.name.as_str());
            gains.gathered.tell(rule, at, finding, settings.policy, settings.told);
        };
        server.look(Some(&around), scene, &mut Out::new(&mut take));
    };
    given.iter().for_each(&mut tell);
    let mut errors = Unreads::default();
    for path in found.iter().filter(|path| disk::real(path).is_none_or(|real| !parts.contains(&real))) {
        match Server::start(path, false, &When::of(settings)) {
            Ok(server) => tell(&server),
            Err(error) => errors.push(unread(&error)),
        }
    }
    gains.unread.merge(errors);
}

/// The resolvers' directories, and how many files a server counts in each.
fn directories(gains: &Gains, paths: &[std::sync::Arc<str>]) -> Vec<(Place, u64)> {
    let mut directories: Vec<(Place, u64)> = gains
        .counted
        .iter()
        .filter_map(|(place, count)| Some((Place::file(paths.get(*place as usize)?.clone()), *count)))
        .collect();
    directories.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
    directories
}

/// Everything else that was found.
struct Around<'a> {
    operators: Vec<(Place, Claims)>,
    /// Sorted by their keys.
    accounts: &'a [Account],
    directories: Vec<(Place, u64)>,
}

impl Found for Around<'_> {
    fn operators(&self) -> &[(Place, Claims)] {
        &self.operators
    }

    fn account(&self, key: &str) -> bool {
        PublicKey::parse(key).is_ok_and(|key| {
            key.role() == Role::Account
                && self.accounts.binary_search_by(|account| account.key.cmp(key.bytes())).is_ok()
        })
    }

    fn accounts(&self) -> usize {
        self.accounts.len()
    }

    fn directories(&self) -> &[(Place, u64)] {
        &self.directories
    }

    fn same_directory(&self, a: &str, b: &Path) -> bool {
        disk::real(Path::new(a)).is_some_and(|a| disk::real(b) == Some(a))
    }
}
