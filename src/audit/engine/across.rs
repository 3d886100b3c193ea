//! What is wrong between tokens? Two of one account, issuers that nobody trusts, two accounts of one name. Imports stand in
//! [`super::imports`], users in [`super::users`].

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::Settings;
use super::facts::{Account, Facts, Standing};
use super::graph::Edges;
use super::keys::{Key, Keys};
use super::look::Gains;
use super::recall::{Recalled, recall};
use crate::audit::{Gathered, Graph, Unreads};
use crate::lint::view::owner;
use crate::lint::{Finding, Place, Rule, Severity, rule};
use crate::token::Claims;

pub(super) fn rule_of(code: &'static str) -> &'static Rule {
    rule(code).expect("a test asserts that every code named here has a rule")
}

/// Looks at all accounts and users together, sorts the accounts by their keys, and gives back the graph of their imports; `paths`
/// are the directories by their numbers, `trust` the keys that may sign accounts, empty where nobody named any.
pub(super) fn across(
    gains: &mut Gains,
    facts: &mut Facts,
    paths: &[Arc<str>],
    trust: &HashSet<String>,
    settings: &Settings<'_>,
) -> Graph {
    let mut accounts = std::mem::take(&mut facts.accounts);
    let path = |account: &Account| paths.get(facts.directory(account) as usize).map_or("", |path| path);
    // The newest first; of the same second the one whose file a resolver finds.
    sort(&mut accounts, settings.threads, &|a: &Account, b: &Account| {
        let by = |a: &Account| (a.refused(), std::cmp::Reverse(a.iat), a.is_misnamed());
        let key = order(&a.key, &b.key).then_with(|| by(a).cmp(&by(b)));
        key.then_with(|| path(a).cmp(path(b))).then_with(|| facts.file(a).cmp(&facts.file(b)))
    });
    facts.accounts = accounts;
    let view = View {
        facts,
        starts: starts(&facts.accounts),
        paths,
        settings,
        trust: Trust::new(&gains.operators, &facts.keys, trust),
        damaged: &gains.damaged,
        recalled: Mutex::default(),
    };
    let mut edges = Edges::new(settings.edges);
    let web = super::imports::ByFacts::new(&view);
    let looked = spread(&view, &mut gains.gathered, |teller, accounts| {
        let (mut edges, mut unread) = (Edges::new(settings.edges), Unreads::default());
        for index in accounts {
            let account = &view.facts.accounts[index];
            let newest = view.is_newest(index);
            if !newest {
                older(teller, index);
            }
            if !account.refused() {
                issuer(teller, index);
            }
            if newest && account.has_imports() {
                super::imports::of_account(teller, &web, index, &mut edges, &mut unread);
            }
        }
        (edges, unread)
    });
    for (more, unread) in looked {
        edges.merge(more);
        gains.unread.merge(unread);
    }
    // Whether an export is used is known when all imports were seen.
    spread(&view, &mut gains.gathered, super::imports::unused);
    let mut teller = Teller { gathered: &mut gains.gathered, view: &view };
    namesakes(&mut teller);
    for (place, claims) in &gains.operators {
        system_account(&mut teller, place, claims);
    }
    super::users::users(&mut teller, std::mem::take(&mut gains.users));
    edges.finish(&view)
}

/// Sorts, each worker a part.
fn sort<T: Send>(all: &mut [T], workers: usize, order: &(impl Fn(&T, &T) -> Ordering + Sync)) {
    if workers < 2 || all.len() < SHARE {
        return all.sort_unstable_by(order);
    }
    let here = workers / 2;
    let (less, _, greater) = all.select_nth_unstable_by(all.len() * here / workers, order);
    std::thread::scope(|scope| {
        scope.spawn(|| sort(less, here, order));
        sort(greater, workers - here, order);
    });
}

/// The order of keys. Nearly always their first words tell, which need no call.
fn order(a: &[u8; 32], b: &[u8; 32]) -> Ordering {
    let first = |key: &[u8; 32]| key.first_chunk().map(|word| u64::from_be_bytes(*word));
    first(a).cmp(&first(b)).then_with(|| a.cmp(b))
}

/// Accounts that one worker looks at by itself: a thread for fewer is not worth it.
const SHARE: usize = 4096;

/// Looks at all accounts, each worker at a share of them; what comes of it in their order.
fn spread<R: Send>(
    view: &View<'_>,
    gathered: &mut Gathered,
    look: impl Fn(&mut Teller<'_>, Range<usize>) -> R + Sync,
) -> Vec<R> {
    let (all, settings) = (view.facts.accounts.len(), view.settings);
    let share = all.div_ceil(settings.threads.max(1)).max(SHARE);
    let look = |first: usize| {
        let mut gathered = Gathered::new(settings.kept);
        let looked = look(&mut Teller { gathered: &mut gathered, view }, first..all.min(first + share));
        (looked, gathered)
    };
    let mut looked = Vec::new();
    std::thread::scope(|scope| {
        let look = &look;
        let others: Vec<_> =
            (share..all).step_by(share).map(|first| scope.spawn(move || look(first))).collect();
        let others =
            others.into_iter().map(|other| other.join().expect("a worker does not panic on any input"));
        for (result, found) in std::iter::once(look(0)).chain(others) {
            looked.push(result);
            gathered.merge(found);
        }
    });
    looked
}

/// Where the accounts begin whose keys begin with each two bytes, and the end of all.
fn starts(accounts: &[Account]) -> Vec<u32> {
    let mut starts = vec![0; (1 << 16) + 1];
    for account in accounts {
        starts[usize::from(u16::from_be_bytes([account.key[0], account.key[1]])) + 1] += 1;
    }
    let mut sum = 0;
    starts.iter_mut().for_each(|start| {
        sum += *start;
        *start = sum;
    });
    starts
}

/// Who may sign accounts.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// By their numbers, which keys may; none where no operator is known.
    trusted: Option<Vec<bool>>,
    /// How many there are, those that signed nothing too.
    many: usize,
    /// All keys of operators whose identity keys sign nothing but their own token.
    strict: HashSet<Key>,
    /// The operator of each key.
    realms: HashMap<Key, usize>,
}

impl Trust {
    fn new(operators: &[(Place, Claims)], keys: &Keys, named: &HashSet<String>) -> Trust {
        let mut trust = Trust::default();
        let mut signers: HashSet<&str> = named.iter().map(String::as_str).collect();
        for (realm, (_, claims)) in operators.iter().enumerate() {
            let Some(operator) = claims.operator() else { continue };
            let own = std::iter::once(&claims.data.sub).chain(&operator.signing_keys);
            for key in own.filter_map(|text| keys.known(text)) {
                trust.realms.entry(key).or_insert(realm);
                if operator.strict_signing_key_usage {
                    trust.strict.insert(key);
                }
            }
            if named.is_empty() {
                signers.extend(operator.signing_keys.iter().map(String::as_str));
                signers.extend((!operator.strict_signing_key_usage).then_some(claims.data.sub.as_str()));
            }
        }
        trust.many = signers.len();
        if !signers.is_empty() || !operators.is_empty() {
            let mut trusted = vec![false; keys.len()];
            for key in signers.into_iter().filter_map(|text| keys.known(text)) {
                trusted[key as usize] = true;
            }
            trust.trusted = Some(trusted);
        }
        trust
    }

    /// Servers take accounts that this key signed, as far as is known.
    pub(super) fn trusts(&self, issuer: Key) -> bool {
        self.trusted.as_ref().is_none_or(|trusted| trusted.get(issuer as usize) == Some(&true))
    }

    /// The operator of this key lets identity keys sign nothing but their own token.
    pub(super) fn is_strict(&self, issuer: Key) -> bool {
        self.strict.contains(&issuer)
    }
}

/// Everything that was kept.
pub(super) struct View<'a> {
    pub(super) facts: &'a Facts,
    /// Where the accounts begin whose keys begin with two bytes.
    starts: Vec<u32>,
    pub(super) paths: &'a [Arc<str>],
    pub(super) settings: &'a Settings<'a>,
    pub(super) trust: Trust,
    /// Keys of accounts whose tokens cannot be read: they have findings of their own.
    pub(super) damaged: &'a HashSet<[u8; 32]>,
    recalled: Mutex<HashMap<usize, Option<Arc<Recalled>>>>,
}

