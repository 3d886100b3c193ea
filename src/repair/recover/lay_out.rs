//! Where does each thing stand? As nsc lays out its stores and its keystore; what has no place there below `aside`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::choose::{AccountGroup, Chosen, OperatorGroup};
use super::gather::{Found, Token};
use super::names::{Names, safe};
use super::{Content, Item, Missing, Remark, Why, make};
use crate::file::layout::{self, Owner};
use crate::nkey::{PublicKey, go};
use crate::token::Kind;

/// The files, and what is missing.
pub(super) fn lay_out(found: &Found, chosen: Chosen, now: i64) -> (Vec<Item>, Vec<Missing>) {
    let mut out = Layout { found, now, items: Vec::new(), missing: BTreeSet::new() };
    let mut names = Names::default();
    let mut operators = chosen.operators;
    operators.sort_by_key(|group| (out.is_renamed(group.token), group.key.clone()));
    for group in operators {
        out.operator(group, &mut names);
    }
    out.aside(chosen.aside);
    for key in chosen.no_system {
        let waiting = |missing: &Missing| matches!(missing, Missing::Token(_, waiting, _) if *waiting == key);
        if !out.missing.iter().any(waiting) {
            out.missing.insert(Missing::Token(Kind::Account, key, 0));
        }
    }
    out.keys();
    let Layout { mut items, missing, .. } = out;
    items.sort_by(|a, b| a.path.cmp(&b.path));
    (items, missing.into_iter().collect())
}

struct Layout<'a> {
    found: &'a Found,
    now: i64,
    items: Vec<Item>,
    missing: BTreeSet<Missing>,
}

