//! What was somebody asked to do, and what is not done without a word from him?

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use super::claim_diff::Change;
use super::wish::Wish;
use crate::nkey::PublicKey;
use crate::token::Kind;

/// An order to sign tokens again.
#[derive(Clone, Debug)]
pub struct Order {
    /// What changes in those that are meant.
    pub wishes: Vec<Wish>,
    /// The key that signs those that are meant.
    pub issuer: Option<PublicKey>,
    /// Only what these keys signed is meant; to name them is to vouch for what they signed.
    pub issued_by: Vec<PublicKey>,
    /// Kinds that are meant where a directory was named; of files that were named themselves every kind is.
    pub kinds: Vec<Kind>,
    /// What is let in.
    pub permit: Permit,
    /// The time of the signatures, Unix seconds.
    pub now: i64,
}

impl Order {
    /// Whether it changes who stands above others. Stopped half-way, such an order is not simply given again: what was
    /// above is another by then.
    pub fn moves_keys(&self) -> bool {
        self.wishes.iter().any(|wish| {
            matches!(wish, Wish::Become(_) | Wish::AddKey(_) | Wish::ReplaceKey(..) | Wish::RemoveKey(_))
        })
    }

    /// Whether the claims of accounts have to be known: users hang on them, and on their signing keys.
    pub fn needs_accounts(&self) -> bool {
        let keys = |wish: &Wish| matches!(wish, Wish::ReplaceKey(..) | Wish::RemoveKey(_));
        self.kinds.iter().any(|kind| matches!(kind, Kind::User | Kind::Activation))
            || self.wishes.iter().any(keys)
    }
}

/// What of that which is held back is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permit {
    all: bool,
    words: BTreeSet<&'static str>,
}

impl Permit {
    /// Nothing.
    pub fn none() -> Permit {
        Permit::default()
    }

    /// Everything.
    pub fn all() -> Permit {
        Permit { all: true, words: BTreeSet::new() }
    }

    /// What these words name ([`Hold::word`]); an error is the word that names nothing.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Permit, &'a str> {
        let known = |word: &'a str| Hold::WORDS.into_iter().find(|known| *known == word).ok_or(word);
        let words = words.into_iter().map(known).collect::<Result<_, _>>()?;
        Ok(Permit { all: false, words })
    }

    /// Whether everything is let in.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// Whether what this word names is let in.
    pub fn has(&self, word: &str) -> bool {
        self.all || self.words.contains(word)
    }

    /// Whether this is let in.
    pub fn lets(&self, hold: &Hold) -> bool {
        self.all || self.words.contains(hold.word())
    }
}

/// Why a token is held back: to sign it would decide something that its issuer did not.
#[derive(Clone, Debug, PartialEq)]
pub enum Hold {
    /// Its signature does not hold: nobody knows who wrote it.
    Unverified {
        /// Why Go refuses it.
        reason: String,
    },
    /// It was signed by a key that the one above does not have.
    Adopts {
        /// That key.
        issuer: String,
        /// The one above, whose key would sign.
        of: String,
    },
    /// It is revoked, and its new signature would be later than the revocation.
    Unrevokes {
        /// The entry, a key or `*`.
        entry: String,
        /// Tokens signed until then are void, Unix seconds.
        until: i64,
    },
    /// Whether it is revoked cannot be known: the account's token was not given.
    Unseen {
        /// The account.
        account: String,
    },
    /// There is a token of the same subject that was signed later.
    Superseded {
        /// Where that one stands.
        file: PathBuf,
        /// When it was signed.
        iat: i64,
    },
    /// It has no permissions of its own, and the role of the key that signed it is not known any more.
    Role,
    /// It would be allowed more than before, though nobody asked for that.
    Widens(Vec<Change>),
}

impl Hold {
    /// Every word.
    pub const WORDS: [&'static str; 7] =
        ["unverified", "adopt", "unrevoke", "unseen", "superseded", "role", "widen"];

    /// The word that lets it in.
    pub const fn word(&self) -> &'static str {
        match self {
            Hold::Unverified { .. } => "unverified",
            Hold::Adopts { .. } => "adopt",
            Hold::Unrevokes { .. } => "unrevoke",
            Hold::Unseen { .. } => "unseen",
            Hold::Superseded { .. } => "superseded",
            Hold::Role => "role",
            Hold::Widens(_) => "widen",
        }
    }
}

/// In words for people, without times.
impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::Unverified { reason } => {
                write!(f, "its signature does not hold ({reason}): nobody knows who wrote it")
            }
            Hold::Adopts { issuer, of } => write!(f, "it was signed by {issuer}, which is no key of {of}"),
            Hold::Unrevokes { entry, .. } if entry == "*" => f.write_str(
                "its account revoked everyone who was signed by then: a new signature would let it in again",
            ),
            Hold::Unrevokes { .. } => f.write_str("it is revoked: a new signature would let it in again"),
            Hold::Unseen { account } => {
                write!(
                    f,
                    "the token of account {account} was not given, so nobody can say whether it is revoked"
                )
            }
            Hold::Superseded { file, .. } => {
                write!(f, "a token of the same subject that was signed later is in {}", file.display())
            }
            Hold::Role => f.write_str("it was signed by a key that is gone, and nobody knows for which role"),
            Hold::Widens(changes) => {
                let places: Vec<&str> = changes.iter().map(|change| change.pointer.as_str()).collect();
                write!(f, "it would be allowed more than before: {}", places.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_let_in() {
        let revoked = Hold::Unrevokes { entry: "*".into(), until: 5 };
        assert!(!Permit::none().lets(&revoked));
        assert!(Permit::all().lets(&revoked));
        let permit = Permit::of(["unrevoke", "adopt"]).expect("known words");
        assert!(permit.lets(&revoked) && !permit.lets(&Hold::Role));
        assert_eq!(Permit::of(["role", "rolle"]), Err("rolle"));
        for hold in [
            Hold::Unverified { reason: "x".into() },
            Hold::Adopts { issuer: "O".into(), of: "x".into() },
            revoked,
            Hold::Unseen { account: "A".into() },
            Hold::Superseded { file: "f".into(), iat: 1 },
            Hold::Role,
            Hold::Widens(Vec::new()),
        ] {
            assert!(Hold::WORDS.contains(&hold.word()) && !hold.to_string().is_empty());
        }
    }
}
