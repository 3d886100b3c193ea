//! `jwtfix diff`: what do two tokens, files or directories claim differently?

use std::path::{Path, PathBuf};

use jwtfix::disk;
use jwtfix::file::{Kind, recognise};
use jwtfix::render::repair::{diff_human, diff_json, diff_unified};
use jwtfix::repair::{Given, Pair, Scope, Survey, compare};

use super::gather::LARGEST;
use super::named::named;
use super::{Exit, Failure, Terminal};

/// Say what two tokens, files or directories claim differently
///
/// Tokens are matched by kind and subject, wherever they stand: in a store, a resolver's directory, credentials, a server's
/// configuration and what it names (its operator, its preloads, its resolver's directory). The order of lists, the layout, and
/// a signature that is merely newer are no differences. A file against a directory is compared with what the directory has
/// of the same subjects.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix diff old.jwt new.jwt
  jwtfix diff ~/nsc/stores/acme /var/lib/nats/jwt
  jwtfix diff alice.creds ~/nsc/stores
  jwtfix diff nats.conf ~/nsc/stores --format json")]
pub(super) struct Args {
    /// One side
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other side
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Count a token that was only signed again as different too
    #[arg(long)]
    signatures: bool,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// In the form of a patch, a hunk for each claim
    Unified,
    /// jwtfix/diff/v1
    Json,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (a, many_a) = side(&args.a, terminal)?;
    let (b, many_b) = side(&args.b, terminal)?;
    let scope = match (many_a, many_b) {
        (false, true) => Scope::First,
        (true, false) => Scope::Second,
        _ => Scope::Both,
    };
    let comparison =
        compare(&a, &b, scope).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
    match args.format {
        Format::Human => terminal.print(&diff_human(&comparison, terminal.style, terminal.now))?,
        Format::Unified => terminal.print(&diff_unified(&comparison))?,
        Format::Json => terminal.write(&diff_json(&comparison, terminal.now))?,
    }
    let counts = |pair: &Pair| if args.signatures { pair.is_other() } else { pair.differs() };
    Ok(if comparison.pairs.iter().any(counts) { Exit::Findings } else { Exit::Clean })
}

/// One side, and whether it is a whole, of which what is not there is missing.
fn side(path: &Path, terminal: &mut Terminal) -> Result<(Survey, bool), Failure> {
    let mut survey = Survey::default();
    let mut paths = vec![(path.to_owned(), Given::Below)];
    let mut many = path.is_dir();
    let is_config = |bytes: &[u8]| matches!(recognise(bytes).kind, Kind::Config);
    if !many && disk::read(path, LARGEST).is_ok_and(|bytes| is_config(&bytes)) {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let (base, name) = (directory.unwrap_or(Path::new(".")), path.file_name().unwrap_or_default());
        if let Some(named) = named(Path::new(name), base, terminal.now) {
            many = named.directory.as_ref().is_some_and(|directory| directory.is_dir()) && !named.cache;
            let directory = named.directory.filter(|directory| directory.exists());
            paths.extend(named.files.into_iter().chain(directory).map(|path| (path, Given::Below)));
        }
    }
    survey.look(&paths, false);
    for error in &survey.unread {
        let failure = Failure::new(error.to_string()).hint(error.hint());
        if error.path() == path {
            return Err(failure);
        }
        terminal.problem(&failure);
    }
    for unreadable in &survey.unreadable {
        let words = format!("{}: no token can be read: {}", unreadable.path.display(), unreadable.reason);
        terminal.problem(&Failure::new(words).hint("`jwtfix inspect` says what is left of it"));
    }
    if survey.sites.is_empty() && survey.unreadable.is_empty() {
        terminal.remark(&format!("{}: no token is in it", path.display()));
    }
    Ok((survey, many))
}
