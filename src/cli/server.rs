//! Which server is asked about? Its configuration, its release, its files, and where they are.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtfix::disk::{self, Seen};
use jwtfix::file::config::{Metadata, Nothing, ReadError, Sources};
use jwtfix::file::recognise;
use jwtfix::server::Version;
use jwtfix::server::options::{Directory, Resolver};
use jwtfix::server::startup::{Startup, startup};
use jwtfix::token::{self, Token};

use super::gather::{LARGEST, blacked};
use super::live::Live;
use super::{Failure, Terminal};

/// The server that is asked about.
#[derive(clap::Args)]
pub(crate) struct ServerArgs {
    /// The server's release, 2.10.24 for one; else that of --monitor, else the newest known
    #[arg(long, value_name = "VERSION", value_parser = version)]
    server_version: Option<Version>,
    /// Take accounts from this directory, whatever the configuration's resolver is
    #[arg(long, value_name = "DIR", conflicts_with = "store")]
    resolver: Option<PathBuf>,
    /// Take accounts from this store of nsc, whatever the configuration's resolver is
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Ask the running server too: its monitoring port, http://host:8222, or a file with its answer to /varz
    #[arg(long, value_name = "URL|FILE")]
    monitor: Option<String>,
    /// The directory that the server runs in, for relative paths; that of the configuration where none is named
    #[arg(long, value_name = "DIR")]
    run_in: Option<PathBuf>,
}

pub(super) fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|error| error.to_string())
}

/// A server started in thought, and the files around it.
pub(crate) struct Server {
    /// As the user named it.
    pub(crate) path: Arc<str>,
    /// What came of starting it.
    pub(crate) startup: Startup,
    /// Its release.
    pub(crate) version: Version,
    /// The running server, if it was asked.
    pub(crate) live: Option<Live>,
    surroundings: Surroundings,
}

/// The disk and the environment as the server would see them.
struct Surroundings {
    base: PathBuf,
    accounts: Accounts,
}

/// Where accounts come from, if not from where the configuration says.
enum Accounts {
    Configured,
    Directory(PathBuf),
    Store { path: PathBuf, newest: HashMap<String, Stored> },
}

/// A token of a store, and its file.
struct Stored {
    token: String,
    file: PathBuf,
}

impl ServerArgs {
    /// Reads the configuration and starts the server in thought.
    pub(crate) fn start(&self, conf: &Path, terminal: &mut Terminal) -> Result<Server, Failure> {
        let bytes =
            disk::read(conf, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        let directory =
            conf.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As `nats-server -c NAME` started in the directory of the configuration sees it.
        let (base, name) = match &self.run_in {
            Some(base) => (base.clone(), std::path::absolute(conf).unwrap_or_else(|_| conf.to_owned())),
            None => (directory.to_owned(), conf.file_name().map(PathBuf::from).unwrap_or_default()),
        };
        let accounts = self.accounts(terminal)?.unwrap_or(Accounts::Configured);
        let surroundings = Surroundings { base, accounts };
        let live = self.monitor.as_deref().map(Live::ask).transpose()?;
        let runs = live.as_ref().and_then(|live| live.running.version);
        let version = self.server_version.or(runs).unwrap_or(Version::NEWEST);
        let startup = startup(&name.to_string_lossy(), &bytes, version, terminal.now, &surroundings);
        Ok(Server { path: conf.to_string_lossy().into(), startup, version, live, surroundings })
    }
}

impl ServerArgs {
    /// Where accounts are to be taken from, if not from where the configuration says.
    fn accounts(&self, terminal: &mut Terminal) -> Result<Option<Accounts>, Failure> {
        Ok(match (&self.resolver, &self.store) {
            (Some(directory), _) => {
                disk::look(directory).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
                Some(Accounts::Directory(directory.clone()))
            }
            (None, Some(store)) => {
                Some(Accounts::Store { path: store.clone(), newest: store_accounts(store, terminal) })
            }
            (None, None) => None,
        })
    }

