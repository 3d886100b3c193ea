//! What does a running server run, and what would bring the files into force?
//!
//! `/varz` and `/accountz` of its monitoring port, as the server wrote them. What differs from a start in thought says whether
//! the server still runs an older configuration (server.md 1.8).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Startup, outside};
use crate::file::version::Version;
use crate::server::options::{Operator, Resolver};
use crate::token::{self, Body};

/// A running server, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Running {
    /// Its release; `None`: it is none that can be read.
    pub version: Option<Version>,
    /// Its release in its own words.
    pub version_text: String,
    /// Its name.
    pub name: String,
    /// When it last read its configuration, Unix seconds.
    pub loaded: Option<i64>,
    /// The digest of the configuration that it read; servers before 2.11.0 have none.
    pub digest: Option<String>,
    /// Its system account; empty: none.
    pub system_account: String,
    /// The operators that it trusts.
    pub operators: Vec<Operator>,
    /// The accounts that it holds; `None`: it was not asked or did not say.
    pub accounts: Option<Vec<String>>,
    /// The tokens that it enforces, by the accounts that it was asked about.
    pub enforced: BTreeMap<String, String>,
}

/// What brings the files into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing: it is told and no more.
    Nothing,
    /// A reload.
    Reload,
    /// A restart; a reload would fail or pass it by.
    Restart,
}

impl Needs {
    /// `nothing`, `reload`, `restart`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Reload => "reload",
            Self::Restart => "restart",
        }
    }
}

/// One thing that the running server has otherwise than the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What: an option, or an account.
    pub what: String,
    /// What the server has.
    pub running: Option<String>,
    /// What the files say.
    pub files: Option<String>,
    /// What brings the files into force.
    pub needs: Needs,
    /// Why, in words.
    pub why: String,
}

/// Reads `/varz`; `None`: it is none of a nats-server.
pub fn varz(bytes: &[u8]) -> Option<Running> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    value.get("server_id")?.as_str()?;
    let version_text = text("version");
    let version = Version::parse(&version_text).ok();
    let tokens = value.get("trusted_operators_jwt").and_then(Value::as_array);
    let operators = tokens.into_iter().flatten().filter_map(Value::as_str).filter_map(|token| {
        operator(outside::operator(token.as_bytes(), version.unwrap_or(Version::NEWEST)).ok()?)
    });
    Some(Running {
        version,
        version_text,
        name: text("server_name"),
        loaded: text("config_load_time").parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second),
        digest: Some(text("config_digest")).filter(|digest| !digest.is_empty()),
        system_account: text("system_account"),
        operators: operators.collect(),
        accounts: None,
        enforced: BTreeMap::new(),
    })
}

/// The options of an operator's claims.
pub(super) fn operator(claims: token::Claims) -> Option<Operator> {
    let Body::Operator(body) = claims.body else { return None };
    Some(Operator {
        subject: claims.data.sub,
        issued: claims.data.iat,
        issuer: claims.data.iss,
        name: claims.data.name,
        signing_keys: body.signing_keys,
        strict_signing_key_usage: body.strict_signing_key_usage,
        system_account: body.system_account,
        account_server_url: body.account_server_url,
        assert_server_version: body.assert_server_version,
    })
}

impl Running {
    /// Takes in `/accountz`: which accounts it holds.
    pub fn accountz(&mut self, bytes: &[u8]) {
        let value: Option<Value> = serde_json::from_slice(bytes).ok();
        let names = value.as_ref().and_then(|value| value.get("accounts")?.as_array());
        self.accounts =
            names.map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }

    /// Takes in `/accountz?acc=…`: the token that it enforces for an account.
    pub fn account(&mut self, bytes: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
        let Some(detail) = value.get("account_detail") else { return };
        let text = |key: &str| detail.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let (Some(name), Some(token)) = (text("account_name"), text("jwt")) {
            self.enforced.insert(name.to_owned(), token.to_owned());
        }
    }

