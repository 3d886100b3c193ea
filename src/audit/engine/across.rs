//! What is wrong between accounts? Two tokens of one, issuers that nobody trusts, imports that no export answers.

use std::collections::HashSet;
use std::sync::Arc;

use super::Settings;
use super::facts::{Account, Import, Keys};
use super::look::Gains;
use crate::lint::{Finding, Place, Rule, rule};
use crate::nkey::{PublicKey, Role};
use crate::server::subjects;
use crate::token::quote;

fn rule_of(code: &'static str) -> &'static Rule {
    rule(code).expect("a test asserts that every code named here has a rule")
}

/// Looks at all accounts together, and gives them back sorted by their keys; `paths` are the directories by their
/// numbers, `trust` the keys that may sign accounts, empty where nobody named any.
pub(super) fn across(
    gains: &mut Gains,
    keys: &Keys,
    paths: &[Arc<str>],
    trust: HashSet<String>,
    settings: &Settings<'_>,
) -> Vec<Account> {
    let mut accounts = std::mem::take(&mut gains.accounts);
    let path = |account: &Account| paths.get(account.place as usize).map_or("", |path| path).to_owned();
    // The newest first; of the same second the one whose file a resolver finds.
    accounts.sort_by_cached_key(|account| {
        (account.key, account.refused, -account.iat, account.is_misnamed(), path(account), account.file())
    });
    let view = View { accounts: &accounts, keys, paths };
    let trusted = trusted(gains, trust);
    let mut tell = |account: &Account, rule: &'static Rule, finding: &dyn Fn() -> Finding| {
        let directory = paths.get(account.place as usize).map_or("", |path| path);
        gains.gathered.tell(rule, (directory, &account.file()), finding, settings.policy, settings.told);
    };
    for (index, account) in accounts.iter().enumerate() {
        let start = accounts[..index].partition_point(|other| other.key < account.key);
        let newest = accounts.get(start).filter(|_| start < index);
        // The same token in two places, a store and a resolver for one, is as it should be.
        if let Some(newest) = newest.filter(|newest| newest.iat > account.iat) {
            let rule = rule_of("account-older-copy");
            tell(account, rule, &|| {
                let message = format!("account {} has a newer token in another file", account.text());
                Finding::new(rule, message, view.place(account))
                    .and(view.place(newest).saying("the newer one"))
                    .help("a server reads one of them by its name; put the older one away")
            });
        }
        if account.refused {
            continue;
        }
        if let Some(trusted) = &trusted
            && !trusted.contains(keys.text(account.issuer))
        {
            let rule = rule_of("account-issuer-untrusted");
            tell(account, rule, &|| {
                let issuer = keys.text(account.issuer);
                let message =
                    format!("account {} is signed by a key that the server does not trust", account.text());
                let label = format!("not one of the {} keys that may sign accounts", trusted.len());
                Finding::new(rule, message, view.place(account).at("/iss").showing(issuer).saying(label))
                    .server("Account JWT lookup error: account validation failed")
                    .help("have the operator sign it again: `jwtfix reissue`; or give the server the operator's newest token")
            });
        }
        if newest.is_none() {
            for import in account.imports() {
                if let Some((code, message)) = view.matter(account, import) {
                    let rule = rule_of(code);
                    tell(account, rule, &|| {
                        let pointer = format!("/nats/imports/{}", import.index);
                        let place = view.place(account).at(pointer).showing(&*import.subject);
                        Finding::new(rule, message.clone(), place.saying("does not work"))
                    });
                }
            }
        }
    }
    accounts
}

/// The keys that may sign accounts; none where no operator is known.
fn trusted(gains: &Gains, trust: HashSet<String>) -> Option<HashSet<String>> {
    let trusted = if trust.is_empty() {
        gains.operators.iter().flat_map(|operator| operator.signers()).collect()
    } else {
        trust
    };
    (!trusted.is_empty()).then_some(trusted)
}

struct View<'a> {
    accounts: &'a [Account],
    keys: &'a Keys,
    paths: &'a [Arc<str>],
}

impl View<'_> {
    fn place(&self, account: &Account) -> Place {
        let directory = self.paths.get(account.place as usize).map_or("", |path| path);
        let file = account.file();
        let path = match directory {
            "" => file,
            "/" => format!("/{file}"),
            directory => format!("{directory}/{file}"),
        };
        Place::file(path).of(format!("account {}", account.text()))
    }

    /// What keeps an import from working, as a code and in words: `checkStreamImportAuthorized` and its like.
    fn matter(&self, account: &Account, import: &Import) -> Option<(&'static str, String)> {
        let exporter = self.keys.text(import.exporter);
        let what = format!("{} {}", import.kind.word(), quote(import.subject.as_bytes()));
        let key = PublicKey::parse(exporter).ok().filter(|key| key.role() == Role::Account)?;
        let at = self.accounts.partition_point(|other| other.key < *key.bytes());
        let Some(found) = self.accounts.get(at).filter(|other| other.key == *key.bytes()) else {
            // Of a single file nothing else was given.
            let several = self.accounts.len() > 1;
            return several.then(|| {
                (
                    "import-exporter-missing",
                    format!("the import of {what} is from an account that is not here: {exporter}"),
                )
            });
        };
        if found.refused {
            let words = format!("the import of {what} is from {exporter}, whose token servers refuse");
            return Some(("import-exporter-refused", words));
        }
        let mut offers = found.exports().iter().filter(|export| {
            export.kind == import.kind
                && (*export.subject == *import.subject
                    || subjects::is_subset(&import.subject, &export.subject))
        });
        let mut private = false;
        let own = account.text();
        let works = offers.any(|export| {
            private |= export.private;
            let position = usize::try_from(export.position).ok().and_then(|position| position.checked_sub(1));
            match position {
                Some(at) => import.subject.split('.').nth(at) == Some(own.as_str()),
                None => !export.private || import.token,
            }
        });
        match (works, private) {
            (true, _) => None,
            (false, true) => Some((
                "import-without-activation",
                format!("the import of {what} needs an activation token of {exporter}, and has none"),
            )),
            (false, false) => Some((
                "import-not-exported",
                format!("{exporter} exports nothing to this account that holds {what}"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        for code in [
            "account-older-copy",
            "account-issuer-untrusted",
            "import-exporter-missing",
            "import-exporter-refused",
            "import-without-activation",
            "import-not-exported",
        ] {
            assert!(crate::lint::rule(code).is_some(), "{code}");
        }
    }
}
