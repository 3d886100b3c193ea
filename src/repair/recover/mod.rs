//! How is a store of nsc rebuilt from whatever is left of it? What is there goes where nsc looks for it; what has no place
//! there is kept aside; what is missing is told; and of every file it is known where it comes from.

mod choose;
mod gather;
mod lay_out;
mod make;
mod names;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub use gather::{Broken, Found, Source, Token};
pub use write::RecoverError;

use crate::nkey::PublicKey;
use crate::token::Kind;

/// What is to be rebuilt.
#[derive(Debug)]
pub struct Recovery {
    /// What was found.
    pub found: Found,
    /// The files that it becomes, in the order of their paths.
    pub items: Vec<Item>,
    /// What is not there and would be needed.
    pub missing: Vec<Missing>,
}

/// A file that is written.
#[derive(Debug)]
pub struct Item {
    /// Below what the recovery is written to.
    pub path: PathBuf,
    /// What it holds.
    pub what: Content,
    /// Why it is not in the store.
    pub aside: Option<Why>,
    /// What there is to say about it.
    pub remarks: Vec<Remark>,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A token as it was found, by its number.
    Token(usize),
    /// A user's token and its seed.
    Creds(usize, PublicKey),
    /// A token that was made.
    Made {
        /// Its kind.
        kind: Kind,
        /// Whose it is.
        subject: String,
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// A seed.
    Seed(PublicKey),
    /// A public key alone, as nsc leaves it for one that is kept elsewhere.
    Public(PublicKey),
    /// `.nsc`.
    Mark {
        /// The operator's name.
        name: String,
        /// Its keys are elsewhere.
        managed: bool,
    },
}

/// Why something is kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is another token of the same subject that counts.
    Older,
    /// Go refuses it.
    Refused(String),
    /// An operator's token that is not signed by itself.
    Foreign,
    /// A server has deleted the account.
    Deleted,
    /// It is a user of an account that was deleted.
    AccountDeleted,
    /// No token of its account is there.
    NoAccount,
    /// It had a role of an account of which no token is there: nobody knows what it was allowed.
    RoleUnknown,
    /// No operator that is there has its issuer.
    NoOperator,
    /// A store has no place for this kind.
    OtherKind(Kind),
}

impl Why {
    /// A word for machines; also the name of its directory.
    pub const fn word(&self) -> &'static str {
        match self {
            Why::Older => "older",
            Why::Refused(_) => "refused",
            Why::Foreign => "foreign",
            Why::Deleted => "deleted",
            Why::AccountDeleted => "account-deleted",
            Why::NoAccount => "no-account",
            Why::RoleUnknown => "role-unknown",
            Why::NoOperator => "no-operator",
            Why::OtherKind(_) => "other-kind",
        }
    }

    /// The same in words.
    pub const fn title(&self) -> &'static str {
        match self {
            Why::Older => "superseded by another token of the same subject",
            Why::Refused(_) => "refused by every reader: not signed by whom it names",
            Why::Foreign => "an operator's token that the operator did not sign",
            Why::Deleted => "deleted from a server (--undelete KEY brings it back)",
            Why::AccountDeleted => "of an account that was deleted from a server",
            Why::NoAccount => "of an account whose token is missing",
            Why::RoleUnknown => {
                "had a role of an account whose token is missing: what it was allowed is lost"
            }
            Why::NoOperator => "signed by an operator whose token is missing",
            Why::OtherKind(_) => "of a kind that a store has no place for",
        }
    }
}

/// What there is to say about a token that is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Its issuer is no longer a key of the one above.
    KeyRemoved,
    /// The account signed itself.
    SelfSigned,
    /// No operator that is there has its issuer.
    IssuerUnknown,
    /// It was made, because none was left.
    Made,
    /// It is in the layout of v1, which nsc does not read.
    OldLayout,
    /// It does not stand under its own name: that is another's, or none for a file.
    Renamed,
}

impl Remark {
    /// A word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Remark::KeyRemoved => "key-removed",
            Remark::SelfSigned => "self-signed",
            Remark::IssuerUnknown => "issuer-unknown",
            Remark::Made => "made",
            Remark::OldLayout => "old-layout",
            Remark::Renamed => "renamed",
        }
    }
}

/// What is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The token of an operator or account, with how many tokens hang on it; 0: servers need it.
    Token(Kind, String, usize),
    /// A seed: the key, and whose it is, as a kind and a name.
    Seed(String, Kind, String),
}

/// What is decided that nothing in the files decides.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// Accounts that come back though a server deleted them.
    pub undelete: BTreeSet<String>,
    /// Tokens are made for operators and accounts of which none is left.
    pub make: bool,
    /// The time of their signatures, Unix seconds.
    pub now: i64,
}

impl Recovery {
    /// What becomes of what was found.
    pub fn of(found: Found, wanted: &Decided) -> Recovery {
        let chosen = choose::choose(&found, &wanted.undelete, wanted.make);
        let (items, missing) = lay_out::lay_out(&found, chosen, wanted.now);
        Recovery { found, items, missing }
    }

    /// The token of an item.
    pub fn token(&self, item: &Item) -> Option<&Token> {
        match item.what {
            Content::Token(index) | Content::Creds(index, _) => self.found.tokens.get(index),
            _ => None,
        }
    }

    /// Whether nothing is left to be put right: all that was found is in the store, but for what others stand in for.
    pub fn is_whole(&self) -> bool {
        let needless =
            |why: &Why| matches!(why, Why::Older | Why::Deleted | Why::AccountDeleted | Why::OtherKind(_));
        let harmless = |remark: &Remark| matches!(remark, Remark::Renamed);
        let whole =
            |item: &Item| item.aside.as_ref().is_none_or(needless) && item.remarks.iter().all(harmless);
        let found = &self.found;
        found.broken.is_empty()
            && found.unread.is_empty()
            && self.items.iter().all(whole)
            && !self.missing.iter().any(|missing| matches!(missing, Missing::Token(..)))
    }

    /// Where an item comes from.
    pub fn sources<'a>(&'a self, item: &'a Item) -> Box<dyn Iterator<Item = &'a Source> + 'a> {
        let seeds = |key: &PublicKey| self.found.seeds.get(key).into_iter().flatten();
        match &item.what {
            Content::Token(index) => Box::new(self.found.tokens[*index].sources.iter()),
            Content::Creds(index, key) => {
                Box::new(self.found.tokens[*index].sources.iter().chain(seeds(key)))
            }
            Content::Seed(key) => Box::new(seeds(key)),
            Content::Public(key) => Box::new(self.found.publics.get(key).into_iter().flatten()),
            Content::Made { .. } | Content::Mark { .. } => Box::new(std::iter::empty()),
        }
    }

    /// Tokens of this kind in the store.
    pub fn count(&self, kind: Kind) -> usize {
        let is = |item: &&Item| match &item.what {
            Content::Token(index) => self.found.tokens[*index].kind == kind,
            Content::Made { kind: made, .. } => *made == kind,
            _ => false,
        };
        self.items.iter().filter(|item| item.aside.is_none()).filter(is).count()
    }
}