    /// Everything that differs from what a start with the files comes to. `changed` is when the newest of the files was
    /// written, Unix seconds; `stored` what the resolver has for an account.
    pub fn differences(
        &self,
        files: &Startup,
        changed: Option<i64>,
        stored: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Difference> {
        let mut found = Vec::new();
        let options = &files.options;
        let mut differ = |what: &str, running: String, of_files: String, needs, why: &str| {
            let some = |text: String| Some(text).filter(|text| !text.is_empty());
            let (running, files) = (some(running), some(of_files));
            found.push(Difference { what: what.to_owned(), running, files, needs, why: why.to_owned() });
        };
        if files.tells_of_clients && self.operators != options.operators {
            let why =
                "a reload does not take in operators: it fails as a whole, and the old configuration stays";
            differ("operator", shown(&self.operators), shown(&options.operators), Needs::Restart, why);
        }
        let system = match options.system_account.as_str() {
            "" if self.system_account == "$SYS" => "$SYS",
            own => own,
        };
        if files.tells_of_clients && self.system_account != system {
            let why = "a reload does not take in another system account: it fails as a whole";
            differ("system_account", self.system_account.clone(), system.to_owned(), Needs::Restart, why);
        }
        let digest = files.config.as_ref().and_then(|config| config.digest.as_deref());
        let newer = self.loaded.zip(changed).is_some_and(|(loaded, changed)| changed > loaded);
        match (&self.digest, digest) {
            (Some(running), Some(own)) if running != own => {
                let why = match &options.resolver {
                    Some(Resolver::Directory(_)) => {
                        "a reload takes it in, but for another directory or type of the resolver, which needs a restart"
                    }
                    _ => "a reload takes it in",
                };
                differ("configuration", running.clone(), own.to_owned(), Needs::Reload, why);
            }
            (None, _) if newer => {
                let time = |at: Option<i64>| at.map_or_else(String::new, token::instant);
                let why = "a file was written after the server read its configuration; this release shows no digest that would tell more";
                differ("configuration", time(self.loaded), time(changed), Needs::Reload, why);
            }
            _ => {}
        }
        let memory = matches!(options.resolver, Some(Resolver::Memory));
        for (account, enforced) in &self.enforced {
            let Some(own) = stored(account).filter(|own| own.trim() != enforced.trim()) else { continue };
            let (needs, why) = match memory {
                true => (Needs::Reload, "a reload reads the preloads again"),
                false => (
                    Needs::Restart,
                    "the server keeps the token that it has loaded: push the account, or restart; a reload does not read it",
                ),
            };
            differ(&format!("account {account}"), issued(enforced), issued(&own), needs, why);
        }
        found
    }
}

fn shown(operators: &[Operator]) -> String {
    let one = |operator: &Operator| {
        let strict = if operator.strict_signing_key_usage { ", strict" } else { "" };
        format!("{} with {} signing keys{strict}", operator.subject, operator.signing_keys.len())
    };
    operators.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn issued(token: &str) -> String {
    match token::parse(token.as_bytes()) {
        Ok(read) => format!("issued {}, jti {}", token::instant(read.claims.data.iat), read.claims.data.jti),
        Err(_) => "no token that can be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::config::Nothing;
    use crate::server::startup::startup;

    const VARZ: &str = r#"{"server_id": "N", "server_name": "n1", "version": "2.12.8",
        "config_load_time": "2026-11-27T23:58:18.03Z", "config_digest": "sha256:0", "system_account": "$SYS"}"#;

    fn differences(varz_text: &str, conf: &str, changed: Option<i64>) -> Vec<(String, Needs)> {
        let running = varz(varz_text.as_bytes()).expect("of a server");
        let files = startup("s.conf", conf.as_bytes(), Version::new(2, 12, 8), 0, &Nothing);
        let found = running.differences(&files, changed, &|_| None);
        found.into_iter().map(|difference| (difference.what, difference.needs)).collect()
    }

    #[test]
    fn what_a_server_runs() {
        let running = varz(VARZ.as_bytes()).expect("of a server");
        assert_eq!((running.version, running.name.as_str()), (Some(Version::new(2, 12, 8)), "n1"));
        assert_eq!(running.loaded, Some(1_795_823_898));
        assert_eq!(varz(b"{}"), None);
        assert_eq!(varz(b"<html>"), None);
        let mut running = running;
        running.accountz(br#"{"accounts": ["$G", "A"]}"#);
        assert_eq!(running.accounts.as_deref(), Some(&["$G".to_owned(), "A".to_owned()][..]));
        running.account(br#"{"account_detail": {"account_name": "A", "jwt": "x"}}"#);
        running.account(b"Account FOO does not exist");
        assert_eq!(running.enforced.len(), 1);
    }

    #[test]
    fn what_differs_and_what_it_needs() {
        let reload = |what: &str| (what.to_owned(), Needs::Reload);
        assert_eq!(differences(VARZ, "port: 1\n", None), [reload("configuration")]);
        let files = startup("s.conf", b"port: 1\n", Version::new(2, 12, 8), 0, &Nothing);
        let digest = files.config.and_then(|config| config.digest).expect("it parses");
        let same = VARZ.replace("sha256:0", &digest);
        assert_eq!(differences(&same, "port: 1\n", Some(i64::MAX)), []);
        let old = VARZ.replace("sha256:0", "");
        assert_eq!(differences(&old, "port: 1\n", Some(1_795_823_898)), []);
        assert_eq!(differences(&old, "port: 1\n", Some(1_795_823_899)), [reload("configuration")]);
        let other = same.replace("$SYS", "OTHER");
        assert_eq!(differences(&other, "port: 1\n", None), [("system_account".to_owned(), Needs::Restart)]);
    }
}
