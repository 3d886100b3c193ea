//! What is kept of accounts and users until all of them were seen: what others can ask of them, in few bytes.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::keys::{Key, KeyCache};
use crate::nkey::{PublicKey, Role};
use crate::server::load::{OutOfTime, Permit, has_jetstream, local, remote};
use crate::server::terms;
use crate::token::{self, Claims, ExportType, Issue, Level};

/// What becomes of a token before anybody else has a word in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// A server takes it, if its signer is the right one.
    Sound,
    /// Its time is over or has not come.
    Untimely,
    /// Its validation says no.
    Invalid,
    /// Go refuses to decode it: nobody reads what it says.
    Refused,
}

impl Standing {
    /// What `Validate` came to.
    pub(super) fn of(issues: &[Issue]) -> Standing {
        let is = |level| issues.iter().any(|issue| issue.level == level);
        match (is(Level::Error), is(Level::TimeCheck)) {
            (true, _) => Standing::Invalid,
            (false, true) => Standing::Untimely,
            (false, false) => Standing::Sound,
        }
    }
}

/// An account. Its strings are those that it was found with.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) key: [u8; 32],
    pub(super) iat: i64,
    pub(super) issuer: Key,
    /// The number of its directory.
    pub(super) place: u32,
    /// The name of its file, where that is not its key with `.jwt`.
    name: Option<Box<str>>,
    ties: Option<Box<Ties>>,
    /// Stands for its name.
    called: [u8; 6],
    pub(super) standing: Standing,
    marks: u8,
}

/// JetStream is on.
const JETSTREAM: u8 = 1;
/// It revokes tokens or refuses bearers: its users are held against it.
const WATCHES: u8 = 2;
/// It has signing keys.
const SIGNERS: u8 = 4;

/// What ties an account to others.
#[derive(Debug, Default)]
struct Ties {
    imports: Box<[Import]>,
    exports: Box<[Export]>,
}

/// An import.
#[derive(Debug)]
pub(super) struct Import {
    /// Its place in the list.
    pub(super) index: u32,
    pub(super) exporter: Key,
    pub(super) kind: ExportType,
    /// The exporter's subject.
    pub(super) subject: Box<str>,
    /// The subject in the account, where it is another.
    own: Option<Box<str>>,
    /// It has an activation token.
    pub(super) token: bool,
    /// What its activation token says, if Go reads it.
    pub(super) pass: Option<Box<Pass>>,
}

impl Import {
    /// The subject in the account.
    pub(super) fn own(&self) -> &str {
        self.own.as_deref().unwrap_or(&self.subject)
    }

    #[cfg(test)]
    pub(super) fn of(kind: ExportType, subject: &str) -> Import {
        Import { index: 0, exporter: 0, kind, subject: subject.into(), own: None, token: false, pass: None }
    }

    /// The subject by which a search for cycles compares it.
    pub(super) fn met(&self) -> &str {
        if self.kind == ExportType::Stream { self.own() } else { &self.subject }
    }
}

/// What an exporter looks at of the activation token of an import. Whom it is for was asked when the account was validated.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) issuer: Key,
    pub(super) issuer_account: Key,
    pub(super) iat: i64,
    pub(super) time: Option<OutOfTime>,
    pub(super) issue: Option<Box<str>>,
}

/// An export.
#[derive(Debug)]
pub(super) struct Export {
    /// Its place in the list.
    pub(super) index: u32,
    pub(super) kind: ExportType,
    pub(super) subject: Box<str>,
    /// Importers need an activation token.
    pub(super) private: bool,
    /// The token of the subject, from 1, that must be the importer's key; 0: none.
    pub(super) position: u64,
    /// Activations that are void.
    pub(super) revocations: BTreeMap<String, i64>,
    /// Somebody imports of it.
    pub(super) used: Cell<bool>,
}

impl Account {
    /// Keeps what others can ask of `account`, which stands in a file of a directory; `permit` reads the activation token of
    /// an import.
    pub(super) fn new(
        key: [u8; 32],
        (place, file): (u32, &str),
        data: &token::ClaimsData,
        account: &token::Account,
        standing: Standing,
        permit: &dyn Fn(usize) -> Option<Permit>,
        keys: &mut KeyCache<'_>,
    ) -> Account {
        let canonical = file.strip_suffix(".jwt").is_some_and(|stem| stem == data.sub);
        let imports = imports(account, permit, keys);
        let exports = exports(account);
        let ties = (!imports.is_empty() || !exports.is_empty()).then(|| Box::new(Ties { imports, exports }));
        let mut marks = 0;
        for (mark, holds) in [
            (JETSTREAM, has_jetstream(&account.limits)),
            (WATCHES, !account.revocations.is_empty() || account.limits.disallow_bearer),
            (SIGNERS, !account.signing_keys.is_empty()),
        ] {
            marks |= if holds { mark } else { 0 };
        }
        let [called @ .., _, _] = called(&data.name).to_be_bytes();
        Account {
            key,
            iat: data.iat,
            issuer: keys.number(&data.iss),
            place,
            name: (!canonical).then(|| file.into()),
            ties,
            called,
            standing,
            marks,
        }
    }

