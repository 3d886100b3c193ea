//! Which tokens and keys do we know? The tokens by subject, and who lists which signing key.

use std::collections::HashMap;
use std::sync::Arc;

use crate::token::{Body, Claims, Kind};

/// A token's number in its fleet.
pub type Id = usize;

/// A token of the fleet.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it claims.
    pub claims: Arc<Claims>,
    /// Its signature holds under its issuer's key.
    pub holds: bool,
    /// The file that it is from.
    pub source: Arc<str>,
}

/// Operators, accounts and users that were given, and the public keys whose seeds are at hand.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    members: Vec<Member>,
    /// Operators, accounts, users by subject, best copy first.
    operators: HashMap<String, Vec<Id>>,
    accounts: HashMap<String, Vec<Id>>,
    users: HashMap<String, Vec<Id>>,
    /// The operators that list a signing key.
    operator_keys: HashMap<String, Vec<Id>>,
    /// The accounts that list a signing key.
    account_keys: HashMap<String, Vec<Id>>,
    /// Where the seed of a public key is.
    seeds: HashMap<String, Vec<Arc<str>>>,
    /// The places where servers say whom they trust, each with the subjects of those operators.
    servers: Vec<(Arc<str>, Vec<String>)>,
}

/// Whether a server that was given trusts an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trusted {
    /// No server was given.
    #[default]
    Unasked,
    /// The one whose configuration says so at this place.
    At(Arc<str>),
    /// None of them; this is the place of the first one's operators.
    NotAt(Arc<str>),
}

impl Fleet {
    /// Takes a token in. Of several copies with one subject, one whose signature holds goes before one whose does not, then
    /// the one signed last.
    pub fn add(&mut self, member: Member) -> Id {
        let id = self.members.len();
        let claims = Arc::clone(&member.claims);
        let rank = |member: &Member| (member.holds, member.claims.data.iat);
        let new = rank(&member);
        self.members.push(member);
        let by_subject = match claims.kind() {
            Kind::Operator => &mut self.operators,
            Kind::Account => &mut self.accounts,
            Kind::User => &mut self.users,
            _ => return id,
        };
        let copies = by_subject.entry(claims.data.sub.clone()).or_default();
        let at = copies.partition_point(|&copy| self.members.get(copy).is_some_and(|copy| rank(copy) >= new));
        copies.insert(at, id);
        match &claims.body {
            Body::Operator(operator) => {
                for key in &operator.signing_keys {
                    self.operator_keys.entry(key.clone()).or_default().push(id);
                }
            }
            Body::Account(account) => {
                for key in account.signing_keys.keys() {
                    self.account_keys.entry(key.clone()).or_default().push(id);
                }
            }
            _ => {}
        }
        id
    }

    /// Notes that the seed of `public` is in the file `source`.
    pub fn add_seed(&mut self, public: &str, source: Arc<str>) {
        let sources = self.seeds.entry(public.to_owned()).or_default();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }

    /// Notes that a server trusts the operators with these subjects; `place` is where its configuration says so.
    pub fn add_server(&mut self, place: Arc<str>, operators: Vec<String>) {
        self.servers.push((place, operators));
    }

    /// Whether a server that was given trusts the operator with this subject.
    pub fn trusts(&self, operator: &str) -> Trusted {
        let truster = self.servers.iter().find(|(_, all)| all.iter().any(|subject| subject == operator));
        match (truster, self.servers.first()) {
            (Some((place, _)), _) => Trusted::At(Arc::clone(place)),
            (None, Some((place, _))) => Trusted::NotAt(Arc::clone(place)),
            (None, None) => Trusted::Unasked,
        }
    }

    /// Where the seed of this key is.
    pub fn seed(&self, public: &str) -> &[Arc<str>] {
        self.seeds.get(public).map(Vec::as_slice).unwrap_or_default()
    }

    /// The token with this number.
    pub fn get(&self, id: Id) -> Option<&Member> {
        self.members.get(id)
    }

    /// Every token, in the order in which they were given.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Copies of the operator with this subject, the best first.
    pub fn operator(&self, subject: &str) -> impl Iterator<Item = &Member> {
        self.copies(&self.operators, subject)
    }

    /// Copies of the account with this subject, the best first.
    pub fn account(&self, subject: &str) -> impl Iterator<Item = &Member> {
        self.copies(&self.accounts, subject)
    }

    /// Copies of the user with this subject, the best first.
    pub fn user(&self, subject: &str) -> impl Iterator<Item = &Member> {
        self.copies(&self.users, subject)
    }

    /// The operators whose identity key or signing key this is; only the best copy of each counts.
    pub fn operator_of(&self, key: &str) -> Option<&Member> {
        self.operator(key).next().or_else(|| self.lister(&self.operator_keys, &self.operators, key))
    }

    /// The account whose identity key or signing key this is; only the best copy of each counts.
    pub fn account_of(&self, key: &str) -> Option<&Member> {
        self.account(key).next().or_else(|| self.lister(&self.account_keys, &self.accounts, key))
    }

    /// How many operators, accounts and users there are, copies not counted.
    pub fn counts(&self) -> [usize; 3] {
        [self.operators.len(), self.accounts.len(), self.users.len()]
    }

    fn copies<'a>(
        &'a self,
        map: &'a HashMap<String, Vec<Id>>,
        subject: &str,
    ) -> impl Iterator<Item = &'a Member> {
        map.get(subject).into_iter().flatten().filter_map(|&id| self.members.get(id))
    }

    fn lister<'a>(
        &'a self,
        keys: &HashMap<String, Vec<Id>>,
        subjects: &HashMap<String, Vec<Id>>,
        key: &str,
    ) -> Option<&'a Member> {
        keys.get(key)?.iter().find_map(|id| {
            let member = self.members.get(*id)?;
            (subjects.get(&member.claims.data.sub)?.first() == Some(id)).then_some(member)
        })
    }
}
