//! `jwtfix recover`: rebuild a store of nsc from whatever is left of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use jwtfix::audit::{Policy, Report, Settings, audit};
use jwtfix::disk::Tree;
use jwtfix::lint::Severity;
use jwtfix::nkey::{Batch, PublicKey};
use jwtfix::render::recover::{Ending, human, json};
use jwtfix::repair::{Decided, Found, RecoverError, Recovery};
use jwtfix::server::Version;

use super::ring::public;
use super::{Exit, Failure, Inputs, Source, Terminal};

/// Rebuild a store of nsc from whatever is left of it
///
/// Takes any mix of files: stores and keystores of every age, resolver directories, `nsc export keys`, credentials,
/// configurations with preloads, packs, Kubernetes secrets, logs with tokens in them. Of each subject the token counts that was
/// signed last by whom it had to be signed by; everything else is kept aside, and every key that is found is kept. Says where
/// each file comes from, what is missing and why, and signs nothing but what --make-missing asks for. What is found is only read.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix recover /var/lib/nats/jwt backup/ ~/.nkeys
  jwtfix recover /var/lib/nats/jwt backup/ ~/.nkeys -o rescued
  jwtfix recover creds/ keys/ acme.jwt --make-missing -o rescued

OUT gets stores/ (--data-dir of nsc), keys/ (its --keystore-dir), aside/ (what has no place in them), and recovery.json.")]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// Write it below OUT, which must not be there or be empty
    #[arg(short = 'o', long, value_name = "OUT", help_heading = "Writing")]
    output: Option<PathBuf>,
    /// Bring back an account that a server has deleted
    #[arg(long, value_name = "KEY", value_parser = public, help_heading = "What is decided")]
    undelete: Vec<PublicKey>,
    /// Make new tokens for operators and accounts of which none is left, where the seeds that sign them are here. Limits,
    /// roles and revocations of the old ones are lost: a user that was revoked is let in again
    #[arg(long, help_heading = "What is decided")]
    make_missing: bool,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// jwtfix/recovery/v1
    Json,
}

/// The list of all files, with where each comes from.
const LIST: &str = "recovery.json";

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut paths = Vec::new();
    for source in args.inputs.sources(terminal)? {
        match source {
            Source::Path(path) => paths.push(path),
            Source::Stdin => {
                return Err(Failure::new("a recovery reads files, not standard input")
                    .hint("name files or directories"));
            }
        }
    }
    if let Some(output) = &args.output {
        outside(output, &paths)?;
    }
    let mut found = Found::default();
    found.look(&paths);
    for error in &found.unread {
        terminal.problem(&Failure::new(error.to_string()).hint(error.hint()));
    }
    let wanted = Decided {
        undelete: args.undelete.iter().map(ToString::to_string).collect::<BTreeSet<_>>(),
        make: args.make_missing,
        now: terminal.now,
    };
    let recovery = Recovery::of(found, &wanted);
    if recovery.items.is_empty() {
        terminal.remark("no token and no key is in what was named");
    }
    let directory = args.output.as_ref().map(|output| output.to_string_lossy().into_owned());
    let ending = match (&args.output, &directory) {
        (Some(output), Some(directory)) if !recovery.items.is_empty() => {
            write(&recovery, output, directory, terminal.now)?
        }
        _ => Ending::Planned,
    };
    match args.format {
        Format::Human => terminal.print(&human(&recovery, ending, terminal.style))?,
        Format::Json => terminal.write(&json(&recovery, ending, terminal.now))?,
    }
    let left = match ending {
        Ending::Planned => !recovery.items.is_empty() || !recovery.is_whole(),
        Ending::Written { errors, .. } => errors > 0 || !recovery.is_whole(),
    };
    Ok(if left { Exit::Findings } else { Exit::Clean })
}

