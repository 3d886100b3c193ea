//! Is the server built and started? `NewServer` and `Start` (server.md 1.6).

use super::outside::Role;
use super::walk::Settings;
use super::{Phase, Problem, Startup, outside};
use crate::file::config::{ReadError, Sources};
use crate::file::version::Version;
use crate::server::load::has_jetstream;
use crate::server::options::{Resolver, ServerOptions};
use crate::server::version;

/// The system account as it was fetched.
struct System {
    issuer: Option<String>,
    jetstream: bool,
}

/// What fetching the system account comes to.
enum Fetched {
    /// It is there, signed by this issuer, and has JetStream or not.
    Account(String, bool),
    /// The resolver has none, with its words.
    Missing(String),
    /// It is there and refused, with the server's words.
    Refused(String),
    /// That is not known, with what is missing.
    Unknown(String),
}

pub(super) fn build(
    outcome: &mut Startup,
    settings: &Settings,
    version: Version,
    now: i64,
    sources: &dyn Sources,
) {
    outcome.phase = Phase::Build;
    let options = &outcome.options;
    if let Some(Resolver::Url(url)) = &options.resolver {
        if !options.preloads.is_empty() {
            let text = "resolver preloads only available for writeable resolver types MEM/DIR/CACHE_DIR";
            outcome.errors.push(Problem::plain(text));
            return;
        }
        if let Some(why) = super::url::never_fetched(url) {
            let text = format!("could not fetch <{0}>: Get {0}: {why}", super::walk::q(url));
            outcome.errors.push(Problem::plain(text));
            return;
        }
        outcome.unknown.push(format!("what {url} answers"));
    }
    let trusted: Vec<String> = options.trust().map(str::to_owned).collect();
    let sys = options.system_account.clone();
    let explicit = !sys.is_empty();
    let (mut issuer, mut storage) = (None, false);
    if explicit && !matches!(sys.as_str(), "$SYS" | "$G") && options.accounts.iter().all(|a| a.name != sys) {
        let memory = matches!(options.resolver, Some(Resolver::Memory));
        let injects = options.operators.len() == 1 && options.resolver.is_some() && !memory;
        match fetch(options, &sys, &trusted, version, now, sources) {
            Fetched::Account(by, jetstream) => (issuer, storage) = (Some(by), jetstream),
            Fetched::Missing(_) | Fetched::Refused(_) if injects => {
                outcome.bootstrapped = true;
                issuer = options.operators.first().map(|o| o.issuer.clone());
            }
            Fetched::Missing(text) | Fetched::Refused(text) => {
                outcome.errors.push(Problem::plain(format!("error resolving system account: {text}")));
                return;
            }
            Fetched::Unknown(what) => outcome.unknown.push(what),
        }
    } else if explicit && sys == "$SYS" && options.accounts.iter().all(|a| a.name != "$SYS") {
        let text = match &options.resolver {
            None => "account missing",
            Some(_) => "will only fetch valid account keys",
        };
        outcome.errors.push(Problem::plain(format!("error resolving system account: {text}")));
        return;
    }
    hidden_user(outcome, version);
    start(outcome, settings, &trusted, System { issuer, jetstream: storage });
}

