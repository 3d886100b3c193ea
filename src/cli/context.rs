//! With which secrets does a context of natscli connect, wherever they are kept?
//!
//! `natscontext/context.go` takes a user before credentials, credentials before a seed, a seed before a token and its seed.
//! What a value names is read here: a file, the environment, a store of nsc.

use std::path::{Path, PathBuf};

use jwtfix::disk;
use jwtfix::file::context::Source;
use jwtfix::file::creds;
use jwtfix::file::layout::{Owner, creds_path, defaults, key_path, store_path};
use jwtfix::file::nsc;
use jwtfix::nkey::PublicKey;
use jwtfix::token;
use zeroize::Zeroizing;

use super::Failure;
use super::gather::LARGEST;

/// The bytes that a value stands for.
pub(super) fn bytes(source: &Source, what: &str, context: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match source {
        Source::Path(path) => file(&at_home(path)),
        Source::Inline(bytes) => Ok(bytes.clone()),
        Source::Variable(name) => {
            std::env::var(name).map(|value| Zeroizing::new(value.into_bytes())).map_err(|_| {
                Failure::new(format!("{}: its {what} is in ${name}, which is not set", context.display()))
                    .hint("set the variable as natscli finds it, or name the credentials themselves")
            })
        }
        Source::Nsc(operator, account, user) => of_nsc(operator, account, user),
        Source::OnePassword(_) => {
            Err(Failure::new(format!("{}: its {what} is in 1Password", context.display()))
                .hint("export the credentials into a file and name that"))
        }
    }
}

fn file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))
}

/// A path with `~` at its beginning replaced.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}

/// A user of a store, as `nsc generate profile` finds it: its credentials, or else its token and seed put together.
fn of_nsc(operator: &str, account: &str, user: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let places = defaults(|name| std::env::var(name).ok());
    let settings = places.settings.iter().find_map(|path| nsc::settings(&disk::read(path, LARGEST).ok()?));
    let set = settings.map(|settings| settings.store_root).filter(|root| !root.is_empty());
    let stores = set.map_or(places.stores, |root| vec![root.into()]);
    let owner = Owner { operator, account: Some(account), user: Some(user) };
    let url = format!("nsc://{operator}/{account}/{user}");
    let Some(jwt) = stores.iter().find_map(|store| file(&store.join(store_path(&owner))).ok()) else {
        let looked: Vec<String> = stores.iter().map(|store| store.display().to_string()).collect();
        return Err(Failure::new(format!("{url}: there is no such user in {}", looked.join(" or ")))
            .hint("name the store in $NSC_HOME/nsc.json, or the user's credentials"));
    };
    let read = token::decode(&jwt).map_err(|error| Failure::new(format!("{url}: {error}")))?;
    let seed = PublicKey::parse(&read.data.sub)
        .ok()
        .and_then(|key| places.keys.iter().find_map(|keys| file(&keys.join(key_path(&key))).ok()));
    // In the form that nsc gives them: they are in no file that could have another.
    if let Some(seed) = seed
        && let (Ok(token), Ok(seed)) = (str::from_utf8(&jwt), str::from_utf8(&seed))
    {
        let creds = creds::canonical(token.trim(), seed.trim());
        return Ok(Zeroizing::new(creds.as_bytes().to_vec()));
    }
    let creds = creds_path(operator, account, user);
    Ok(places.keys.iter().find_map(|keys| file(&keys.join(&creds)).ok()).unwrap_or(jwt))
}
