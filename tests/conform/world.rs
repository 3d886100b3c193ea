//! What is a world, and what did a server say in it?
//!
//! A world is a configuration with its surroundings and the clients that come. It is data: it is generated or written
//! by hand, played against real servers, recorded, and replayed through jwtfix. Tokens stand in it by name, as
//! `<<name>>` in the configuration and in files.

use std::collections::{BTreeMap, BTreeSet};

use jwtfix::file::config::{Metadata, ReadError, Sources};
use jwtfix::server::via::Via;
use serde::{Deserialize, Serialize};

use super::mint::{Sign, Token};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A configuration, its surroundings, its clients.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Its name, unique.
    pub name: String,
    /// The configuration.
    pub config: String,
    /// Files by their path from where the server runs; a path that ends in `/` is a directory.
    #[serde(default, skip_serializing_if = "is_default")]
    pub files: BTreeMap<String, String>,
    /// Permission bits of files and directories, where they matter.
    #[serde(default, skip_serializing_if = "is_default")]
    pub modes: BTreeMap<String, u32>,
    /// Symbolic links, and where they lead.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: BTreeMap<String, String>,
    /// The environment.
    #[serde(default, skip_serializing_if = "is_default")]
    pub env: BTreeMap<String, String>,
    /// Tokens by name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tokens: BTreeMap<String, Token>,
    /// The clients, one after the other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clients: Vec<Client>,
}

/// A client that connects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// What it is about.
    pub name: String,
    /// A name of [`Via`]; none: `STANDARD`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub jwt: Option<Token>,
    /// How it signs the nonce; none: not at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sign: Option<Sign>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub nkey: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub pass: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub auth_token: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub account: Option<String>,
    /// The address of the loopback that it comes from; none: 127.0.0.1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
    /// The proxy's signature.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proxy: Option<Sign>,
    /// Cookies of a websocket.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cookies: BTreeMap<String, String>,
}

impl Client {
    /// The address that the server sees.
    pub fn from(&self) -> &str {
        self.from.as_deref().unwrap_or("127.0.0.1")
    }

    /// In which way it connects.
    pub fn via(&self) -> Via {
        self.via.as_deref().map_or(Via::Standard, |name| Via::parse(name).expect("a way to connect"))
    }
}

impl World {
    /// A text with its tokens filled in.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("<<") {
            let (name, after) = after.split_once(">>").expect("a token's name ends");
            let token = self.tokens.get(name).unwrap_or_else(|| panic!("{}: no token {name}", self.name));
            filled += before;
            filled += &token.text();
            rest = after;
        }
        filled + rest
    }

    /// The configuration's text.
    pub fn config(&self) -> String {
        self.filled(&self.config)
    }

    /// The files with their content; directories without.
    pub fn files(&self) -> impl Iterator<Item = (&str, Option<String>)> {
        self.files.iter().map(|(path, text)| match path.strip_suffix('/') {
            Some(directory) => (directory, None),
            None => (path.as_str(), Some(self.filled(text))),
        })
    }
}

/// The world is all there is: what it does not have is not there.
impl Sources for World {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = &self.followed(path);
        let found = self.files().find(|(p, _)| *p == path);
        match found {
            Some((_, Some(text))) => Ok(text.into_bytes()),
            Some((_, None)) => Err(ReadError::Directory),
            None if self.directories().contains(path) => Err(ReadError::Directory),
            None => Err(ReadError::NotFound),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }

    fn metadata(&self, path: &str) -> Result<Metadata, ReadError> {
        let link = self.links.contains_key(path.trim_start_matches("./"));
        let path = self.followed(path.trim_end_matches('/'));
        let path = path.as_str();
        let directory = self.directories().contains(path);
        if !directory && self.files().all(|(p, _)| p != path) {
            return Err(ReadError::NotFound);
        }
        let mode = self.modes.get(path).copied().unwrap_or(if directory { 0o755 } else { 0o644 });
        Ok(Metadata { directory, mode, link })
    }
}

impl World {
    /// A path with the link at its beginning followed.
    fn followed(&self, path: &str) -> String {
        let path = path.trim_start_matches("./");
        let led = self.links.iter().find_map(|(link, target)| {
            let rest = path.strip_prefix(link.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{target}{rest}"))
        });
        led.unwrap_or_else(|| path.to_owned())
    }

    /// Every directory that the files stand in.
    pub fn directories(&self) -> BTreeSet<String> {
        let mut directories = BTreeSet::new();
        for path in self.files.keys() {
            let own = path.strip_suffix('/');
            let mut rest = own.unwrap_or(path);
            if own.is_some() {
                directories.insert(rest.to_owned());
            }
            while let Some((parent, _)) = rest.rsplit_once('/') {
                directories.insert(parent.to_owned());
                rest = parent;
            }
        }
        directories
    }
}

/// What a server said to a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// `nats-server -t`: nothing if it is valid, else what it says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub test: Option<String>,
    /// Starting it: nothing if it is ready, else what it says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Option<String>,
    /// Warnings of its log until it was ready.
    #[serde(default, skip_serializing_if = "is_default")]
    pub warnings: Vec<String>,
    /// The digest that `-t` prints.
    #[serde(default, skip_serializing_if = "is_default")]
    pub digest: Option<String>,
}

/// What a server did with a client. It is written as a list of texts: the verdict, what the client read behind `<`, what
/// the server logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Answer {
    /// `accept`, `refuse`, or `crash` and `hang` where the server came to harm.
    pub verdict: String,
    /// What the client read: texts of `-ERR`, or the code of a CONNACK.
    pub sees: Vec<String>,
    /// What the server logged for this connection, and why it closed it.
    pub logs: Vec<String>,
}

impl From<Vec<String>> for Answer {
    fn from(texts: Vec<String>) -> Self {
        let mut answer = Self::default();
        for (at, text) in texts.into_iter().enumerate() {
            match text.strip_prefix("< ") {
                _ if at == 0 => answer.verdict = text,
                Some(seen) => answer.sees.push(seen.to_owned()),
                None => answer.logs.push(text),
            }
        }
        answer
    }
}

impl From<Answer> for Vec<String> {
    fn from(answer: Answer) -> Self {
        let seen = answer.sees.into_iter().map(|text| format!("< {text}"));
        std::iter::once(answer.verdict).chain(seen).chain(answer.logs).collect()
    }
}

/// The start of the line of a client that is let in, whose rest names everything again.
pub const LET_IN: &str = "[DBG] Authenticated JWT";

impl Answer {
    /// As it is recorded.
    pub fn brief(&self) -> Self {
        let mut brief = self.clone();
        for line in &mut brief.logs {
            if line.starts_with(LET_IN) {
                line.truncate(LET_IN.len());
            }
        }
        brief
    }
}
