//! What is a file, and what is in it?

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use super::creds;
use super::part::{Part, What};

/// What a file is, by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing but white space.
    Empty,
    /// Tokens and nothing else, bare or quoted, or one between its marks.
    Token,
    /// Credentials: a user's token and seed.
    Creds,
    /// Seeds or private keys, and nothing else.
    Seed,
    /// Public keys and nothing else.
    PublicKey,
    /// A configuration of nats-server.
    Config,
    /// A configuration in the form of a troubleshooting guide, which no server reads.
    Lookup,
    /// A context of natscli.
    Context,
    /// A pack of a resolver: lines of an account's key and its token.
    Pack,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// `nsc.json`, the settings of nsc.
    NscSettings,
    /// `.nsc`, which marks an operator's directory in a store.
    NscStore,
    /// Other JSON.
    Json,
    /// Other text.
    Text,
    /// No text.
    Binary,
}

impl Kind {
    /// A word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Empty => "empty",
            Kind::Token => "token",
            Kind::Creds => "creds",
            Kind::Seed => "seed",
            Kind::PublicKey => "public-key",
            Kind::Config => "config",
            Kind::Lookup => "lookup-config",
            Kind::Context => "context",
            Kind::Pack => "pack",
            Kind::Kubernetes => "kubernetes",
            Kind::NscSettings => "nsc-settings",
            Kind::NscStore => "nsc-store",
            Kind::Json => "json",
            Kind::Text => "text",
            Kind::Binary => "binary",
        }
    }

    /// Words for people.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Empty => "empty file",
            Kind::Token => "token",
            Kind::Creds => "credentials",
            Kind::Seed => "seed",
            Kind::PublicKey => "public key",
            Kind::Config => "server configuration",
            Kind::Lookup => "configuration in the form of a troubleshooting guide",
            Kind::Context => "natscli context",
            Kind::Pack => "resolver pack",
            Kind::Kubernetes => "Kubernetes manifest",
            Kind::NscSettings => "nsc settings",
            Kind::NscStore => "nsc store mark",
            Kind::Json => "JSON",
            Kind::Text => "text",
            Kind::Binary => "binary data",
        }
    }
}

/// A file, and what is in it.
#[derive(Debug)]
pub struct Document<'a> {
    /// What it is.
    pub kind: Kind,
    /// All tokens and keys in it, in the order of their places; also those in encoded values.
    pub parts: Vec<Part<'a>>,
    /// Values that are files themselves.
    pub inner: Vec<Inner>,
    /// What is not as it should be in its bytes, in the order of their places.
    pub damage: Vec<Damage>,
}

impl<'a> Document<'a> {
    /// The tokens in it.
    pub fn tokens(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| part.what == What::Token)
    }

    /// The seeds and private keys in it.
    pub fn secrets(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| matches!(part.what, What::Seed | What::PrivateKey))
    }

    /// Whether it holds no token and no key.
    pub fn is_barren(&self) -> bool {
        self.parts.is_empty()
    }
}

/// A value of a file that is a file itself: an entry of a Kubernetes Secret, credentials in a string of JSON. Its tokens
/// and keys are among those of the file.
pub struct Inner {
    /// The path of keys that leads to it.
    pub at: String,
    /// Where the value stands in the file, as it is encoded there.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// Its bytes, decoded.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Tells nothing of the bytes: they may be secret.
impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("at", &self.at)
            .field("span", &self.span)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Bytes that are not as they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What is the matter, in words.
    pub message: String,
    /// The bytes of the file.
    pub span: Range<usize>,
    /// For credentials: the deviation that it is.
    pub deviation: Option<creds::Deviation>,
}

impl Damage {
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Damage { message: message.into(), span, deviation: None }
    }

    pub(super) fn of(deviation: creds::Deviation) -> Self {
        let message = match deviation.count {
            1 => deviation.kind.words().to_owned(),
            count => format!("{}, in {count} places", deviation.kind.words()),
        };
        Damage { message, span: deviation.span.clone(), deviation: Some(deviation) }
    }
}
