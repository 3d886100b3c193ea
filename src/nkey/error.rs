//! Why is a text not the key that was asked for? No variant carries the text: it can be a secret.

/// Why the strict reading refused a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not as many characters as this kind of key has.
    #[error("it has {found} characters instead of {expected}")]
    Length {
        /// How many there are, in bytes.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A character that base32 does not have.
    #[error("its character {at} is none of A-Z and 2-7")]
    Character {
        /// Which one, counted from 1.
        at: usize,
    },
    /// The bits of the last character that carry nothing are not zero: another spelling of the same key.
    #[error("its last character is not the one that belongs there")]
    TrailingBits,
    /// The checksum at its end is another.
    #[error("its checksum does not match: a character is wrong")]
    Checksum,
    /// Begins like no public key.
    #[error("it begins like no public key (O, A, U, N, C or X)")]
    NotPublic,
    /// Begins like no seed.
    #[error("it begins like no seed (SO, SA, SU, SN, SC or SX)")]
    NotSeed,
    /// A seed or a private key where a public key belongs.
    #[error("it is a secret, a seed or private key, where a public key belongs")]
    Secret,
    /// A public key where a seed belongs.
    #[error("it is a public key where a seed belongs")]
    Public,
    /// A curve key was to sign.
    #[error("it is a curve key, which signs nothing")]
    CannotSign,
}
