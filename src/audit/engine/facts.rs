//! What is kept of accounts until all of them were seen: what others can ask of them, in few bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use smallvec::SmallVec;

use super::keys::{Key, Keys, Recent, Subject, Subjects};
use crate::nkey::{PublicKey, Role};
use crate::server::load::{Offer, OutOfTime, Permit, has_jetstream, local, remote};
use crate::token::{self, ExportType, Issue, Level};

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

/// An account. What it is tied to stands in [`Facts`].
#[derive(Debug)]
pub(super) struct Account {
    pub(super) key: [u8; 32],
    pub(super) iat: i64,
    pub(super) issuer: Key,
    /// The number of its directory; where its file is not called by its key, the place in [`Facts::misnamed`].
    at: u32,
    imports: Stretch,
    exports: Stretch,
    /// Stands for its name.
    called: [u8; 6],
    pub(super) standing: Standing,
    marks: u8,
}

/// Some of a long list.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: u32,
    count: u32,
}

impl Stretch {
    /// Behind what is in `list` already.
    fn behind<T>(list: &[T], count: usize) -> Stretch {
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Stretch { first: number(list.len()), count: number(count) }
    }

    fn of<T>(self, list: &[T]) -> &[T] {
        let first = self.first as usize;
        list.get(first..first + self.count as usize).unwrap_or_default()
    }
}

/// JetStream is on.
const JETSTREAM: u8 = 1;
/// It revokes tokens or refuses bearers: its users are held against it.
const WATCHES: u8 = 2;
/// It has signing keys.
const SIGNERS: u8 = 4;
/// Its file is not called by its key.
const MISNAMED: u8 = 8;

impl Account {
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

    pub(super) fn public(&self) -> PublicKey {
        PublicKey::new(Role::Account, self.key)
    }

    /// Its key as text.
    pub(super) fn text(&self) -> String {
        self.public().to_string()
    }

    /// Go refuses it: nobody reads what it says.
    pub(super) fn refused(&self) -> bool {
        self.standing == Standing::Refused
    }

    /// No resolver finds its file by its key.
    pub(super) fn is_misnamed(&self) -> bool {
        self.marks & MISNAMED != 0
    }

    /// It imports something.
    pub(super) fn has_imports(&self) -> bool {
        self.imports.count != 0
    }
}

/// All accounts. Their strings are those that they were found with.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) accounts: Vec<Account>,
    pub(super) keys: Keys,
    subjects: Subjects,
    imports: Vec<KeptImport>,
    exports: Vec<KeptExport>,
    /// What few have, by the number of the import: its subject in the account, where that is another.
    renamed: HashMap<u32, Subject>,
    /// And what its activation token says, if Go reads it.
    passes: HashMap<u32, Pass>,
    /// By the number of the export: the token of its subject that must be the importer's key, activations that are void.
    terms: HashMap<u32, (u64, BTreeMap<String, i64>)>,
    /// Directories and names of files that are not called by their keys.
    misnamed: Vec<(u32, Box<str>)>,
}

/// An import in few bytes: of `bits` the lower eight are marks, the others its place in the list.
#[derive(Debug)]
struct KeptImport {
    exporter: Key,
    subject: Subject,
    bits: u32,
}

/// An export in few bytes: of `bits` the lower eight are marks, the others its place in the list.
#[derive(Debug)]
struct KeptExport {
    subject: Subject,
    bits: AtomicU32,
}

/// Marks: the kind of an import or export.
const KIND: u32 = 3;
/// An import has an activation token.
const TOKEN: u32 = 4;
/// An import is called otherwise in the account.
const RENAMED: u32 = 8;
/// The activation token of an import can be read.
const PASS: u32 = 16;
/// Who imports needs an activation token.
const PRIVATE: u32 = 32;
/// An export has a token position or revocations.
const TERMS: u32 = 64;
/// Somebody imports of an export.
const USED: u32 = 128;

const KINDS: [ExportType; 3] = [ExportType::Unknown, ExportType::Stream, ExportType::Service];

fn kind(bits: u32) -> ExportType {
    KINDS.get((bits & KIND) as usize).copied().unwrap_or_default()
}

/// The place in the list, above the marks: a token has no room for as many as do not fit.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX) << 8
}

fn mark(mark: u32, holds: bool) -> u32 {
    if holds { mark } else { 0 }
}

/// An import.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import<'f> {
    /// Its place in the list.
    pub(super) index: u32,
    pub(super) exporter: Key,
    pub(super) kind: ExportType,
    /// The exporter's subject.
    pub(super) subject: &'f str,
    /// The subject in the account.
    pub(super) own: &'f str,
    /// It has an activation token.
    pub(super) token: bool,
    /// What its activation token says, if Go reads it.
    pub(super) pass: Option<&'f Pass>,
}

