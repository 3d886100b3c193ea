//! What is wrong on the client's way to its account?

use super::{Side, rule};
use crate::lint::{Finding, Place, Severity, shell};
use crate::nkey::{Role, go};
use crate::server::options::Resolver;
use crate::server::{Cause, Decision, causes};

/// The rules of the causes, by their ids. What is not here is told of the token itself.
const RULES: &[(&str, &str)] = &[
    (causes::MISSPELLED, "account-misspelled"),
    (causes::LETTER_CASE, "account-letter-case"),
    (causes::NO_RESOLVER, "account-not-in-resolver"),
    (causes::NOT_IN_RESOLVER, "account-not-in-resolver"),
    (causes::NOT_IN_CONFIG, "account-not-in-config"),
    (causes::UNTRUSTED, "account-issuer-untrusted"),
    (causes::STRICT_OPERATOR, "signed-by-identity-key"),
    (causes::SELF_SIGNED, "account-self-signed"),
    (causes::OTHER_SUBJECT, "resolver-name-mismatch"),
    (causes::ISSUER_ACCOUNT_MISSING, "issuer-account-missing"),
    (causes::SYSTEM_ACCOUNT, "credentials-of-system-account"),
    (causes::NOT_SYSTEM_ACCOUNT, "credentials-not-of-system-account"),
    (causes::OTHER_ACCOUNT, "credentials-of-another-account"),
];

/// What is wrong on the client's way. `client` is its place; `meant` the account that its settings name.
pub fn client(decision: &Decision, client: &Place, meant: Option<&str>, side: &Side<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for cause in &decision.causes {
        let Some((_, code)) = RULES.iter().find(|(id, _)| *id == cause.id) else { continue };
        let finding = match meant == Some(cause.asked.as_str()) {
            true => of_settings(code, cause, client, side),
            false => of_credentials(code, cause, decision, client, side),
        };
        if found.iter().all(|other| other.code() != *code || other.message != finding.message) {
            found.push(finding);
        }
    }
    // Where one that is near was found, that it is missing goes without saying.
    let near = |finding: &Finding| {
        matches!(finding.code(), "account-misspelled" | "account-letter-case" | "resolver-name-mismatch")
    };
    if found.iter().any(near) {
        let missing = ["account-not-in-resolver", "account-not-in-config"];
        found.retain(|finding| !missing.contains(&finding.code()));
    }
    found.extend(folded(decision, side));
    found
}

/// The account that the client's settings name is not there, or is not the one that its credentials lead to.
fn of_settings(code: &str, cause: &Cause, client: &Place, side: &Side<'_>) -> Finding {
    let place = client.clone().showing(cause.asked.as_str()).saying("what the client's settings say");
    let finding = Finding::new(rule(code), cause.text.clone(), place);
    match (&cause.nearest, cause.id) {
        (Some(near), causes::MISSPELLED | causes::LETTER_CASE) => {
            finding.help(format!("write {near} in the client's settings"))
        }
        (_, causes::NOT_IN_RESOLVER | causes::NOT_IN_CONFIG) => {
            let names = side.held.account_names(8);
            finding.help(match names.is_empty() {
                true => "name an account that the server has".to_owned(),
                false => format!("the server has {}", names.join(", ")),
            })
        }
        _ => finding.help(format!("take the credentials of a user of {}", cause.asked)),
    }
}

