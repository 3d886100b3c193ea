//! What does the resolver of this server answer for an account?
//!
//! `AccountResolver.Fetch` of each kind (server.md, section 2), over the preloads of the configuration and over files
//! that the caller reads. Nothing is listed and nothing but the one account is read.

use std::collections::HashMap;

use super::options::{Directory, Resolver, ServerOptions};
use crate::file::config::ReadError;
use crate::nkey::{Role, go};
use crate::token;

/// Why a resolver has no token for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The server's error.
    pub text: String,
    /// The condition: `no-resolver`, `not-an-account-key`, `not-in-resolver`, `unreadable`, `time`.
    pub cause: &'static str,
    /// What is missing where, in words.
    pub found: String,
}

/// What a resolver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// This text, as it is stored.
    Token(Vec<u8>),
    /// Nothing.
    Missing(Missing),
    /// That depends on what is named here.
    Unknown(String),
}

/// An account that could have been meant instead of one that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its key.
    pub key: String,
    /// Its name; empty where it is not known.
    pub name: String,
    /// The account that the token stored under this key is of; empty where it is not known.
    pub subject: String,
}

/// Where a server finds the tokens of accounts.
pub trait Accounts {
    /// The token that is stored for an account's key.
    fn fetch(&self, key: &str) -> Fetched;

    /// The accounts that there are. Asked only after a refusal, to say which one was probably meant; an implementation
    /// that would have to read much for it may leave it empty. Names and subjects are read where there are no more than
    /// `few` accounts.
    fn known(&self, _few: usize) -> Vec<Known> {
        Vec::new()
    }
}

/// Reads a file of the server, by the path that the server would use.
pub type Files<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, ReadError>;

/// Names the files of a directory of the server; empty where that is not known.
pub type Listing<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// The resolver that a configuration describes.
pub struct Stored<'a> {
    options: &'a ServerOptions,
    preloads: HashMap<&'a str, &'a str>,
    files: Files<'a>,
    listing: Listing<'a>,
    now: i64,
}

impl std::fmt::Debug for Stored<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("resolver", &self.options.resolver).finish_non_exhaustive()
    }
}

impl<'a> Stored<'a> {
    /// The resolver of these options at a time.
    pub fn new(options: &'a ServerOptions, files: Files<'a>, now: i64) -> Self {
        let preloads = options.preloads.iter().map(|(key, token)| (key.as_str(), token.as_str())).collect();
        Self { options, preloads, files, listing: &|_| Vec::new(), now }
    }

    /// With names of the files in the resolver's directory, for [`Accounts::known`].
    pub fn with_listing(self, listing: Listing<'a>) -> Self {
        Self { listing, ..self }
    }

    fn directory(&self, directory: &Directory, key: &str) -> Fetched {
        let path = path(&directory.dir, key);
        let stored = (self.files)(&path);
        if stored == Err(ReadError::Unavailable) {
            return Fetched::Unknown(path);
        }
        let preload = self.preloads.get(key).map(|token| token.as_bytes());
        let there = match (stored, preload) {
            (Ok(file), Some(new)) if replaces(key, new, &file) => Ok(new.to_vec()),
            (Ok(file), _) => Ok(file),
            (Err(ReadError::NotFound), Some(new)) => Ok(new.to_vec()),
            (Err(e), _) => Err(e),
        };
        match there {
            Ok(text) if text.is_empty() => self.elsewhere(&path, key, "the file is empty"),
            Ok(text) if self.removed(directory, &text) => {
                let found = format!(
                    "the token in {path} has expired; a running server deletes the file and then has none for {key}"
                );
                self.nobody(key, "time", found)
            }
            Ok(text) => Fetched::Token(text),
            Err(ReadError::NotFound) => self.elsewhere(&path, key, "there is no such file"),
            Err(e) => self.elsewhere(&path, key, &e.go_text(&path)),
        }
    }

    /// Whether the store deletes the file when it starts or within a minute (DIR-7, DIR-8): a full one goes by the
    /// token's own time, a cache by its own.
    fn removed(&self, directory: &Directory, text: &[u8]) -> bool {
        directory.ttl == 0
            && !directory.link
            && token::decode_generic(text)
                .is_ok_and(|claims| claims.data.exp != 0 && claims.data.exp <= self.now)
    }