    /// A server without a configuration, for what the accounts alone decide: it trusts whoever signed them.
    pub(crate) fn imagined(&self, terminal: &mut Terminal) -> Result<Server, Failure> {
        let Some(accounts) = self.accounts(terminal)? else {
            return Err(Failure::new("what a user may is in its account as well, and no account was given").hint(
                "say where accounts are: --server CONF, --resolver DIR with KEY.jwt files, or --store DIR of nsc",
            ));
        };
        let version = self.server_version.unwrap_or(Version::NEWEST);
        let mut startup = startup("", b"port: 4222\n", version, terminal.now, &Nothing);
        startup.options.resolver =
            Some(Resolver::Directory(Directory { dir: ".".into(), ..Directory::default() }));
        // Without one it could ask no authorization service; the accounts do not say which.
        startup.options.system_account = "SYS".into();
        startup.options.leafnodes.listen = true;
        startup.options.websocket.listen = true;
        startup.options.mqtt.listen = true;
        let surroundings = Surroundings { base: PathBuf::from("."), accounts };
        Ok(Server { path: "".into(), startup, version, live: None, surroundings })
    }
}

impl Server {
    /// Lets an imagined server trust whoever signed an account, and the accounts that it imports from.
    pub(crate) fn trust(&mut self, account: &str) {
        let signed = |key: &str| {
            let claims = token::parse(&self.file(&format!("{key}.jwt")).ok()?).ok()?.claims;
            Some((claims.data.iss.clone(), claims))
        };
        let Some((issuer, claims)) = signed(account) else { return };
        let imports = claims.account().into_iter().flat_map(|account| account.imports.iter().flatten());
        let exporters = imports.filter_map(|import| Some(signed(&import.account)?.0));
        let mut issuers: Vec<String> = exporters.chain([issuer]).collect();
        self.startup.options.trusted_keys.append(&mut issuers);
    }
}

/// The newest token of each account of a store.
fn store_accounts(store: &Path, terminal: &mut Terminal) -> HashMap<String, Stored> {
    let mut newest: HashMap<String, (i64, Stored)> = HashMap::new();
    let mut errors = Vec::new();
    let mut take = |token: &str, file: &Path| {
        // What the server makes of it, damaged or not signed as it should be, is said when it asks for it.
        let damaged = |_| Token::read(token.as_bytes()).decoded.map(|claims| (*claims).clone()).ok_or(());
        let Ok(claims) = token::parse(token.as_bytes()).map(|read| read.claims).or_else(damaged) else {
            return;
        };
        if claims.kind() == token::Kind::Account {
            let (key, iat) = (claims.data.sub, claims.data.iat);
            if newest.get(&key).is_none_or(|(newest, _)| iat > *newest) {
                newest.insert(key, (iat, Stored { token: token.to_owned(), file: file.to_owned() }));
            }
        }
    };
    let _ = disk::walk(store, |seen| -> ControlFlow<()> {
        let read = match seen {
            Seen::File(path) => disk::read(path, LARGEST).map(|bytes| (path, bytes)),
            Seen::Skipped(error) => Err(error),
        };
        match read {
            Ok((path, bytes)) => recognise(&bytes).tokens().for_each(|part| take(part.text(), path)),
            Err(error) => errors.push(error),
        }
        ControlFlow::Continue(())
    });
    for error in errors {
        terminal.problem(&Failure::new(error.to_string()).hint(error.hint()));
    }
    newest.into_iter().map(|(key, (_, stored))| (key, stored)).collect()
}

impl Server {
    /// Reads what the server would read when it looks for an account.
    pub(crate) fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match &self.surroundings.accounts {
            Accounts::Configured if path.contains("://") => Err(ReadError::Unavailable),
            Accounts::Configured => self.surroundings.file(path),
            Accounts::Directory(directory) => {
                let key = stem(path);
                let flat = read(&directory.join(format!("{key}.jwt")));
                match (flat, key.get(key.len().saturating_sub(2)..)) {
                    (Err(ReadError::NotFound), Some(shard)) => {
                        read(&directory.join(shard).join(format!("{key}.jwt")))
                    }
                    (flat, _) => flat,
                }
            }
            Accounts::Store { newest, .. } => newest
                .get(&stem(path))
                .map(|stored| stored.token.clone().into_bytes())
                .ok_or(ReadError::NotFound),
        }
    }

    /// Where accounts are taken from, if not from the configuration's resolver.
    pub(crate) fn accounts_from(&self) -> Option<&Path> {
        match &self.surroundings.accounts {
            Accounts::Configured => None,
            Accounts::Directory(path) | Accounts::Store { path, .. } => Some(path),
        }
    }

    /// A path of the server as the user would name it.
    pub(crate) fn named(&self, path: &str) -> String {
        let own = self.startup.files().first();
        if path.is_empty() || own.is_some_and(|file| file.path == path) {
            return self.path.to_string();
        }
        let stored = |newest: &HashMap<String, Stored>| Some(newest.get(&stem(path))?.file.clone());
        let elsewhere = match &self.surroundings.accounts {
            Accounts::Directory(directory) if path.ends_with(".jwt") => {
                Some(directory.join(Path::new(path).file_name().unwrap_or_default()))
            }
            Accounts::Store { newest, .. } if path.ends_with(".jwt") => stored(newest),
            _ => None,
        };
        let file = elsewhere.unwrap_or_else(|| {
            let base = self.surroundings.base.strip_prefix(".").unwrap_or(&self.surroundings.base);
            base.join(path.strip_prefix("./").unwrap_or(path))
        });
        file.to_string_lossy().into_owned()
    }

    /// When the newest of the configuration's files was written, Unix seconds.
    pub(crate) fn changed(&self) -> Option<i64> {
        let files = self.startup.files().iter();
        let written =
            |path: &str| disk::look(&self.surroundings.base.join(path)).ok().map(|facts| facts.modified.0);
        files.filter_map(|file| written(&file.path)).max()
    }

    /// Line and column (from 1) of a byte of the configuration, and that line without its tokens and secrets.
    pub(crate) fn locate(&self, path: &str, offset: usize) -> Option<(usize, usize, String)> {
        let file = self.startup.files().iter().find(|file| self.named(&file.path) == path)?;
        let (line, column, text) = file.locate(offset);
        Some((line, column, blacked(&text)))
    }

    /// Names the files of a directory of the server.
    pub(crate) fn listing(&self, directory: &str) -> Vec<String> {
        /// Names that a refusal is compared with; a larger directory is not listed.
        const MOST: usize = 20_000;
        let directory = match &self.surroundings.accounts {
            Accounts::Configured => self.surroundings.base.join(directory),
            Accounts::Directory(directory) => directory.clone(),
            Accounts::Store { newest, .. } => return newest.keys().map(|key| format!("{key}.jwt")).collect(),
        };
        let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
        let names: Vec<String> = entries
            .flatten()
            .take(MOST + 1)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        if names.len() > MOST { Vec::new() } else { names }
    }
}

/// The account's key in the name of a resolver's file.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    Ok(disk::read(path, LARGEST)?.to_vec())
}

impl Sources for Surroundings {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        read(&self.base.join(path))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let path = self.base.join(path);
        let facts = disk::look(&path)?;
        Ok(Metadata { directory: facts.directory, mode: facts.mode, link: disk::is_link(&path) })
    }
}