impl Import<'_> {
    /// The subject by which a search for cycles compares it.
    pub(super) fn met(&self) -> &str {
        if self.kind == ExportType::Stream { self.own } else { self.subject }
    }
}

/// The imports of an account, sorted by [`Import::met`] so that those which meet a subject are found.
#[derive(Clone, Copy)]
pub(super) struct Imports<'f> {
    facts: &'f Facts,
    kept: &'f [KeptImport],
    first: u32,
}

impl<'f> Imports<'f> {
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<Import<'f>> {
        let import = self.kept.get(place)?;
        let (facts, bits) = (self.facts, import.bits);
        let number = self.first + place as u32;
        let subject = facts.subjects.text(import.subject);
        let renamed = if bits & RENAMED != 0 { facts.renamed.get(&number) } else { None };
        Some(Import {
            index: bits >> 8,
            exporter: import.exporter,
            kind: kind(bits),
            subject,
            own: renamed.map_or(subject, |own| facts.subjects.text(*own)),
            token: bits & TOKEN != 0,
            pass: if bits & PASS != 0 { facts.passes.get(&number) } else { None },
        })
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Import<'f>> {
        (0..self.len()).filter_map(move |place| self.get(place))
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
#[derive(Clone, Copy)]
pub(super) struct Export<'f> {
    /// Its place in the list.
    pub(super) index: u32,
    pub(super) offer: Offer<'f>,
    bits: &'f AtomicU32,
}

impl Export<'_> {
    /// Somebody imports of it.
    pub(super) fn mark_used(&self) {
        self.bits.fetch_or(USED, Relaxed);
    }
}

/// What a worker asked for last.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) keys: Recent,
    subjects: Recent,
}

impl Facts {
    /// Keeps what others can ask of `account`, which stands in a file of a directory; beside these, the key of an account that
    /// the file is named by. `permit` reads the activation token of an import. From a subject that is no account's key nobody
    /// can import: it has its own finding.
    pub(super) fn add(
        &mut self,
        (directory, file, named): (u32, &str, Option<[u8; 32]>),
        data: &token::ClaimsData,
        account: &token::Account,
        standing: Standing,
        permit: &dyn Fn(usize) -> Option<Permit>,
        asked: &mut Asked,
    ) {
        let canonical = file.strip_suffix(".jwt").is_some_and(|stem| stem == data.sub);
        let key = if canonical { named } else { account_key(&data.sub) };
        let Some(key) = key else { return };
        let imports = self.add_imports(account, permit, asked);
        let exports = self.add_exports(account, asked);
        let mut at = directory;
        if !canonical {
            at = u32::try_from(self.misnamed.len()).unwrap_or(u32::MAX);
            self.misnamed.push((directory, file.into()));
        }
        let mut marks = 0;
        for (mark, holds) in [
            (JETSTREAM, has_jetstream(&account.limits)),
            (WATCHES, !account.revocations.is_empty() || account.limits.disallow_bearer),
            (SIGNERS, !account.signing_keys.is_empty()),
            (MISNAMED, !canonical),
        ] {
            marks |= if holds { mark } else { 0 };
        }
        let [called @ .., _, _] = called(&data.name).to_be_bytes();
        let issuer = asked.keys.number(&data.iss, |text| self.keys.number(text));
        self.accounts.push(Account {
            key,
            iat: data.iat,
            issuer,
            at,
            imports,
            exports,
            called,
            standing,
            marks,
        });
    }