/// `fetchAccountClaims` of the system account.
fn fetch(
    options: &ServerOptions,
    key: &str,
    trusted: &[String],
    version: Version,
    now: i64,
    sources: &dyn Sources,
) -> Fetched {
    let Some(resolver) = &options.resolver else { return Fetched::Missing("account missing".into()) };
    if !outside::valid(Role::Account, key) {
        return Fetched::Missing("will only fetch valid account keys".into());
    }
    let preload =
        options.preloads.iter().find(|(k, _)| k == key).map(|(_, token)| token.clone().into_bytes());
    let token = match resolver {
        Resolver::Memory => match preload {
            Some(token) => token,
            None => return Fetched::Missing("account missing".into()),
        },
        Resolver::Url(url) => return Fetched::Unknown(format!("what {url}{key} answers")),
        Resolver::Directory(directory) => {
            let path = format!("{}/{key}.jwt", directory.dir.trim_end_matches('/'));
            match (sources.file(&path), preload) {
                (Err(_), Some(token)) => token,
                // A preload replaces an older file: the newer `iat` stays.
                (Ok(file), Some(token)) => {
                    let iat = |t: &[u8]| outside::account(t, version).map_or(i64::MIN, |c| c.data.iat);
                    if iat(&file) > iat(&token) { file } else { token }
                }
                (Ok(file), None) => file,
                (Err(ReadError::Unavailable), None) => return Fetched::Unknown(path),
                (Err(e), None) => return Fetched::Missing(e.go_text(&path)),
            }
        }
    };
    match outside::account(&token, version) {
        Err(text) => Fetched::Refused(text),
        Ok(claims) => {
            let refused = !trusted.contains(&claims.data.iss)
                || outside::blocked(&claims, now, version)
                || claims.data.sub != key;
            if refused {
                Fetched::Refused("account validation failed".into())
            } else {
                let jetstream = claims.account().is_some_and(|account| has_jetstream(&account.limits));
                Fetched::Account(claims.data.iss, jetstream)
            }
        }
    }
}

/// CFG-85: a server with nothing but `$SYS` lets anonymous clients into `$G`.
fn hidden_user(outcome: &mut Startup, version: Version) {
    let options = &mut outcome.options;
    let blocked = options.authorization_block && version.has(&version::EMPTY_AUTHORIZATION);
    let only_system = options.accounts.len() == 1
        && options.accounts.iter().all(|a| a.name == options.system_account || a.name == "$SYS");
    if options.operators.is_empty() && only_system && options.no_auth_user.is_empty() && !blocked {
        let name = "nats-XXXXXXXX";
        options.users.push(crate::server::options::ConfigUser {
            user: name.into(),
            password: "XXXXXXXX".into(),
            account: "$G".into(),
            ..Default::default()
        });

        options.no_auth_user = name.into();
        if options.system_account.is_empty() {
            options.system_account = "$SYS".into();
        }
    }
}

fn start(outcome: &mut Startup, settings: &Settings, trusted: &[String], system: System) {
    outcome.phase = Phase::Start;
    let options = &outcome.options;
    let mut warnings = Vec::new();
    let plain = |p: &str| !crate::server::password::is_bcrypt(p);
    if (!options.password.is_empty() && plain(&options.password))
        || options.users.iter().any(|u| {
            u.nkey.is_empty() && u.user != "nats-XXXXXXXX" && plain(&u.password) && trusted.is_empty()
        })
    {
        warnings.push("Plaintext passwords detected, use nkeys or bcrypt".to_owned());
    }
    if !options.operators.is_empty() && options.system_account.is_empty() {
        warnings.push("Trusted Operators should utilize a System Account".to_owned());
    }
    if !options.operators.is_empty() {
        let warning = |key: &String| format!("Account [{key}] has validation issues:");
        warnings.extend(settings.blocked_preloads.iter().map(warning));
    }
    let mut error = None;
    if let Some(issuer) = &system.issuer
        && !trusted.contains(issuer)
    {
        error = Some("Can't set system account: account validation failed");
    }
    let operator_keys =
        options.operators.iter().any(|o| !o.strict_signing_key_usage || !o.signing_keys.is_empty());
    if error.is_none() && matches!(options.resolver, Some(Resolver::Directory(_))) && !operator_keys {
        error = Some("Could not start resolver: no operator key found");
    }
    if error.is_none() && options.jetstream && system.jetstream {
        error = Some("Not allowed to enable JetStream on the system account");
    }
    // Without trust the server makes up a system account.
    if error.is_none() && options.jetstream && !trusted.is_empty() && options.system_account.is_empty() {
        error = Some(
            "Can't start JetStream: setting up internal jetstream subscriptions failed: system account not setup",
        );
    }
    outcome.warnings.extend(warnings.into_iter().map(Problem::plain));
    if let Some(text) = error {
        outcome.errors.push(Problem::plain(text));
    }
}
