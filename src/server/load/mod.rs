//! Which account does the server hold under this name, and what did it say when it fetched it?
//!
//! `LookupAccount` (server.md, section 4): fetch, decode, trust, validation, subject. The server folds the last three
//! into one text; here each is asked on its own.

mod account;
mod approval;
mod imports;
pub(super) mod mappings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;

pub use account::{Account, AccountLimits};
pub(crate) use account::{has_jetstream, int32, revoked, signer};
pub use approval::{Barred, Exporter, Offer, OutOfTime, Permit, Wanted, approve};
pub use imports::ImportState;
pub(crate) use imports::{Web, cycles, local, meets, permit, remote};
pub(crate) use mappings::dropped as dropped_mappings;

use super::decision::LogLine;
use super::options::ServerOptions;
use super::resolver::{Accounts, Fetched};
use super::startup::Startup;
use super::tokens;
use super::version::Version;
use super::{Level, causes};
use crate::token::{self, Claims};

/// A server that runs, at a moment.
#[derive(Debug, Clone)]
pub struct Server<'a> {
    /// What it was told.
    pub options: &'a ServerOptions,
    /// Its release.
    pub version: Version,
    /// The time, in Unix seconds.
    pub now: i64,
    /// Its local time zone, where it is known.
    pub zone: Option<TimeZone>,
    /// How it started, where that was asked; none: it runs.
    pub startup: Option<&'a Startup>,
    /// It runs with a system account that it made up, since it could not fetch the real one (CFG-65).
    pub bootstrapped: bool,
}

impl<'a> Server<'a> {
    /// A server of these options, whose time zone is not known.
    pub fn new(options: &'a ServerOptions, version: Version, now: i64) -> Self {
        Self { options, version, now, zone: None, startup: None, bootstrapped: false }
    }
}

/// Accounts that are read to find the one that was meant by a name, a signing key, or a token in a wrong place.
pub(crate) const FEW: usize = 500;

/// Edits that still make it the same key or name.
pub(crate) const EDITS: usize = 6;

/// One condition that makes the server refuse an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its id, of [`causes`].
    pub id: &'static str,
    /// What is wrong, in words.
    pub text: String,
}

/// Why the server has no account under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The server's error.
    pub text: String,
    /// Every condition that is not met, in the order in which the server asks.
    pub conditions: Vec<Condition>,
}

/// What looking an account up comes to.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// The account as the server holds it; past a refusal, as it would hold it were it not for the refusal.
    pub account: Option<Arc<Account>>,
    /// Why the server does not hold it.
    pub refusal: Option<Refusal>,
    /// What would have to be known.
    pub unknown: Option<String>,
    /// What the server logs when it fetches it.
    pub lines: Vec<LogLine>,
}

impl Lookup {
    /// The account, if the server does hold it.
    pub fn held(&self) -> Option<&Arc<Account>> {
        if self.refusal.is_some() || self.unknown.is_some() { None } else { self.account.as_ref() }
    }

    fn of(account: Account) -> Self {
        Self { account: Some(Arc::new(account)), ..Self::default() }
    }
}

/// The accounts that a server holds. Each is fetched once, as a server does that was just started.
pub struct Held<'a> {
    /// The server.
    pub server: Server<'a>,
    /// Its resolver.
    pub resolver: &'a dyn Accounts,
    accounts: Mutex<HashMap<String, Arc<Lookup>>>,
}

impl std::fmt::Debug for Held<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("server", &self.server).finish_non_exhaustive()
    }
}

impl<'a> Held<'a> {
    /// A server that has fetched nothing yet.
    pub fn new(server: Server<'a>, resolver: &'a dyn Accounts) -> Self {
        Self { server, resolver, accounts: Mutex::default() }
    }

    /// `lookupAccount`.
    pub fn lookup(&self, name: &str) -> Arc<Lookup> {
        let known = || self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(name) {
            return Arc::clone(found);
        }
        let found = Arc::new(self.look(name));
        known().insert(name.to_owned(), Arc::clone(&found));
        found
    }

    fn look(&self, name: &str) -> Lookup {
        let server = &self.server;
        if name == "$G" || (name == "$SYS" && !server.options.operator_mode()) {
            let account = server.options.accounts.iter().find(|a| a.name == name);
            return Lookup::of(Account::of_config(name, account));
        }
        if let Some(account) = server.options.accounts.iter().find(|a| a.name == name) {
            return Lookup::of(Account::of_config(name, Some(account)));
        }
        if server.bootstrapped && name == server.options.system_account {
            return Lookup::of(Account::bootstrapped(server));
        }
        load_account(name, server, self.resolver.fetch(name))
    }

    /// The account as the resolver has it: a system account that the server made up does not stand in for it.
    pub fn resolved(&self, key: &str) -> Lookup {
        load_account(key, &self.server, self.resolver.fetch(key))
    }

