//! Whose key can it be? The six roles of a key, their letters, bytes and names.

use std::fmt;

/// What a key is for. The order is the order of the prefix bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `A`: an account, or one of its signing keys.
    Account,
    /// `C`: a cluster.
    Cluster,
    /// `N`: a server.
    Server,
    /// `O`: an operator, or one of its signing keys.
    Operator,
    /// `U`: a user.
    User,
    /// `X`: an X25519 key for sealing; it signs nothing.
    Curve,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Role; 6] =
        [Role::Account, Role::Cluster, Role::Server, Role::Operator, Role::User, Role::Curve];

    /// The letter that public keys of this role begin with; behind an `S`, that of their seeds.
    pub const fn letter(self) -> char {
        match self {
            Role::Account => 'A',
            Role::Cluster => 'C',
            Role::Server => 'N',
            Role::Operator => 'O',
            Role::User => 'U',
            Role::Curve => 'X',
        }
    }

    /// Go's name of it (`PrefixByte.String`): the curve's is `x25519`.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Account => "account",
            Role::Cluster => "cluster",
            Role::Server => "server",
            Role::Operator => "operator",
            Role::User => "user",
            Role::Curve => "x25519",
        }
    }

    /// The role whose public keys begin with `letter`.
    pub fn of_letter(letter: char) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.letter() == letter)
    }

    /// The byte in front of the key: the letter's value in base32, in the upper five bits.
    pub(crate) const fn prefix(self) -> u8 {
        match self {
            Role::Account => 0,
            Role::Cluster => 2 << 3,
            Role::Server => 13 << 3,
            Role::Operator => 14 << 3,
            Role::User => 20 << 3,
            Role::Curve => 23 << 3,
        }
    }

    /// The role of a whole prefix byte; its three low bits must be clear.
    pub(crate) fn of_prefix(byte: u8) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.prefix() == byte)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_prefixes_and_order_agree() {
        for role in Role::ALL {
            assert_eq!(Role::of_letter(role.letter()), Some(role));
            assert_eq!(Role::of_prefix(role.prefix()), Some(role));
            assert_eq!(Role::of_prefix(role.prefix() | 1), None);
            // The letter is what base32 makes of the prefix byte.
            let text = data_encoding::BASE32_NOPAD.encode(&[role.prefix()]);
            assert!(text.starts_with(role.letter()), "{role:?}");
        }
        assert!(Role::ALL.is_sorted() && Role::ALL.is_sorted_by_key(|role| role.prefix()));
        for stranger in ['S', 'P', 'Z', 'M', 'V', 'a', '7'] {
            assert_eq!(Role::of_letter(stranger), None, "{stranger}");
        }
    }
}