impl Layout<'_> {
    fn put(&mut self, path: PathBuf, what: Content, remarks: Vec<Remark>) {
        self.items.push(Item { path, what, aside: None, remarks });
    }

    /// Whether a token never stood in a directory of its own name: one that did has more right to it.
    fn is_renamed(&self, token: Option<usize>) -> bool {
        let Some(token) = token.map(|index| &self.found.tokens[index]) else { return true };
        !token.sources.iter().any(|source| {
            let (account, user) = self.found.names(source);
            let name = if token.kind == Kind::User { user } else { account };
            name == Some(&*token.name)
        })
    }

    fn operator(&mut self, group: OperatorGroup, names: &mut Names) {
        let known = group.token.map(|index| &self.found.tokens[index]);
        // Of an operator without a token the directories know the name.
        let name = match known {
            Some(token) => token.name.to_string(),
            None => self.directory_name(&group).unwrap_or_default(),
        };
        let operator = names.give(&name, &group.key);
        let owner = Owner { operator: &operator, account: None, user: None };
        let path = Path::new("stores").join(layout::store_path(&owner));
        let seeds: Vec<String> =
            known.map(|token| token.keys.iter().map(ToString::to_string).collect()).unwrap_or_default();
        let held = seeds.iter().chain([&group.key]).filter(|key| self.found.ring.holds_text(key)).count();
        match group.token {
            Some(index) => self.put(path, Content::Token(index), self.remarks(index, &operator, Vec::new())),
            None => {
                let text = make::operator(self.found, &group.key, &name, self.now).unwrap_or_default();
                let what = Content::Made {
                    kind: Kind::Operator,
                    subject: group.key.clone(),
                    name: name.clone(),
                    text,
                };
                self.put(path, what, vec![Remark::Made]);
            }
        }
        let managed = known.and_then(|token| self.managed(token)).unwrap_or(held == 0);
        let mark = Path::new("stores").join(&operator).join(".nsc");
        self.put(mark, Content::Mark { name: operator.clone(), managed }, Vec::new());
        for key in [&group.key].into_iter().chain(&seeds) {
            self.need(key, Kind::Operator, &operator);
        }
        let signer = make::signer(self.found, &group);
        let mut accounts = group.accounts;
        accounts.sort_by_key(|account| (self.is_renamed(account.token), account.key.clone()));
        let mut names = Names::default();
        for account in accounts {
            self.account(account, &operator, signer.as_ref(), &mut names);
        }
    }

    fn account(
        &mut self,
        group: AccountGroup,
        operator: &str,
        signer: Option<&PublicKey>,
        names: &mut Names,
    ) {
        let known = group.token.map(|index| &self.found.tokens[index]);
        let name = match known {
            Some(token) => token.name.to_string(),
            None => {
                let sources = group.users.iter().flat_map(|(user, _)| &self.found.tokens[*user].sources);
                let names = sources.filter_map(|source| self.found.names(source).0);
                names.map(ToOwned::to_owned).next().unwrap_or_else(|| group.called.to_owned())
            }
        };
        let account = names.give(&name, &group.key);
        let owner = Owner { operator, account: Some(&account), user: None };
        let path = Path::new("stores").join(layout::store_path(&owner));
        match (group.token, signer) {
            (Some(index), _) => {
                let remarks = self.remarks(index, &account, group.remarks.clone());
                self.put(path, Content::Token(index), remarks);
            }
            (None, Some(signer)) => {
                let text = make::account(self.found, &group, &name, signer, self.now).unwrap_or_default();
                let what = Content::Made { kind: Kind::Account, subject: group.key.clone(), name, text };
                self.put(path, what, group.remarks.clone());
            }
            (None, None) => {}
        }
        self.need(&group.key, Kind::Account, &account);
        for key in known.into_iter().flat_map(|token| token.keys.iter()) {
            self.need(key, Kind::Account, &account);
        }
        let mut users = group.users;
        users.sort_by_key(|(user, _)| {
            (self.is_renamed(Some(*user)), self.found.tokens[*user].subject.clone())
        });
        let mut names = Names::default();
        for (index, remarks) in users {
            let token = &self.found.tokens[index];
            let user = names.give(&token.name, &token.subject);
            let owner = Owner { operator, account: Some(&account), user: Some(&user) };
            let path = Path::new("stores").join(layout::store_path(&owner));
            let remarks = self.remarks(index, &user, remarks);
            self.put(path, Content::Token(index), remarks);
            match self.seed_of(token) {
                Some(key) => {
                    let path = Path::new("keys").join(layout::creds_path(operator, &account, &user));
                    self.put(path, Content::Creds(index, key), Vec::new());
                }
                None => self.need(&token.subject, Kind::User, &user),
            }
        }
    }

    fn remarks(&self, index: usize, stands: &str, mut remarks: Vec<Remark>) -> Vec<Remark> {
        let token = &self.found.tokens[index];
        if token.old {
            remarks.push(Remark::OldLayout);
        }
        if *token.name != *stands {
            remarks.push(Remark::Renamed);
        }
        remarks
    }

    fn need(&mut self, key: &str, kind: Kind, of: &str) {
        if !self.found.ring.holds_text(key) {
            self.missing.insert(Missing::Seed(key.to_owned(), kind, of.to_owned()));
        }
    }

    fn seed_of(&self, token: &Token) -> Option<PublicKey> {
        let key = go::from_public_key(&token.subject).ok()?.public();
        self.found.ring.holds(&key).then_some(key)
    }

    /// What the mark beside this operator's token says.
    fn managed(&self, token: &Token) -> Option<bool> {
        let directories = token.sources.iter().filter_map(|source| self.found.operator_directory(source));
        directories.filter_map(|directory| self.found.marks.get(directory).copied()).next()
    }

    /// The name of the directory in which the accounts of an operator stand.
    fn directory_name(&self, group: &OperatorGroup) -> Option<String> {
        let tokens = group.accounts.iter().filter_map(|account| account.token);
        let sources = tokens.flat_map(|index| &self.found.tokens[index].sources);
        let mut directories = sources.filter_map(|source| self.found.operator_directory(source));
        directories.find_map(|directory| Some(directory.file_name()?.to_str()?.to_owned()))
    }

    fn aside(&mut self, tokens: Vec<(usize, Why)>) {
        let mut lost: BTreeMap<(Kind, String), usize> = BTreeMap::new();
        let mut names: BTreeMap<PathBuf, Names> = BTreeMap::new();
        for (index, why) in tokens {
            let token = &self.found.tokens[index];
            let above = match why {
                Why::NoOperator => Some((Kind::Operator, token.issuer.to_string())),
                Why::NoAccount | Why::RoleUnknown if token.account.is_empty() => {
                    Some((Kind::Account, token.issuer.to_string()))
                }
                Why::NoAccount | Why::RoleUnknown => Some((Kind::Account, token.account.to_string())),
                _ => None,
            };
            let mut directory = Path::new("aside").join(why.word());
            if let Some((kind, key)) = above {
                // Beside those that wait for the same token.
                directory.push(match safe(&key) {
                    name if name.is_empty() => "unknown".to_owned(),
                    name => name,
                });
                *lost.entry((kind, key)).or_default() += 1;
            }
            let seed = self.seed_of(token).filter(|_| token.kind == Kind::User && token.refused.is_none());
            let (what, end) = match seed {
                Some(key) => (Content::Creds(index, key), "creds"),
                None => (Content::Token(index), "jwt"),
            };
            let digest = data_encoding::HEXLOWER.encode(&token.digest.bytes()[..6]);
            let taken = names.entry(directory.clone()).or_default();
            // Aside nobody looks for a name: the subject tells them apart, and the digest those of one subject.
            let name = taken.give(&safe(&format!("{}.{digest}", token.subject)), &digest);
            let path = directory.join(format!("{name}.{end}"));
            self.items.push(Item { path, what, aside: Some(why), remarks: Vec::new() });
        }
        let lost = lost.into_iter().map(|((kind, key), count)| Missing::Token(kind, key, count));
        self.missing.extend(lost);
    }

    fn keys(&mut self) {
        for key in self.found.seeds.keys() {
            let path = Path::new("keys").join(layout::key_path(key));
            self.items.push(Item { path, what: Content::Seed(*key), aside: None, remarks: Vec::new() });
        }
        for key in self.found.publics.keys().filter(|key| !self.found.seeds.contains_key(key)) {
            let path = Path::new("keys").join(layout::key_path(key));
            self.items.push(Item { path, what: Content::Public(*key), aside: None, remarks: Vec::new() });
        }
    }
}