/// Tokens that are kept while they are asked about again and again.
const RECALLED: usize = 64;

impl View<'_> {
    /// The number of the account with this key: its newest token.
    pub(super) fn find(&self, key: &[u8; 32]) -> Option<usize> {
        // Keys are as good as random: few begin alike.
        let first = usize::from(u16::from_be_bytes([key[0], key[1]]));
        let (start, end) = (self.starts[first] as usize, self.starts[first + 1] as usize);
        let alike = self.facts.accounts.get(start..end).unwrap_or_default();
        let at = alike.partition_point(|other| order(&other.key, key).is_lt());
        alike.get(at).is_some_and(|found| found.key == *key).then_some(start + at)
    }

    fn is_newest(&self, index: usize) -> bool {
        let accounts = &self.facts.accounts;
        index == 0 || accounts[index - 1].key != accounts[index].key
    }

    /// Servers take this account.
    pub(super) fn is_taken(&self, account: &Account) -> bool {
        account.standing == Standing::Sound && self.trust.trusts(account.issuer)
    }

    /// The path of a file in the directory with this number.
    pub(super) fn path(&self, place: u32, file: &str) -> String {
        match self.paths.get(place as usize).map_or("", |path| path) {
            "" => file.to_owned(),
            "/" => format!("/{file}"),
            directory => format!("{directory}/{file}"),
        }
    }

    /// The path of an account's file.
    pub(super) fn path_of(&self, account: &Account) -> String {
        self.path(self.facts.directory(account), &self.facts.file(account))
    }

    /// What an account's token says; none where it is not there any more.
    pub(super) fn recall(&self, index: usize) -> Option<Arc<Recalled>> {
        let all = || self.recalled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(&index) {
            return known.clone();
        }
        let account = &self.facts.accounts[index];
        let path = self.path_of(account);
        let recalled = recall(&path, &account.text(), account.iat).map(Arc::new);
        let mut all = all();
        if all.len() >= RECALLED {
            all.clear();
        }
        all.insert(index, recalled.clone());
        recalled
    }

    /// The place that is an account's token.
    pub(super) fn place(&self, index: usize) -> Place {
        let account = &self.facts.accounts[index];
        let place = Place::file(self.path_of(account));
        match self.recall(index) {
            Some(recalled) => {
                let place = place.of(owner(&recalled.claims));
                recalled.span.clone().map_or(place.clone(), |span| place.bytes(span))
            }
            None => place.of(format!("account {}", account.text())),
        }
    }

    /// `account "BILLING"`.
    pub(super) fn words(&self, index: usize) -> String {
        self.place(index).owner.unwrap_or_default()
    }
}