/// What is written must not be among what is read.
fn outside(output: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let real = |path: &Path| {
        let above = path.ancestors().find_map(|above| Some((above, jwtfix::disk::real(above)?)));
        above.map(|(above, real)| real.join(path.strip_prefix(above).unwrap_or(path)))
    };
    let here = jwtfix::disk::real(Path::new(".")).unwrap_or_default();
    let output = real(&here.join(output)).unwrap_or_else(|| output.to_owned());
    for input in inputs {
        if jwtfix::disk::real(input).is_some_and(|input| output.starts_with(&input)) {
            return Err(Failure::new(format!("{} is inside of {}, which is read", output.display(), input.display()))
                .hint("name another directory with -o"));
        }
    }
    Ok(())
}

/// Writes it beside its place, has an audit look at it, and lets it take its place.
fn write<'a>(
    recovery: &Recovery,
    output: &Path,
    directory: &'a str,
    now: i64,
) -> Result<Ending<'a>, Failure> {
    let disk = |error: jwtfix::disk::DiskError| Failure::new(error.to_string()).hint(error.hint());
    let nothing_written =
        |failure: Failure| failure.hint("nothing was written; what was read is as it was");
    let tree = Tree::begin(output)
        .map_err(|error| match error {
            jwtfix::disk::DiskError::Exists { path } => {
                Failure::new(format!("{} is not empty: {} is there", output.display(), path.display()))
                    .hint("name a directory that is not there yet")
            }
            error => disk(error),
        })?
        .ok_or_else(|| {
            Failure::new(format!("another jwtfix is at work in {}", output.display()))
                .hint("wait until it has ended")
        })?;
    recovery
        .write(&tree)
        .map_err(|error| match error {
            RecoverError::Disk(error) => disk(error),
            error => Failure::new(error.to_string()),
        })
        .map_err(nothing_written)?;
    let report = looked_at(&tree, now);
    if let Some(wrong) = unlike(&report, recovery) {
        return Err(Failure::new(format!("what was written is not what it should be: {wrong}"))
            .hint("nothing was kept of it; this is a fault of jwtfix, please report it"));
    }
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    let ending = Ending::Written { directory, errors, warnings };
    let list = json(recovery, ending, now);
    tree.write(Path::new(LIST), list.as_bytes()).map_err(|error| nothing_written(disk(error)))?;
    tree.take_place(LIST).map_err(disk)?;
    Ok(ending)
}

/// What an audit finds in the stores and the keystore.
fn looked_at(tree: &Tree, now: i64) -> Report {
    let batch = Batch::new();
    let paths = ["stores", "keys"].map(|name| tree.draft().join(name));
    audit(
        paths.into_iter().filter(|path| path.is_dir()).collect(),
        &Settings {
            now,
            version: Version::NEWEST,
            trust: Vec::new(),
            servers: Vec::new(),
            environment: &|_| None,
            verify: &|signed| batch.verify(signed),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            policy: &Policy::new(now),
            kept: jwtfix::audit::KEPT_PER_RULE,
            expirations: 0,
            edges: 0,
            told: None,
            progress: &AtomicU64::new(0),
        },
    )
}

/// What of it can only be jwtfix's own fault.
fn unlike(report: &Report, recovery: &Recovery) -> Option<String> {
    const OURS: [&str; 6] = [
        "signature-invalid",
        "token-truncated",
        "token-not-base64",
        "creds-seed-mismatch",
        "creds-no-seed",
        "secret-readable",
    ];
    if let Some(unread) = report.unread.iter().next() {
        return Some(unread.error.clone());
    }
    let ours = report.groups.iter().find(|group| OURS.contains(&group.rule.code));
    if let Some(finding) = ours.and_then(|group| group.findings.first()) {
        return Some(format!("{}: {}", finding.code(), finding.rule.title));
    }
    let accounts = recovery.count(jwtfix::token::Kind::Account) as u64;
    (report.inputs.accounts != accounts)
        .then(|| format!("{} accounts where {accounts} should be", report.inputs.accounts))
}