    /// The key or name of an account that is nearly this one, where there is none of exactly this.
    pub fn nearest_account(&self, asked: &str) -> Option<String> {
        let known = self.resolver.known(FEW);
        let names = || known.iter().flat_map(|k| [k.key.as_str(), k.name.as_str()]).filter(|n| !n.is_empty());
        if names().any(|name| name == asked) {
            return None;
        }
        token::nearest(asked, names(), EDITS).map(str::to_owned)
    }

    /// Names of accounts that there are, or keys where they have none; `most` of them.
    pub fn account_names(&self, most: usize) -> Vec<String> {
        let mut names: Vec<String> = self
            .resolver
            .known(FEW)
            .into_iter()
            .map(|known| if known.name.is_empty() { known.key } else { known.name })
            .chain(self.server.options.accounts.iter().map(|account| account.name.clone()))
            .collect();
        names.sort();
        names.dedup();
        names.truncate(most);
        names
    }

    /// The account's imports, active or not: `updateAccountClaims`.
    pub fn imports<'s>(&self, account: &'s Account) -> &'s [ImportState] {
        account.imports.get_or_init(|| imports::states(self, account))
    }
}

/// `fetchAccount`: what the server makes of what its resolver answered for `name`.
pub fn load_account(name: &str, server: &Server<'_>, fetched: Fetched) -> Lookup {
    let refused =
        |text: String, id, found: String| Refusal { text, conditions: vec![Condition { id, text: found }] };
    let text = match fetched {
        Fetched::Token(text) => text,
        Fetched::Unknown(what) => return Lookup { unknown: Some(what), ..Lookup::default() },
        Fetched::Missing(missing) => {
            // Without a resolver nothing is fetched, and nothing logged.
            let fetches = missing.cause != causes::NO_RESOLVER;
            let line = LogLine::new(Level::Warn, format!("Account fetch failed: {}", missing.text));
            return Lookup {
                lines: if fetches { vec![line] } else { Vec::new() },
                refusal: Some(refused(missing.text, missing.cause, missing.found)),
                ..Lookup::default()
            };
        }
    };
    let claims = match tokens::account(&text, server.version) {
        Ok(claims) => claims,
        Err(bad) => {
            let found = match bad.cause {
                "crash" => {
                    format!("a server of this release stops answering at the account's token: {}", bad.text)
                }
                "damaged" => format!("what is stored for {name} is no token: {}", bad.text),
                "wrong-kind" => format!("what is stored for {name} is no account: {}", bad.text),
                _ => format!("the signature of the account's token does not hold: {}", bad.text),
            };
            let account = bad.claims.map(|claims| Arc::new(Account::of_claims(*claims, server)));
            return Lookup {
                account,
                refusal: Some(refused(bad.text, bad.cause, found)),
                ..Lookup::default()
            };
        }
    };
    let conditions = conditions(name, &claims, server);
    let mut lookup = Lookup::of(Account::of_claims(claims, server));
    if !conditions.is_empty() {
        lookup.refusal = Some(Refusal { text: "account validation failed".into(), conditions });
    }
    lookup
}

/// `verifyAccountClaims` and the subject: the three conditions behind `account validation failed`.
fn conditions(name: &str, claims: &Claims, server: &Server<'_>) -> Vec<Condition> {
    let mut found = Vec::new();
    let data = &claims.data;
    if !server.options.trust().any(|key| key == data.iss) {
        found.push(untrusted(&data.iss, server));
    }
    let issues = tokens::issues(claims, server.now, server.version);
    if tokens::blocking(&issues).next().is_some() {
        let texts: Vec<&str> = tokens::blocking(&issues).map(|issue| issue.text.as_str()).collect();
        let text = format!("the account's token is not valid: {}", texts.join("; "));
        found.push(Condition { id: tokens::cause(&issues), text });
    }
    if data.sub != name {
        let text = format!("what is stored for {name} is the token of another account, {}", data.sub);
        found.push(Condition { id: causes::OTHER_SUBJECT, text });
    }
    found
}

/// Why the server does not trust who signed an account.
fn untrusted(issuer: &str, server: &Server<'_>) -> Condition {
    let options = server.options;
    let strict = options.operators.iter().find(|o| o.strict_signing_key_usage && o.subject == issuer);
    let (id, text) = if let Some(operator) = strict {
        let text = format!(
            "the account is signed by the identity key of operator {:?}, who lets only signing keys sign accounts",
            operator.name
        );
        (causes::STRICT_OPERATOR, text)
    } else if issuer.starts_with('A') {
        (causes::SELF_SIGNED, "the account is signed by an account key, not by an operator".to_owned())
    } else if let Some(key) = options.trust().find(|key| key.eq_ignore_ascii_case(issuer)) {
        let text = format!("the account's issuer {issuer} differs from the trusted key {key} in letter case");
        (causes::LETTER_CASE, text)
    } else {
        let trusted = match options.trust().count() {
            1 => "not the key".to_owned(),
            many => format!("none of the {many} keys"),
        };
        let text = format!("the account is signed by {issuer}, which is {trusted} that this server trusts");
        (causes::UNTRUSTED, text)
    };
    Condition { id, text }
}

#[cfg(test)]
mod tests;