/// The account that the credentials lead to is not there, or the server does not take it.
fn of_credentials(
    code: &str,
    cause: &Cause,
    decision: &Decision,
    client: &Place,
    side: &Side<'_>,
) -> Finding {
    let asked = cause.asked.as_str();
    let stored = [causes::UNTRUSTED, causes::STRICT_OPERATOR, causes::SELF_SIGNED, causes::OTHER_SUBJECT];
    let place = match cause.id {
        id if stored.contains(&id) => side.stored(asked),
        causes::ISSUER_ACCOUNT_MISSING => client.clone().at("/iss").showing(asked).saying("a signing key"),
        _ => client.clone().showing(asked).saying("the account of these credentials"),
    };
    let mut finding = Finding::new(rule(code), cause.text.clone(), place);
    let logged = decision.server_logs.iter().find(|line| line.text.starts_with("Account JWT lookup error"));
    if let Some(line) = logged {
        finding = finding.server(line.text.clone());
    }
    match (&cause.nearest, cause.id) {
        (Some(near), causes::ISSUER_ACCOUNT_MISSING) => {
            let file = shell::word(&client.file);
            finding.help(format!(
                "`jwtfix reissue {file} --set /nats/issuer_account={near} --key KEYS --unsafe --write`, KEYS being where the account's seeds are"
            ))
        }
        // The token names the account as it should; what is stored does not.
        (Some(near), causes::LETTER_CASE) if go::is_public(Role::Account, asked) => {
            side.renamed(finding, near, asked)
        }
        (Some(subject), causes::OTHER_SUBJECT) if side.held.resolved(subject).account.is_none() => {
            side.renamed(finding, asked, subject)
        }
        (Some(_), causes::OTHER_SUBJECT) => finding.help(format!(
            "store the token of {asked} there; the one that is there is stored where it should be, too"
        )),
        (Some(near), causes::MISSPELLED) => finding.help(format!(
            "issue the user again in account {near}: its token is signed, nobody can correct it by hand"
        )),
        (_, causes::NOT_IN_RESOLVER) => {
            let finding = remedies(finding, side, asked, cause.id);
            let own = match &side.startup.options.resolver {
                Some(Resolver::Directory(directory)) => !directory.cache,
                resolver => *resolver == Some(Resolver::Memory),
            };
            // Standard input and a context are nothing that is put right.
            if !own || &*client.file == "-" || client.file.ends_with(".json") {
                return finding;
            }
            finding.help(format!(
                "`jwtfix fix {} --server {} --store STORE --write` does it, STORE being where its token is",
                shell::word(&client.file),
                shell::word(&side.config())
            ))
        }
        _ => remedies(finding, side, asked, cause.id),
    }
}

/// With what to do about an account that is not there, or that the server does not take.
pub(super) fn remedies(finding: Finding, side: &Side<'_>, key: &str, id: &str) -> Finding {
    let options = &side.startup.options;
    let config = side.config();
    let file = side.path(key).map(|file| shell::word(&file));
    match (id, file) {
        (causes::NO_RESOLVER, _) => finding.help(format!(
            "say in {config} where accounts are, resolver: MEMORY with resolver_preload or resolver {{ type: full, dir: \"./jwt\" }}, and restart the server"
        )),
        (causes::NOT_IN_RESOLVER, Some(file)) => {
            let finding = finding.help(format!("put the account's JWT into {file}"));
            let finding = finding.help("or push it to the running server: `nsc push -a ACCOUNT`");
            match &options.resolver {
                Some(Resolver::Directory(directory)) if directory.cache => {
                    finding.help("a cache keeps what it was asked for: push to a server whose resolver is full")
                }
                _ => finding,
            }
        }
        (causes::NOT_IN_RESOLVER, None) => match &options.resolver {
            Some(Resolver::Url(url)) => finding.help(format!("push the account to the account server at {url}")),
            _ => finding.help(format!(
                "add it to resolver_preload in {config}, `{key}: <the account's JWT>`, and reload the server"
            )),
        },
        (causes::NOT_IN_CONFIG, _) => {
            finding.help(format!("define it in the accounts block of {config}, or name an account that is there"))
        }
        (causes::UNTRUSTED | causes::STRICT_OPERATOR | causes::SELF_SIGNED, file) => signed(finding, side, file.as_deref(), id),
        _ => finding,
    }
}

/// With how an account gets a signature that the server takes.
fn signed(finding: Finding, side: &Side<'_>, file: Option<&str>, id: &str) -> Finding {
    let trusted: Vec<&str> = side.startup.options.trust().take(4).collect();
    let finding = match side.whom() {
        Some(place) => finding.and(place.saying("whom the server trusts")),
        None => finding,
    };
    let mut finding = finding.help(format!("this server trusts {}", trusted.join(", ")));
    if let (Some(file), [operator]) = (file, side.operators().as_slice()) {
        let operator = shell::word(operator);
        finding = finding.help(format!(
            "sign it with one of them: `jwtfix reissue {file} --operator {operator} --key KEYS --unsafe --write`, KEYS being where the operator's seeds are"
        ));
    }
    if id == causes::UNTRUSTED {
        let newer = "or, if the operator was moved to the signer or has a newer token that lists it, give the server that token and restart it";
        finding = finding.help(newer);
    }
    finding
}

