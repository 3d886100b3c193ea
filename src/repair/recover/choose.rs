//! Of all the tokens of one subject, which one counts, and whom does it belong to?
//!
//! The one that was signed last, of those whose signature holds; one that is signed by whoever stands above it comes
//! before one that is not. What a server has deleted stays deleted, unless a later token says otherwise.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::gather::{Found, Source, Token};
use super::{Remark, Why};
use crate::token::Kind;

/// An operator, with what belongs to it.
#[derive(Debug)]
pub(super) struct OperatorGroup {
    /// Its token; none where it is to be made.
    pub(super) token: Option<usize>,
    pub(super) key: String,
    pub(super) accounts: Vec<AccountGroup>,
}

/// An account, with its users.
#[derive(Debug)]
pub(super) struct AccountGroup {
    /// Its token; none where it is to be made.
    pub(super) token: Option<usize>,
    pub(super) key: String,
    /// Its name, where no token and no directory knows it.
    pub(super) called: &'static str,
    pub(super) remarks: Vec<Remark>,
    pub(super) users: Vec<(usize, Vec<Remark>)>,
}

/// What goes where.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) operators: Vec<OperatorGroup>,
    pub(super) aside: Vec<(usize, Why)>,
    /// System accounts of which no token is there.
    pub(super) no_system: Vec<String>,
}

/// Chooses. `undelete` are accounts that are to come back though a server deleted them; with `make`, what has no token is
/// to get one where that can be done.
pub(super) fn choose(found: &Found, undelete: &BTreeSet<String>, make: bool) -> Chosen {
    let mut choice = Choice {
        found,
        undelete,
        make,
        chosen: Chosen::default(),
        current: HashMap::new(),
        former: HashMap::new(),
    };
    let mut subjects: [BTreeMap<&str, Vec<usize>>; 3] = Default::default();
    for (index, token) in found.tokens.iter().enumerate() {
        let place = match token.kind {
            Kind::Operator => 0,
            Kind::Account => 1,
            Kind::User => 2,
            kind => {
                choice.chosen.aside.push((index, Why::OtherKind(kind)));
                continue;
            }
        };
        match &token.refused {
            Some(reason) => choice.chosen.aside.push((index, Why::Refused(reason.clone()))),
            None => subjects[place].entry(&token.subject).or_default().push(index),
        }
    }
    let [operators, accounts, users] = subjects;
    operators.into_values().for_each(|tokens| choice.operator(&tokens));
    let deleted = choice.accounts(accounts);
    choice.users(users, &deleted);
    choice.system_accounts(&deleted);
    choice.chosen
}

struct Choice<'a> {
    found: &'a Found,
    undelete: &'a BTreeSet<String>,
    make: bool,
    chosen: Chosen,
    /// Operators by the keys that they have.
    current: HashMap<String, usize>,
    /// Operators by the keys that older tokens of theirs had.
    former: HashMap<String, usize>,
}