/// Tells what is found.
pub(super) struct Teller<'a> {
    gathered: &'a mut Gathered,
    pub(super) view: &'a View<'a>,
}

impl Teller<'_> {
    /// Of an account.
    pub(super) fn account(
        &mut self,
        index: usize,
        code: &'static str,
        finding: &dyn Fn(&'static Rule) -> Finding,
    ) {
        let facts = self.view.facts;
        let account = &facts.accounts[index];
        self.file(facts.directory(account), &facts.file(account), code, finding);
    }

    /// Of a file in the directory with this number.
    pub(super) fn file(
        &mut self,
        place: u32,
        file: &str,
        code: &'static str,
        finding: &dyn Fn(&'static Rule) -> Finding,
    ) {
        let directory = self.view.paths.get(place as usize).map_or("", |path| path);
        let (rule, settings) = (rule_of(code), self.view.settings);
        self.gathered.tell(rule, (directory, file), &|| finding(rule), settings.policy, settings.told);
    }
}

/// A token that is not the newest of its account.
fn older(teller: &mut Teller<'_>, index: usize) {
    let view = teller.view;
    let account = &view.facts.accounts[index];
    let Some(newest) = view.find(&account.key) else { return };
    // The same token in two places, a store and a resolver for one, is as it should be.
    if view.facts.accounts[newest].iat > account.iat {
        teller.account(index, "account-older-copy", &|rule| {
            let message = format!("{} has a newer token in another file", view.words(index));
            Finding::new(rule, message, view.place(index))
                .and(view.place(newest).at("/iat").saying("the newer one"))
                .help("`jwtfix fix` puts the newer one in its place, or the older one out of the way where one directory has both")
        });
    }
}

/// Who signed an account.
fn issuer(teller: &mut Teller<'_>, index: usize) {
    let view = teller.view;
    let account = &view.facts.accounts[index];
    let place = || view.place(index).at("/iss").showing(view.facts.keys.text(account.issuer));
    const REFUSAL: &str = "Account JWT lookup error: account validation failed";
    if view.facts.keys.is_of_account(account.issuer) {
        teller.account(index, "account-self-signed", &|rule| {
            let message =
                format!("{} is signed by an account's key: no operator stands behind it", view.words(index));
            let finding = Finding::new(rule, message, place().saying("no operator's key"))
                .server(REFUSAL)
                .help("have the operator sign it: `jwtfix reissue`");
            // Whose it will be, nobody has said yet.
            let severity = if view.trust.trusted.is_some() { rule.severity } else { Severity::Warning };
            Finding { severity, ..finding }
        });
    } else if !view.trust.trusts(account.issuer) && view.trust.is_strict(account.issuer) {
        teller.account(index, "signed-by-identity-key", &|rule| {
            let message = format!(
                "the operator allows signing keys only, and {} is signed by its identity key",
                view.words(index)
            );
            Finding::new(rule, message, place().saying("the operator's identity key"))
                .server(REFUSAL)
                .help("sign it again with a signing key: `jwtfix reissue`")
        });
    } else if !view.trust.trusts(account.issuer) {
        teller.account(index, "account-issuer-untrusted", &|rule| {
            let message = format!("{} is signed by a key that the server does not trust", view.words(index));
            let label = match view.trust.many {
                1 => "not the key that may sign accounts".to_owned(),
                many => format!("not one of the {many} keys that may sign accounts"),
            };
            Finding::new(rule, message, place().saying(label)).server(REFUSAL).help(
                "have the operator sign it again: `jwtfix reissue`; or give the server the operator's newest token",
            )
        });
    }
}

/// Accounts of one operator that have the same name.
fn namesakes(teller: &mut Teller<'_>) {
    let view = teller.view;
    let accounts = &view.facts.accounts;
    let realm = |index: u32| {
        let issuer = accounts[index as usize].issuer;
        match view.trust.realms.get(&issuer) {
            Some(&realm) => (0, realm),
            None => (1, issuer as usize),
        }
    };
    // There can be millions: ten bytes each.
    let mut called: Vec<([u8; 6], [u8; 4])> = accounts
        .iter()
        .enumerate()
        .filter(|(index, account)| !account.refused() && view.is_newest(*index))
        .filter_map(|(index, account)| Some((account.called()?, u32::try_from(index).ok()?.to_be_bytes())))
        .collect();
    // As numbers, which are compared faster than bytes.
    let number = |[a, b, c, d, e, f]: [u8; 6]| u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let order = |(called, index): &([u8; 6], [u8; 4])| (number(*called), u32::from_be_bytes(*index));
    sort(&mut called, view.settings.threads, &|a, b| order(a).cmp(&order(b)));
    let mut namesakes: Vec<_> = called
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|alike| alike.len() > 1)
        .flatten()
        .map(|(called, index)| (*called, realm(u32::from_be_bytes(*index)), u32::from_be_bytes(*index)))
        .collect();
    drop(called);
    namesakes.sort_unstable();
    for pair in namesakes.windows(2) {
        let (Some(first), Some(second)) = (pair.first(), pair.last()) else { continue };
        if (first.0, first.1) != (second.0, second.1) {
            continue;
        }
        let (other, index) = (first.2 as usize, second.2 as usize);
        teller.account(index, "account-name-twice", &|rule| {
            let message = format!("another account of the operator is called as {}", view.words(index));
            Finding::new(rule, message, view.place(index).at("/name"))
                .and(view.place(other).at("/name").saying("the other one"))
                .help("give one of them another name: `jwtfix reissue FILE --set /name=NAME`")
        });
    }
}

