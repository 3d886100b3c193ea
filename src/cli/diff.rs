//! `jwtfix diff`: what do two tokens, files or directories claim differently?

use std::path::{Path, PathBuf};

use jwtfix::render::repair::{diff_human, diff_json, diff_unified};
use jwtfix::repair::{Given, Pair, Scope, Survey, compare};

use super::{Exit, Failure, Terminal};

/// Say what two tokens, files or directories claim differently
///
/// Tokens are matched by kind and subject, wherever they stand: in a store, a resolver's directory, credentials, a server's
/// configuration. The order of lists, the layout, and a signature that is merely newer are no differences. A file against
/// a directory is compared with what the directory has of the same subjects.
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
    let (a, b) = (side(&args.a, terminal)?, side(&args.b, terminal)?);
    let scope = match (args.a.is_dir(), args.b.is_dir()) {
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

fn side(path: &Path, terminal: &mut Terminal) -> Result<Survey, Failure> {
    let mut survey = Survey::default();
    survey.look(&[(path.to_owned(), Given::Below)], false);
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
    Ok(survey)
}