    /// `srv.fetch`: the other servers are asked.
    fn elsewhere(&self, path: &str, key: &str, why: &str) -> Fetched {
        if self.options.meshed {
            return Fetched::Unknown(format!("whether another server has the account {key} ({path}: {why})"));
        }
        self.nobody(key, "not-in-resolver", format!("{path}: {why}, and no other server can be asked"))
    }

    fn nobody(&self, key: &str, cause: &'static str, found: String) -> Fetched {
        if self.options.meshed {
            return Fetched::Unknown(format!("whether another server has the account {key} ({found})"));
        }
        Fetched::Missing(Missing { text: "fetching jwt timed out".into(), cause, found })
    }
}

/// `pathForKey`.
fn path(dir: &str, key: &str) -> String {
    format!("{}/{key}.jwt", dir.trim_end_matches('/'))
}

/// `saveIfNewer` for a preload over a file that is there (DIR-14).
fn replaces(key: &str, new: &[u8], stored: &[u8]) -> bool {
    let Ok(new) = token::decode_generic(new) else { return false };
    let Ok(old) = token::decode_generic(stored) else { return true };
    let (new, old) = (&new.data, &old.data);
    old.jti != new.jti && old.iat <= new.iat && new.sub == key && old.sub == new.sub
}

impl Accounts for Stored<'_> {
    fn fetch(&self, key: &str) -> Fetched {
        let missing = |text: &str, cause, found: String| {
            Fetched::Missing(Missing { text: text.to_owned(), cause, found })
        };
        let Some(resolver) = &self.options.resolver else {
            return missing("account missing", "no-resolver", "the server has no account resolver".into());
        };
        if !go::is_public(Role::Account, key) {
            let found = format!("{key:?} is no public key of an account");
            return missing("will only fetch valid account keys", "not-an-account-key", found);
        }
        match resolver {
            Resolver::Memory => match self.preloads.get(key) {
                Some(token) => Fetched::Token(token.as_bytes().to_vec()),
                None => {
                    let found = format!("resolver_preload has no account {key}");
                    missing("account missing", "not-in-resolver", found)
                }
            },
            Resolver::Url(url) => {
                let url = format!("{}/{key}", url.strip_suffix('/').unwrap_or(url));
                match (self.files)(&url) {
                    Ok(text) => Fetched::Token(text),
                    Err(ReadError::NotFound) => {
                        let text =
                            format!("could not fetch <{}>: 404 Not Found", token::quote(url.as_bytes()));
                        Fetched::Missing(Missing {
                            text,
                            cause: "not-in-resolver",
                            found: format!("{url} has no account"),
                        })
                    }
                    Err(_) => Fetched::Unknown(format!("what {url} answers")),
                }
            }
            Resolver::Directory(directory) => self.directory(directory, key),
        }
    }

    fn known(&self, few: usize) -> Vec<Known> {
        let of = |key: &str, token: Option<&[u8]>| {
            let (name, subject) = token.and_then(told_by).unwrap_or_default();
            Known { key: key.to_owned(), name, subject }
        };
        let preloads = &self.options.preloads;
        let read = preloads.len() <= few;
        let mut known: Vec<Known> =
            preloads.iter().map(|(key, token)| of(key, read.then_some(token.as_bytes()))).collect();
        if let Some(Resolver::Directory(directory)) = &self.options.resolver {
            let files = (self.listing)(&directory.dir);
            let read = files.len() <= few;
            for key in files.iter().filter_map(|file| file.strip_suffix(".jwt")) {
                let token = read.then(|| (self.files)(&path(&directory.dir, key)).ok()).flatten();
                known.push(of(key, token.as_deref()));
            }
        }
        known
    }
}

/// Name and subject of an account, as its token says; its signature is not looked at.
fn told_by(text: &[u8]) -> Option<(String, String)> {
    token::parse(text).ok().map(|read| (read.claims.data.name, read.claims.data.sub))
}