/// A resolver's file that is found although its name is in another letter case: this file system folds, others do not.
fn folded(decision: &Decision, side: &Side<'_>) -> Option<Finding> {
    let key = &decision.granted.as_ref()?.account;
    let Some(Resolver::Directory(directory)) = &side.startup.options.resolver else { return None };
    let wanted = format!("{key}.jwt");
    // A directory may be large: it is listed where its file system does fold.
    if !(side.there)(&format!("{}/{}.jwt", directory.dir.trim_end_matches('/'), key.to_lowercase())) {
        return None;
    }
    let names = (side.listing)(&directory.dir);
    if names.contains(&wanted) {
        return None;
    }
    let there = names.iter().find(|name| name.eq_ignore_ascii_case(&wanted))?.strip_suffix(".jwt")?;
    let place = Place::file(side.path(there)?);
    let message = format!(
        "this file system finds {there}.jwt where {wanted} is looked for; one that tells upper from lower case does not"
    );
    let mut finding = Finding::new(rule("resolver-name-case"), message, place);
    finding.severity = Severity::Warning;
    Some(side.renamed(finding, there, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::config::ReadError;
    use crate::server::client::Client;
    use crate::server::fixture::{Family, NOON, text};
    use crate::server::options::Directory;
    use crate::server::startup::{StartVerdict, startup};
    use crate::server::world::World;
    use crate::server::{Verdict, Version};

    #[test]
    fn every_cause_of_an_account_has_its_rule() {
        for (id, code) in RULES {
            assert!(crate::lint::rule(code).is_some(), "{id}: {code}");
        }
    }

    /// A directory with the account's token under a name in small letters, on a file system that folds letter case and
    /// on one that does not.
    fn with_small_name(folds: bool) -> (Decision, Vec<Finding>) {
        let family = Family::new();
        let key = text(&family.account);
        let small = format!("jwt/{}.jwt", key.to_lowercase());
        let token = family.account(|_, _| ());
        let files = |path: &str| match if folds {
            path.to_lowercase() == small.to_lowercase()
        } else {
            path == small
        } {
            true => Ok(token.clone().into_bytes()),
            false => Err(ReadError::NotFound),
        };
        let mut started =
            startup("s.conf", b"port: 1\n", Version::NEWEST, NOON, &crate::file::config::Nothing);
        assert_eq!(started.verdict, StartVerdict::Starts);
        started.options = family.options(&[]);
        started.options.resolver =
            Some(Resolver::Directory(Directory { dir: "jwt".into(), ..Directory::default() }));
        let listing = |_: &str| vec![format!("{}.jwt", key.to_lowercase())];
        let world = World::new(&started, &files, Version::NEWEST, NOON).with_listing(&listing);
        let held = world.held();
        let seed_of = text(&family.user);
        let decision = world.connect(&Client::with_jwt(family.user(|_, _| ()), Some(&seed_of)));
        let named = |path: &str| path.to_owned();
        let side = Side {
            held: &held,
            startup: &started,
            named: &named,
            listing: &listing,
            there: &|path| files(path).is_ok(),
        };
        let found = client(&decision, &Place::file("alice.creds"), None, &side);
        (decision, found)
    }

    #[test]
    fn letter_case_of_a_file_on_file_systems_that_fold_it_and_that_do_not() {
        for (folds, verdict, code, severity) in [
            (true, Verdict::Accept, "resolver-name-case", Severity::Warning),
            (false, Verdict::Refuse, "account-letter-case", Severity::Error),
        ] {
            let (decision, found) = with_small_name(folds);
            assert_eq!(decision.verdict, verdict, "{}", decision.reason);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((found[0].code(), found[0].severity), (code, severity));
            assert!(found[0].help[0].starts_with("`mv jwt/a"), "{:?}", found[0].help);
        }
    }
}