    fn add_imports(
        &mut self,
        account: &token::Account,
        permit: &dyn Fn(usize) -> Option<Permit>,
        asked: &mut Asked,
    ) -> Stretch {
        fn met(import: &token::Import) -> Cow<'_, str> {
            match import.kind {
                ExportType::Stream => local(import),
                _ => Cow::from(remote(import)),
            }
        }
        let all = account.imports.iter().enumerate();
        let mut sorted: SmallVec<[_; 8]> =
            all.filter_map(|(at, import)| Some((at, import.as_ref()?))).collect();
        sorted.sort_by(|(_, a), (_, b)| (a.kind, met(a)).cmp(&(b.kind, met(b))));
        let stretch = Stretch::behind(&self.imports, sorted.len());
        for (index, import) in sorted {
            let number = u32::try_from(self.imports.len()).unwrap_or(u32::MAX);
            let (subject, own) = (remote(import), local(import));
            let mut bits = place(index) | import.kind as u32 | mark(TOKEN, !import.token.is_empty());
            if *own != *subject {
                bits |= RENAMED;
                self.renamed.insert(number, self.subjects.number(&own));
            }
            let permit = if import.token.is_empty() { None } else { permit(index) };
            if let Some(permit) = permit {
                bits |= PASS;
                let pass = Pass {
                    issuer: self.keys.number(&permit.issuer),
                    issuer_account: self.keys.number(&permit.issuer_account),
                    iat: permit.iat,
                    time: permit.time,
                    issue: permit.issue.map(Into::into),
                };
                self.passes.insert(number, pass);
            }
            let exporter = asked.keys.number(&import.account, |text| self.keys.number(text));
            let subject = asked.subjects.number(subject, |text| self.subjects.number(text));
            self.imports.push(KeptImport { exporter, subject, bits });
        }
        stretch
    }

    fn add_exports(&mut self, account: &token::Account, asked: &mut Asked) -> Stretch {
        let all =
            || account.exports.iter().enumerate().filter_map(|(at, export)| Some((at, export.as_ref()?)));
        let stretch = Stretch::behind(&self.exports, all().count());
        for (index, export) in all() {
            let position = export.account_token_position;
            let terms = position != 0 || !export.revocations.is_empty();
            if terms {
                let number = u32::try_from(self.exports.len()).unwrap_or(u32::MAX);
                self.terms.insert(number, (position, export.revocations.clone()));
            }
            let bits =
                place(index) | export.kind as u32 | mark(PRIVATE, export.token_req) | mark(TERMS, terms);
            let subject = asked.subjects.number(&export.subject, |text| self.subjects.number(text));
            self.exports.push(KeptExport { subject, bits: AtomicU32::new(bits) });
        }
        stretch
    }

    /// The number of its directory.
    pub(super) fn directory(&self, account: &Account) -> u32 {
        if !account.is_misnamed() {
            return account.at;
        }
        self.misnamed.get(account.at as usize).map_or(u32::MAX, |(directory, _)| *directory)
    }

    /// The name of its file.
    pub(super) fn file(&self, account: &Account) -> String {
        match self.misnamed.get(account.at as usize).filter(|_| account.is_misnamed()) {
            Some((_, name)) => name.to_string(),
            None => format!("{}.jwt", account.text()),
        }
    }

    pub(super) fn imports(&self, account: &Account) -> Imports<'_> {
        Imports { facts: self, kept: account.imports.of(&self.imports), first: account.imports.first }
    }

    pub(super) fn exports<'f>(
        &'f self,
        account: &Account,
    ) -> impl Iterator<Item = Export<'f>> + Clone + use<'f> {
        self.kept_exports(account).map(move |(number, export)| self.export(number, export))
    }

    /// The exports that nobody is known to import of.
    pub(super) fn unused_exports<'f>(
        &'f self,
        account: &Account,
    ) -> impl Iterator<Item = Export<'f>> + use<'f> {
        let unused = self.kept_exports(account).filter(|(_, export)| export.bits.load(Relaxed) & USED == 0);
        unused.map(move |(number, export)| self.export(number, export))
    }

    fn kept_exports<'f>(
        &'f self,
        account: &Account,
    ) -> impl Iterator<Item = (u32, &'f KeptExport)> + Clone + use<'f> {
        (account.exports.first..).zip(account.exports.of(&self.exports))
    }

    fn export<'f>(&'f self, number: u32, kept: &'f KeptExport) -> Export<'f> {
        let bits = kept.bits.load(Relaxed);
        let terms = if bits & TERMS != 0 { self.terms.get(&number) } else { None };
        Export {
            index: bits >> 8,
            offer: Offer {
                kind: kind(bits),
                subject: self.subjects.text(kept.subject),
                private: bits & PRIVATE != 0,
                position: terms.map_or(0, |(position, _)| *position),
                revocations: terms.map(|(_, revocations)| revocations),
            },
            bits: &kept.bits,
        }
    }
}

/// A number for a name, the same in every run; 0 for none.
pub(super) fn called(name: &str) -> u64 {
    if name.is_empty() { 0 } else { BuildHasherDefault::<DefaultHasher>::default().hash_one(name) }
}

/// The bytes of an account's public key.
pub(super) fn account_key(text: &str) -> Option<[u8; 32]> {
    bytes(text, Role::Account)
}

pub(super) fn bytes(text: &str, role: Role) -> Option<[u8; 32]> {
    PublicKey::parse(text).ok().filter(|key| key.role() == role).map(|key| *key.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_takes_what_is_said() {
        assert_eq!((size_of::<Account>(), size_of::<KeptImport>(), size_of::<KeptExport>()), (72, 12, 8));
    }
}
