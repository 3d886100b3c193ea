//! What does a rule look at that is about more than one token?

use std::sync::Arc;

use super::view::{Credential, Scene};
use crate::server::load::Barred;
use crate::server::startup::Startup;
use crate::token::{Account, Claims, Import, Operator, User, UserScope};

/// An account whose issuer the servers do not trust.
#[derive(Clone, Copy, Debug)]
pub struct Distrusted<'a> {
    /// The account.
    pub token: &'a Credential<'a>,
    /// Why they do not.
    pub why: Distrust<'a>,
}

/// Why an issuer is not trusted.
#[derive(Clone, Copy, Debug)]
pub enum Distrust<'a> {
    /// It is none of the keys that are trusted, so many.
    Unknown(usize),
    /// It is an account's key, its own for one.
    Account,
    /// It is the identity key of this operator, who lets only signing keys sign.
    Strict(&'a str),
    /// The operator of this name listed it in the token of this file, and does not in a newer one.
    Removed {
        /// The operator's name.
        operator: &'a str,
        /// The file in which it still lists the key.
        listed: &'a str,
    },
    /// The operator of this name lists it in the token of this newer file, and the server has an older one.
    Added {
        /// The operator's name.
        operator: &'a str,
        /// The file in which it lists the key.
        listed: &'a str,
    },
}

/// An import that does not work, or need not be as it is.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'a> {
    /// The importing account.
    pub token: &'a Credential<'a>,
    /// Its body.
    pub account: &'a Account,
    /// Which of its imports.
    pub index: usize,
    /// The import.
    pub import: &'a Import,
    /// The exporter's name, where it is known.
    pub exporter: &'a str,
    /// What is the matter.
    pub matter: Matter<'a>,
}

impl Edge<'_> {
    /// The JSON pointer of a member of the import.
    pub fn pointer(&self, member: &str) -> String {
        format!("/nats/imports/{}{member}", self.index)
    }

    /// `stream "orders.>"`.
    pub fn words(&self) -> String {
        format!("{} {}", self.import.kind.word(), crate::token::quote(self.import.subject.as_bytes()))
    }

    /// `account "ORDERS"` or the key of it.
    pub fn exporter(&self) -> String {
        match self.exporter {
            "" => format!("account {}", self.import.account),
            name => format!("account {}", crate::token::quote(name.as_bytes())),
        }
    }
}

/// What is the matter with an import.
#[derive(Clone, Copy, Debug)]
pub enum Matter<'a> {
    /// There is no such account.
    NoAccount,
    /// The account is there, and servers refuse it: why.
    Refused(&'a str),
    /// The exporter does not allow it.
    Barred(&'a Barred),
    /// It is exported as the other type.
    OtherType,
    /// The account imports it from itself.
    Itself,
    /// It leads back to where it comes from.
    Cycle,
    /// A stream that is imported already.
    Twice,
    /// It has a token, and its export needs none.
    NeedlessToken,
}

/// Two tokens of one subject.
#[derive(Clone, Copy, Debug)]
pub struct Copies<'a> {
    /// The older one, or the one that no server reads.
    pub token: &'a Credential<'a>,
    /// The other one.
    pub newer: &'a Credential<'a>,
    /// They are the same bytes.
    pub same: bool,
}

/// An account's exports that nobody imports.
#[derive(Clone, Copy, Debug)]
pub struct Unused<'a> {
    /// The exporting account.
    pub token: &'a Credential<'a>,
    /// Its body.
    pub account: &'a Account,
    /// Which of its exports.
    pub exports: &'a [usize],
}

/// A user beside the account that it says it is of.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The user.
    pub token: &'a Credential<'a>,
    /// Its body.
    pub user: &'a User,
    /// The account; none: it is not among what was given, though all accounts are.
    pub account: Option<Home<'a>>,
}

/// The account of a user.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// Its claims.
    pub claims: &'a Claims,
    /// Its body.
    pub account: &'a Account,
    /// The file that it is in.
    pub path: &'a str,
    /// The key that signed the user signs for the account; with the scope that it has.
    pub signer: Option<Option<&'a UserScope>>,
}

/// The system account.
#[derive(Clone, Copy, Debug)]
pub struct System<'a> {
    /// Its key, as operator or configuration name it.
    pub key: &'a str,
    /// Its token, where it is.
    pub token: Option<(&'a Credential<'a>, &'a Account)>,
    /// Who names it: a file.
    pub named: &'a str,
    /// All accounts that the servers know are here, so that one that is not is missing.
    pub complete: bool,
}

/// Operators, one or several tokens of each.
#[derive(Clone, Copy, Debug)]
pub struct Operators<'a> {
    /// The token that is looked at.
    pub token: &'a Credential<'a>,
    /// Its body.
    pub operator: &'a Operator,
    /// How many accounts its identity key signed, and how many its signing keys did.
    pub signed: [u64; 2],
}

/// A server's configuration and what was found of its accounts.
#[derive(Clone, Copy)]
pub struct Configured<'a> {
    /// Its file.
    pub path: &'a Arc<str>,
    /// What the server makes of it.
    pub startup: &'a Startup,
    /// What is known besides.
    pub scene: &'a Scene<'a>,
    /// Operators whose tokens were found elsewhere, newest first, with their files.
    pub operators: &'a [(&'a Claims, &'a str)],
    /// Account files in the resolver's directory, where it was read.
    pub stored: Option<u64>,
}

impl std::fmt::Debug for Configured<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configured").field("path", self.path).finish_non_exhaustive()
    }
}