/// What an operator names as its system account.
fn system_account(teller: &mut Teller<'_>, place: &Place, claims: &Claims) {
    let view = teller.view;
    let Some(operator) = claims.operator() else { return };
    let key = operator.system_account.as_str();
    let Some(bytes) = super::facts::account_key(key) else { return };
    let found = view.find(&bytes);
    let file = |place: &Place| {
        let (directory, name) = place.file.rsplit_once('/').unwrap_or(("", &place.file));
        (directory.to_owned(), name.to_owned())
    };
    let keys = &view.facts.keys;
    let own = std::iter::once(&claims.data.sub).chain(&operator.signing_keys);
    let own: Vec<Key> = own.filter_map(|text| keys.known(text)).collect();
    let realm = keys.known(&claims.data.sub).and_then(|key| view.trust.realms.get(&key));
    let signs = |account: &Account| {
        own.contains(&account.issuer)
            || realm.is_some_and(|realm| view.trust.realms.get(&account.issuer) == Some(realm))
    };
    match found {
        None if !view.damaged.contains(&bytes) && view.facts.accounts.iter().any(signs) => {
            let rule = rule_of("operator-system-account-missing");
            let (directory, name) = file(place);
            let settings = view.settings;
            let finding = || {
                let message = format!("the system account of {} is not here: {key}", owner(claims));
                Finding::new(
                    rule,
                    message,
                    place.clone().at("/nats/system_account").showing(key).saying("no token of it"),
                )
                .server("Can't set system account: account validation failed")
                .help("put the system account's token where the server finds it: preload it, or into its directory")
            };
            teller.gathered.tell(rule, (&directory, &name), &finding, settings.policy, settings.told);
        }
        Some(index) if view.facts.accounts[index].jetstream() => {
            teller.account(index, "account-jetstream-system", &|rule| {
                let message =
                    format!("{} is the system account, and has limits of JetStream", view.words(index));
                Finding::new(rule, message, view.place(index).at("/nats/limits").saying("JetStream is on"))
                    .and(place.clone().at("/nats/system_account").showing(key).saying("names it"))
                    .help("take JetStream from it: nsc edit account --name SYS --js-disable")
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    /// Every code that one of these files names, and no rule has.
    fn missing(source: &str) -> Vec<&str> {
        let quoted = source.split('"').skip(1).step_by(2);
        let is_code = |text: &&str| {
            text.contains('-')
                && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        };
        quoted.filter(is_code).filter(|code| crate::lint::rule(code).is_none()).collect()
    }

    #[test]
    fn every_code_named_here_has_a_rule() {
        assert_eq!(missing(include_str!("across.rs")), [""; 0]);
        assert_eq!(missing(include_str!("imports.rs")), [""; 0]);
        assert_eq!(missing(include_str!("users.rs")), [""; 0]);
    }
}
