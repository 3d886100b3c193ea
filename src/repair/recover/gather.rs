//! What is in these files? Every token and every key, each once, with all the places where it was found.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::disk::{self, DiskError};
use crate::file::layout::{self, Place};
use crate::file::{Kind as FileKind, Part, What, nsc, recognise};
use crate::nkey::{PublicKey, Seed, go};
use crate::repair::journal::Hash;
use crate::repair::keys::Ring;
use crate::repair::reading;
use crate::repair::signer;
use crate::repair::survey::LARGEST;
use crate::token::{Claims, Kind, parse};

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's number.
    pub file: usize,
    /// The path of keys that leads to it, where the file has keys.
    pub at: Box<str>,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// Whose it is.
    pub subject: Arc<str>,
    /// Who signed it.
    pub issuer: Arc<str>,
    /// When it was signed, Unix seconds.
    pub iat: i64,
    /// Why Go refuses it.
    pub refused: Option<String>,
    /// In the layout of v1, which nsc does not read.
    pub old: bool,
    /// Where it stands.
    pub sources: Vec<Source>,
    /// Its account, as a user's token says.
    pub(super) account: Arc<str>,
    /// The signing keys of an operator or account.
    pub(super) keys: Box<[Arc<str>]>,
    /// A user with no permissions of its own: it had a role.
    pub(super) has_role: bool,
    /// An operator's claims.
    pub(super) operator: Option<Box<Claims>>,
    pub(super) digest: Hash,
    /// Where it stands as it is, for each of its sources.
    pub(super) spans: Vec<Option<(usize, usize)>>,
}

/// Something that looks like a token or a key and is none that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// Why, without a byte of it.
    pub reason: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files with something in them.
    pub files: Vec<PathBuf>,
    /// The tokens, in the order in which they were met.
    pub tokens: Vec<Token>,
    /// The seeds.
    pub ring: Ring,
    /// Where each of them was found.
    pub seeds: BTreeMap<PublicKey, Vec<Source>>,
    /// Files that nsc left for keys that are kept elsewhere: the public key alone.
    pub publics: BTreeMap<PublicKey, Vec<Source>>,
    /// What is neither a token nor a key though it looks like one.
    pub broken: Vec<Broken>,
    /// What could not be read.
    pub unread: Vec<DiskError>,
    /// Operators' directories that say whether their operator is managed elsewhere.
    pub(super) marks: HashMap<PathBuf, bool>,
    by_digest: HashMap<Hash, usize>,
    words: HashMap<Arc<str>, Arc<str>>,
}

/// A file, read by a thread of its own.
struct Looked {
    path: PathBuf,
    tokens: Vec<Met>,
    seeds: Vec<(Seed, Box<str>)>,
    publics: Vec<PublicKey>,
    broken: Vec<String>,
    managed: Option<bool>,
}

/// A token in it.
struct Met {
    claims: Box<Claims>,
    refused: Option<String>,
    digest: Hash,
    at: Box<str>,
    /// Where it stands, if it stands there as it is.
    span: Option<(usize, usize)>,
}

impl Found {
    /// Looks at files and at everything below directories.
    pub fn look(&mut self, paths: &[PathBuf]) {
        let paths: Vec<(PathBuf, ())> = paths.iter().map(|path| (path.clone(), ())).collect();
        let files = reading::below(&paths, &mut self.unread);
        reading::each(
            &files,
            |(path, ())| look(path),
            |looked| match looked {
                Ok(looked) => self.take(looked),
                Err(error) if reading::vanished(&error, &paths) => {}
                Err(error) => self.unread.push(error),
            },
        );
    }

    fn take(&mut self, looked: Looked) {
        let Looked { path, tokens, seeds, publics, broken, managed } = looked;
        self.broken.extend(broken.into_iter().map(|reason| Broken { file: path.clone(), reason }));
        if let (Some(managed), Some(directory)) = (managed, path.parent()) {
            self.marks.insert(directory.to_owned(), managed);
        }
        if tokens.is_empty() && seeds.is_empty() && publics.is_empty() {
            return;
        }
        let file = self.files.len();
        self.files.push(path);
        tokens.into_iter().for_each(|met| self.token(met, file));
        for (seed, at) in seeds {
            let found = self.seeds.entry(seed.public()).or_default();
            found.push(Source { file, at });
            self.ring.insert(seed, "the files that were given");
        }
        for key in publics {
            self.publics.entry(key).or_default().push(Source { file, at: Box::default() });
        }
    }

