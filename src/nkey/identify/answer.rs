//! The words of the answer: kinds of key, who reads a text as one, and what is wrong with it.

use std::fmt;

use super::super::public::PublicKey;
use super::super::role::Role;

/// What kind of key a text is, or was before it was damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A public key.
    Public(Role),
    /// A seed: a secret.
    Seed(Role),
    /// An expanded private key (Go's `PrivateKey()`), which does not say its role; a curve's is shorter. A secret.
    Private {
        /// Whether it is a curve's.
        curve: bool,
    },
    /// Of a role that NATS does not have; `M` and `V` are wasmCloud's.
    Foreign {
        /// The letter of the role.
        letter: char,
        /// Whether it is a seed.
        secret: bool,
    },
}

impl Kind {
    /// Whether the text must not be shown.
    pub const fn is_secret(self) -> bool {
        matches!(self, Kind::Seed(_) | Kind::Private { .. } | Kind::Foreign { secret: true, .. })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |role| if role == Role::Curve { "curve" } else { Role::word(role) };
        match *self {
            Kind::Public(role) => write!(f, "public {} key", name(role)),
            Kind::Seed(role) => write!(f, "{} seed", name(role)),
            Kind::Private { curve: false } => f.write_str("private key"),
            Kind::Private { curve: true } => f.write_str("private curve key"),
            Kind::Foreign { letter, secret: false } => write!(f, "public key of the role {letter}"),
            Kind::Foreign { letter, secret: true } => write!(f, "seed of the role {letter}"),
        }
    }
}

/// Who reads the text as the key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// Everybody: it is the canonical spelling.
    Canonical,
    /// Go's library, and so nats-server; others may not.
    Lenient,
    /// Go's `IsValidPublic…Key` says yes, but `FromPublicKey` refuses it, so that it never verifies anything.
    Half,
    /// Nobody.
    Refused,
}

/// What is wrong with a text. Characters are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// CR or LF in or around it, which Go skips.
    #[error("it has line ends in or behind it")]
    LineEnds,
    /// Spaces, tabs or invisible characters.
    #[error("it has spaces or invisible characters in or around it")]
    Whitespace,
    /// Quotation marks.
    #[error("it stands in quotation marks")]
    Quotes,
    /// `=` at its end.
    #[error("it is padded with =, which keys are not")]
    Padding,
    /// Lower case letters.
    #[error("it has lower case letters")]
    LowerCase,
    /// Characters at the end that Go drops.
    #[error("it has {0} characters too many at its end, which Go ignores")]
    Extra(usize),
    /// The last character says more than the key: another spelling of the same one.
    #[error("its last character is another than the one that belongs there, which Go ignores")]
    LastBits,
    /// The low bits of the prefix are set, though the letter is right.
    #[error("its second character cannot stand there")]
    PrefixBits,
    /// The checksum is right, the size is not.
    #[error(
        "its checksum is right, but it has {0} bytes instead of 32: nats-server before 2.12.10 and 2.14.2 stops \
         answering when a token names such a key as its issuer"
    )]
    PublicSize(usize),
    /// The checksum is right, the size is not.
    #[error("its checksum is right, but it has {0} bytes of secret, which is no key's size")]
    SecretSize(usize),
    /// A role NATS does not have.
    #[error("NATS has no keys of this role")]
    Role,
    /// A character outside base32 that looks like one of its letters (0, 1, 8).
    #[error(
        "its character {0} is a digit that keys do not have, perhaps typed for the letter that looks like it"
    )]
    LookAlike(usize),
    /// A character outside base32.
    #[error("its character {0} is none of A-Z and 2-7")]
    Stranger(usize),
    /// Too short or too long.
    #[error("it has {found} characters instead of {expected}")]
    Length {
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// This character and the next have changed places.
    #[error("its characters {0} and {next} seem to have changed places", next = .0 + 1)]
    Swapped(usize),
    /// Some character is wrong.
    #[error("its checksum does not match: a character is wrong")]
    Checksum,
}

/// The answer of [`super::identify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What it is, or was before it was damaged.
    pub kind: Kind,
    /// Who reads it as that.
    pub reading: Reading,
    /// The public key: itself, or the one that belongs to a seed. For a text that nobody reads it is the key it would be
    /// once put right. Absent where it cannot be told.
    pub public: Option<PublicKey>,
    /// What is wrong with it; empty exactly for the canonical spelling of a key of NATS.
    pub faults: Vec<Fault>,
}