    /// Stands for its name; `None`: it has none.
    pub(super) fn called(&self) -> Option<[u8; 6]> {
        (self.called != [0; 6]).then_some(self.called)
    }

    /// JetStream is on.
    pub(super) fn jetstream(&self) -> bool {
        self.marks & JETSTREAM != 0
    }

    /// It revokes tokens or refuses bearers: its users are held against it.
    pub(super) fn watches(&self) -> bool {
        self.marks & WATCHES != 0
    }

    /// It has signing keys.
    pub(super) fn signers(&self) -> bool {
        self.marks & SIGNERS != 0
    }

    /// Its key as text.
    pub(super) fn text(&self) -> String {
        PublicKey::new(Role::Account, self.key).to_string()
    }

    /// Go refuses it: nobody reads what it says.
    pub(super) fn refused(&self) -> bool {
        self.standing == Standing::Refused
    }

    /// No resolver finds its file by its key.
    pub(super) fn is_misnamed(&self) -> bool {
        self.name.is_some()
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        self.name.as_ref().map_or_else(|| format!("{}.jwt", self.text()), |name| name.to_string())
    }

    pub(super) fn imports(&self) -> &[Import] {
        self.ties.as_ref().map_or(&[], |ties| &ties.imports)
    }

    pub(super) fn exports(&self) -> &[Export] {
        self.ties.as_ref().map_or(&[], |ties| &ties.exports)
    }
}

/// The imports, sorted by [`Import::met`] so that those which meet a subject are found.
fn imports(
    account: &token::Account,
    permit: &dyn Fn(usize) -> Option<Permit>,
    keys: &mut KeyCache<'_>,
) -> Box<[Import]> {
    let mut imports = Vec::with_capacity(account.imports.len());
    for (index, import) in account.imports.iter().enumerate() {
        let (Some(import), Ok(number)) = (import, u32::try_from(index)) else { continue };
        let (subject, own) = (remote(import), local(import));
        let permit = if import.token.is_empty() { None } else { permit(index) };
        imports.push(Import {
            index: number,
            exporter: keys.number(&import.account),
            kind: import.kind,
            subject: subject.into(),
            own: (*own != *subject).then(|| own.as_ref().into()),
            token: !import.token.is_empty(),
            pass: permit.map(|permit| {
                Box::new(Pass {
                    issuer: keys.number(&permit.issuer),
                    issuer_account: keys.number(&permit.issuer_account),
                    iat: permit.iat,
                    time: permit.time,
                    issue: permit.issue.map(Into::into),
                })
            }),
        });
    }
    imports.sort_by(|a: &Import, b: &Import| (a.kind, a.met()).cmp(&(b.kind, b.met())));
    imports.into()
}

fn exports(account: &token::Account) -> Box<[Export]> {
    let exports = account.exports.iter().enumerate().filter_map(|(index, export)| {
        let export = export.as_ref()?;
        Some(Export {
            index: u32::try_from(index).ok()?,
            kind: export.kind,
            subject: export.subject.as_str().into(),
            private: export.token_req,
            position: export.account_token_position,
            revocations: export.revocations.clone(),
            used: Cell::new(false),
        })
    });
    exports.collect()
}

/// A number for a name, the same in every run; 0 for none.
fn called(name: &str) -> u64 {
    if name.is_empty() { 0 } else { BuildHasherDefault::<DefaultHasher>::default().hash_one(name) }
}

/// The bytes of an account's public key.
pub(super) fn account_key(text: &str) -> Option<[u8; 32]> {
    bytes(text, Role::Account)
}

fn bytes(text: &str, role: Role) -> Option<[u8; 32]> {
    PublicKey::parse(text).ok().filter(|key| key.role() == role).map(|key| *key.bytes())
}

/// A user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) key: [u8; 32],
    /// The account in which a server looks for it.
    pub(super) account: [u8; 32],
    pub(super) iat: i64,
    /// The key that signed it, where that is not the account's own.
    pub(super) signer: Option<Key>,
    /// The number of its directory.
    pub(super) place: u32,
    /// The name of its file.
    pub(super) file: Box<str>,
    /// Stands for its name; 0: it has none.
    pub(super) called: u64,
    /// It says which account it is of.
    pub(super) named: bool,
    /// Its token alone is enough.
    pub(super) bearer: bool,
    /// It has permissions or limits of its own.
    pub(super) terms: bool,
}

impl User {
    /// Keeps what its account can say about a user, whose token a server takes by itself.
    pub(super) fn new(
        (place, file): (u32, &str),
        claims: &Claims,
        user: &token::User,
        keys: &mut KeyCache<'_>,
    ) -> Option<User> {
        let (data, named) = (&claims.data, !user.issuer_account.is_empty());
        let account = if named { user.issuer_account.as_str() } else { data.iss.as_str() };
        Some(User {
            key: bytes(&data.sub, Role::User)?,
            account: account_key(account)?,
            iat: data.iat,
            signer: (data.iss != account).then(|| keys.number(&data.iss)),
            place,
            file: file.into(),
            called: called(&data.name),
            named,
            bearer: user.permissions.bearer_token,
            terms: !terms::not_zero(&user.permissions).is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_takes_what_is_said() {
        assert!(size_of::<Account>() <= 80, "{}", size_of::<Account>());
    }
}