    fn token(&mut self, met: Met, file: usize) {
        let Met { claims, refused, digest, at, span } = met;
        let source = Source { file, at };
        if let Some(&known) = self.by_digest.get(&digest) {
            self.tokens[known].sources.push(source);
            self.tokens[known].spans.push(span);
            return;
        }
        let kind = claims.kind();
        let keys: Vec<&String> = match (claims.operator(), claims.account()) {
            (Some(operator), _) => operator.signing_keys.iter().collect(),
            (_, Some(account)) => account.signing_keys.keys().collect(),
            _ => Vec::new(),
        };
        let keys = keys.into_iter().map(|key| self.word(key)).collect();
        let token = Token {
            kind,
            name: self.word(&claims.data.name),
            subject: self.word(&claims.data.sub),
            issuer: self.word(&claims.data.iss),
            iat: claims.data.iat,
            refused,
            old: claims.version < 2,
            sources: vec![source],
            account: self.word(claims.issuer_account()),
            keys,
            has_role: claims.user().is_some_and(signer::is_empty),
            digest,
            spans: vec![span],
            operator: (kind == Kind::Operator).then_some(claims),
        };
        self.by_digest.insert(digest, self.tokens.len());
        self.tokens.push(token);
    }

    /// A key that many tokens name is kept once.
    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.words.get(text) {
            return Arc::clone(word);
        }
        let word: Arc<str> = Arc::from(text);
        self.words.insert(Arc::clone(&word), Arc::clone(&word));
        word
    }

    /// The directory of the operator in whose store a token stands, by its path.
    pub(super) fn operator_directory(&self, source: &Source) -> Option<&Path> {
        let path = &self.files[source.file];
        let up = match layout::place_of(path) {
            Place::Operator { .. } => 1,
            Place::Account { .. } => 3,
            Place::User { .. } => 4,
            _ => return None,
        };
        path.ancestors().nth(up)
    }

    /// The names that a path gives to what stands there: of the account and of the user.
    pub(super) fn names(&self, source: &Source) -> (Option<&str>, Option<&str>) {
        match layout::place_of(&self.files[source.file]) {
            Place::Operator { operator } => (Some(operator), None),
            Place::Account { account, .. } => (Some(account), None),
            Place::User { account, user, .. } => (Some(account), Some(user)),
            Place::Creds { owner, .. } => (owner.account, owner.user),
            _ => (None, None),
        }
    }

    /// Whether a server has put this file aside: its account was deleted.
    pub(super) fn is_tombstone(&self, source: &Source) -> bool {
        matches!(layout::place_of(&self.files[source.file]), Place::Entry(entry) if entry.deleted)
    }
}

fn look(path: &Path) -> Result<Looked, DiskError> {
    let mut bytes = Zeroizing::new(Vec::new());
    disk::read_into(path, LARGEST, &mut bytes)?;
    let document = recognise(&bytes);
    let mut looked = Looked {
        path: path.to_owned(),
        tokens: Vec::new(),
        seeds: Vec::new(),
        publics: Vec::new(),
        broken: Vec::new(),
        managed: None,
    };
    if document.kind == FileKind::NscStore {
        looked.managed = nsc::mark(&bytes).map(|mark| mark.managed);
    }
    let is_key_file =
        document.kind == FileKind::PublicKey && matches!(layout::place_of(path), Place::Key { .. });
    for part in &document.parts {
        match part.what {
            What::Token => meet(part, &bytes, &mut looked),
            // As lenient as Go: nsc reads a seed that jwtfix would find fault with, and it is the same key.
            What::Seed => match go::from_seed(part.text().as_bytes()) {
                Ok(seed) => looked.seeds.push((seed, part.at.as_str().into())),
                Err(error) => looked.broken.push(format!("a damaged seed: {error}")),
            },
            What::PrivateKey => looked.broken.push("a private key, from which no seed can be made".into()),
            What::PublicKey if is_key_file => looked.publics.extend(PublicKey::parse(part.text()).ok()),
            What::PublicKey => {}
        }
    }
    Ok(looked)
}

fn meet(part: &Part<'_>, bytes: &[u8], looked: &mut Looked) {
    let text = part.text();
    let unverified = match parse(text.as_bytes()) {
        Ok(unverified) => unverified,
        Err(error) => return looked.broken.push(error.to_string()),
    };
    let refused = unverified.refusal(unverified.holds()).map(|error| error.to_string());
    let in_place = bytes.get(part.span.clone()) == Some(text.as_bytes());
    let span = in_place.then_some((part.span.start, part.span.end));
    looked.tokens.push(Met {
        claims: Box::new(unverified.claims),
        refused,
        digest: Hash::of(text.as_bytes()),
        at: part.at.as_str().into(),
        span,
    });
}