impl Choice<'_> {
    fn token(&self, index: usize) -> &Token {
        &self.found.tokens[index]
    }

    /// The last of them, in the order of what counts.
    fn last(&self, tokens: &[usize], counts: impl Fn(&Token) -> bool) -> Option<usize> {
        // The same second: any of them, but always the same one.
        let order = |&index: &usize| {
            let token = self.token(index);
            (counts(token), token.iat, token.digest.bytes())
        };
        tokens.iter().copied().max_by_key(order)
    }

    fn put_aside(&mut self, tokens: &[usize], but: Option<usize>, why: &Why) {
        let others = tokens.iter().filter(|index| Some(**index) != but);
        self.chosen.aside.extend(others.map(|&index| (index, why.clone())));
    }

    fn operator(&mut self, tokens: &[usize]) {
        let own = |token: &Token| token.issuer == token.subject || token.keys.contains(&token.issuer);
        let last = self.last(tokens, own).filter(|&last| own(self.token(last)));
        let Some(last) = last else {
            return self.put_aside(tokens, None, &Why::Foreign);
        };
        let group = self.chosen.operators.len();
        for &index in tokens {
            let token = &self.found.tokens[index];
            let known = if index == last { &mut self.current } else { &mut self.former };
            for key in token.keys.iter().chain([&token.subject]) {
                known.entry(key.to_string()).or_insert(group);
            }
        }
        self.put_aside(tokens, Some(last), &Why::Older);
        let key = self.token(last).subject.to_string();
        self.chosen.operators.push(OperatorGroup { token: Some(last), key, accounts: Vec::new() });
    }

    /// Returns the accounts that are deleted.
    fn accounts(&mut self, subjects: BTreeMap<&str, Vec<usize>>) -> HashSet<String> {
        let mut deleted = HashSet::new();
        for (subject, tokens) in subjects {
            let current = &self.current;
            let Some(last) = self.last(&tokens, |token| current.contains_key(&*token.issuer)) else {
                continue;
            };
            if !self.undelete.contains(subject) && self.is_deleted(last, &tokens) {
                self.put_aside(&tokens, None, &Why::Deleted);
                deleted.insert(subject.to_owned());
                continue;
            }
            let Some((group, remarks)) = self.operator_of(last) else {
                self.put_aside(&tokens, Some(last), &Why::Older);
                self.put_aside(&[last], None, &Why::NoOperator);
                continue;
            };
            self.put_aside(&tokens, Some(last), &Why::Older);
            let account = AccountGroup {
                token: Some(last),
                key: subject.to_owned(),
                called: "",
                remarks,
                users: Vec::new(),
            };
            self.chosen.operators[group].accounts.push(account);
        }
        deleted
    }

    /// Whether a server has deleted an account, and nobody has put it back since.
    fn is_deleted(&self, last: usize, tokens: &[usize]) -> bool {
        let sources = |index: usize| self.token(index).sources.iter();
        let directory = |source: &Source| self.found.files[source.file].parent();
        let graves: Vec<(i64, Option<&Path>)> = tokens
            .iter()
            .flat_map(|&index| sources(index).map(move |source| (index, source)))
            .filter(|(_, source)| self.found.is_tombstone(source))
            .map(|(index, source)| (self.token(index).iat, directory(source)))
            .collect();
        let Some(deleted) = graves.iter().map(|(iat, _)| *iat).max() else { return false };
        let mut living = sources(last).filter(|source| !self.found.is_tombstone(source)).peekable();
        let buried = living.peek().is_none();
        let back = living.any(|source| graves.iter().any(|(_, grave)| *grave == directory(source)));
        buried || (self.token(last).iat <= deleted && !back)
    }

    /// The operator that an account belongs to, and what there is to say about it.
    fn operator_of(&mut self, index: usize) -> Option<(usize, Vec<Remark>)> {
        let token = self.token(index);
        if let Some(&group) = self.current.get(&*token.issuer) {
            return Some((group, Vec::new()));
        }
        if let Some(&group) = self.former.get(&*token.issuer) {
            return Some((group, vec![Remark::KeyRemoved]));
        }
        let remark = if token.issuer == token.subject { Remark::SelfSigned } else { Remark::IssuerUnknown };
        if let Some(group) = self.beside(&token.sources) {
            return Some((group, vec![remark]));
        }
        let issuer = token.issuer.to_string();
        if self.make && remark == Remark::IssuerUnknown && self.found.ring.holds_text(&issuer) {
            let group = self.chosen.operators.len();
            self.current.insert(issuer.clone(), group);
            self.chosen.operators.push(OperatorGroup { token: None, key: issuer, accounts: Vec::new() });
            return Some((group, Vec::new()));
        }
        None
    }

    /// The operator in whose store this stands, or the only one that there is.
    fn beside(&self, sources: &[Source]) -> Option<usize> {
        let directories: Vec<&Path> =
            sources.iter().filter_map(|source| self.found.operator_directory(source)).collect();
        let stands = |group: &OperatorGroup| {
            let own = group.token.map(|index| self.token(index).sources.as_slice()).unwrap_or_default();
            own.iter().any(|source| {
                self.found.operator_directory(source).is_some_and(|own| directories.contains(&own))
            })
        };
        let by_path = self.chosen.operators.iter().position(stands);
        by_path.or_else(|| (self.chosen.operators.len() == 1).then_some(0))
    }

    fn users(&mut self, subjects: BTreeMap<&str, Vec<usize>>, deleted: &HashSet<String>) {
        let mut by_key: HashMap<String, (usize, usize)> = HashMap::new();
        let mut signs: HashSet<(String, String)> = HashSet::new();
        for (o, operator) in self.chosen.operators.iter().enumerate() {
            for (a, account) in operator.accounts.iter().enumerate() {
                by_key.insert(account.key.clone(), (o, a));
                let keys = account.token.map(|index| &self.token(index).keys);
                for key in keys.into_iter().flatten() {
                    by_key.entry(key.to_string()).or_insert((o, a));
                    signs.insert((account.key.clone(), key.to_string()));
                }
            }
        }
        let account_of = |token: &Token| {
            let said = if token.account.is_empty() { &token.issuer } else { &token.account };
            by_key.get(&**said).copied()
        };
        let mut homeless: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for tokens in subjects.into_values() {
            let trusted = |token: &Token| {
                account_of(token).is_some_and(|(o, a)| {
                    let account = &self.chosen.operators[o].accounts[a].key;
                    *token.issuer == **account || signs.contains(&(account.clone(), token.issuer.to_string()))
                })
            };
            let Some(last) = self.last(&tokens, trusted) else { continue };
            let token = self.token(last);
            let (place, trusted) = (account_of(token), trusted(token));
            let said =
                if token.account.is_empty() { token.issuer.to_string() } else { token.account.to_string() };
            self.put_aside(&tokens, Some(last), &Why::Older);
            match place {
                Some((o, a)) => {
                    let remarks = if trusted { Vec::new() } else { vec![Remark::KeyRemoved] };
                    self.chosen.operators[o].accounts[a].users.push((last, remarks));
                }
                None if deleted.contains(&said) => self.chosen.aside.push((last, Why::AccountDeleted)),
                None => homeless.entry(said).or_default().push(last),
            }
        }
        homeless.into_iter().for_each(|(account, users)| self.homeless(account, users));
    }

    /// Users whose account has no token: aside, or in an account that is made for them.
    fn homeless(&mut self, account: String, users: Vec<usize>) {
        let sources: Vec<Source> =
            users.iter().flat_map(|&index| self.token(index).sources.iter().cloned()).collect();
        let group = match self.make && crate::nkey::go::is_public(crate::nkey::Role::Account, &account) {
            true => self.beside(&sources),
            false => None,
        };
        let Some(group) = group.filter(|&group| self.can_sign(group)) else {
            return self.put_aside(&users, None, &Why::NoAccount);
        };
        // A key that signed a user without permissions of its own stood for a role, and nobody knows for which: listed
        // without it, it would allow everything.
        let role = |index: &usize| self.token(*index).has_role && *self.token(*index).issuer != *account;
        let (roles, users): (Vec<usize>, Vec<usize>) = users.into_iter().partition(role);
        let lost: HashSet<&str> = roles.iter().map(|&index| &*self.token(index).issuer).collect();
        let (lost, users): (Vec<usize>, Vec<usize>) =
            users.into_iter().partition(|&index| lost.contains(&*self.token(index).issuer));
        self.put_aside(&[roles, lost].concat(), None, &Why::RoleUnknown);
        if users.is_empty() {
            return;
        }
        let users = users.into_iter().map(|index| (index, Vec::new())).collect();
        let made = AccountGroup { token: None, key: account, called: "", remarks: vec![Remark::Made], users };
        self.chosen.operators[group].accounts.push(made);
    }

    /// Without its system account a server does not start: where it is missing, it is made or told.
    fn system_accounts(&mut self, deleted: &HashSet<String>) {
        for group in 0..self.chosen.operators.len() {
            let operator = &self.chosen.operators[group];
            let claims = operator.token.and_then(|index| self.token(index).operator.as_deref());
            let Some(key) =
                claims.and_then(|claims| claims.operator()).map(|body| body.system_account.clone())
            else {
                continue;
            };
            let there = operator.accounts.iter().any(|account| account.key == key) || deleted.contains(&key);
            if there || !crate::nkey::go::is_public(crate::nkey::Role::Account, &key) {
                continue;
            }
            if self.make && self.can_sign(group) {
                let remarks = vec![Remark::Made];
                let made = AccountGroup { token: None, key, called: "SYS", remarks, users: Vec::new() };
                self.chosen.operators[group].accounts.push(made);
            } else {
                self.chosen.no_system.push(key);
            }
        }
    }

    /// Whether a key of this operator is here that may sign accounts.
    fn can_sign(&self, group: usize) -> bool {
        let group = &self.chosen.operators[group];
        super::make::signer(self.found, group).is_some()
    }
}
