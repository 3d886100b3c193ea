//! `jwtfix audit`: what is wrong with all of them?

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jwtfix::audit::{self, Policy, Report, Settings, write_baseline};
use jwtfix::disk;
use jwtfix::lint::Severity;
use jwtfix::nkey::Batch;
use jwtfix::render::{self, text};
use jwtfix::server::Version;
use jwtfix::token;
use jwtfix::trust::Opened;

use super::gather::LARGEST;
use super::{Exit, Failure, Inputs, Source, Terminal};

/// Audit everything below some paths: resolver directories, nsc stores, credentials, configurations
///
/// Verifies every signature, validates every claim as nats-server does, holds file names against subjects, issuers against the
/// operator's keys, and imports against exports.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix audit /var/lib/nats/jwt --operator acme.jwt
  jwtfix audit ~/.local/share/nats/nsc --format sarif > jwtfix.sarif
  jwtfix audit creds/ --fail-on error --ignore user-bearer
  jwtfix audit /var/lib/nats/jwt --expirations prometheus > jwtfix.prom")]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Tell the credentials that end first instead of findings
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "format")]
    expirations: Option<Ends>,
    /// The operator whose keys may sign accounts; those that are found where none is named
    #[arg(long, value_name = "FILE", help_heading = "What else is known")]
    operator: Vec<PathBuf>,
    /// The configuration of a server that runs here
    #[arg(long, value_name = "CONF", help_heading = "What else is known")]
    server: Vec<PathBuf>,
    /// The server's release, 2.10.24 for one; the newest known where none is named
    #[arg(long, value_name = "VERSION", value_parser = super::server::version, help_heading = "What else is known")]
    server_version: Option<Version>,
    /// The least severity that makes the exit status 1
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "What is told")]
    fail_on: Option<Severity>,
    /// The least severity that is told
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "What is told")]
    min_severity: Option<Severity>,
    /// Tell findings of these rules alone
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "What is told")]
    only: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "What is told")]
    ignore: Vec<String>,
    /// Do not tell again what this file knows
    #[arg(long, value_name = "FILE", help_heading = "What is told")]
    baseline: Option<PathBuf>,
    /// Write a baseline that knows everything that is found
    #[arg(long, value_name = "FILE", help_heading = "What is told")]
    write_baseline: Option<PathBuf>,
    /// Severities, and what is ignored and why; `jwtfix.toml` of the current directory where none is named
    #[arg(long, value_name = "FILE", help_heading = "What is told")]
    config: Option<PathBuf>,
    /// Workers; as many as there are processors where none is said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One line for each finding
    Brief,
    /// jwtfix/report/v1
    Json,
    /// One finding of it a line
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit's XML
    Junit,
    /// One page that needs no network
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Ends {
    /// A table
    Text,
    /// A textfile for Prometheus' node exporter
    Prometheus,
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| "it is none of error, warning, note".to_owned())
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut paths = Vec::new();
    for source in args.inputs.sources(terminal)? {
        match source {
            Source::Path(path) => paths.push(path),
            Source::Stdin => {
                return Err(Failure::new("an audit reads files, not standard input")
                    .hint("name files or directories; `jwtfix inspect -` reads standard input"));
            }
        }
    }
    let policy = policy(&args, terminal.now)?;
    let batch = Batch::new();
    let progress = AtomicU64::new(0);
    let settings = Settings {
        now: terminal.now,
        version: args.server_version.unwrap_or(Version::NEWEST),
        trust: trust(&args)?,
        servers: args.server.clone(),
        environment: &|name| std::env::var(name).ok(),
        verify: &|signed| batch.verify(signed),
        threads: match args.threads {
            Some(threads) => threads.into(),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        },
        policy: &policy,
        expirations: 1000,
        told: None,
        progress: &progress,
    };
    let done = AtomicBool::new(false);
    let shown = terminal.shows_progress();
    let report = std::thread::scope(|scope| {
        if shown {
            scope.spawn(|| tell_progress(&progress, &done));
        }
        let report = audit::audit(paths, &settings);
        done.store(true, Relaxed);
        report
    });
    if let Some(path) = &args.write_baseline {
        let text = write_baseline(report.findings());
        disk::write_atomic(path, text.as_bytes(), disk::Write::default())
            .map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
    }
    tell(&report, &args, terminal)?;
    for unread in &report.unread {
        let failure = Failure::new(unread.error.clone());
        terminal.problem(&unread.hint.iter().fold(failure, |failure, hint| failure.hint(hint.clone())));
    }
    let least = args.fail_on.or(policy.fail_on).unwrap_or(Severity::Warning);
    Ok(if report.fails(least) { Exit::Findings } else { Exit::Clean })
}

fn policy(args: &Args, now: i64) -> Result<Policy, Failure> {
    let mut policy = Policy::new(now);
    let read = |path: &Path| -> Result<String, Failure> {
        let bytes = disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let wrong = |what: &Path, error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", what.display()));
    // From where the user stands, never from the tree under audit: that belongs to the suspect.
    let default = Path::new("jwtfix.toml");
    if let Some(path) = args.config.as_deref().or_else(|| default.exists().then_some(default)) {
        policy.configure(&read(path)?).map_err(|error| wrong(path, &error))?;
    }
    if let Some(path) = &args.baseline {
        policy.baseline(&read(path)?).map_err(|error| wrong(path, &error))?;
    }
    let unknown = |error: jwtfix::audit::PolicyError| {
        Failure::new(error.to_string()).hint("`jwtfix explain` lists every code")
    };
    policy.only(args.only.iter().map(String::as_str)).map_err(unknown)?;
    policy.ignore(args.ignore.iter().map(String::as_str)).map_err(unknown)?;
    policy.min_severity = args.min_severity.or(policy.min_severity);
    Ok(policy)
}

/// The keys that may sign accounts, as the operators say that were named.
fn trust(args: &Args) -> Result<Vec<String>, Failure> {
    let mut keys = HashSet::new();
    for path in &args.operator {
        let bytes = disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        let opened = Opened::read(path.to_string_lossy().into(), &bytes, None, false);
        let operators: Vec<_> = opened
            .tokens
            .iter()
            .filter_map(|token| token.token.decoded.clone().filter(|_| token.holds()))
            .filter(|claims| claims.kind() == token::Kind::Operator)
            .collect();
        if operators.is_empty() {
            return Err(Failure::new(format!("{} has no operator's token in it", path.display()))
                .hint("`jwtfix inspect` says what a file is"));
        }
        for claims in &operators {
            if let Some(operator) = claims.operator() {
                keys.extend(operator.signing_keys.iter().cloned());
                keys.extend((!operator.strict_signing_key_usage).then(|| claims.data.sub.clone()));
            }
        }
    }
    Ok(keys.into_iter().collect())
}

/// Tells how many files were read, after a second, and wipes it in the end.
fn tell_progress(progress: &AtomicU64, done: &AtomicBool) {
    const STEP: Duration = Duration::from_millis(100);
    let mut told = false;
    for step in 0u64.. {
        std::thread::sleep(STEP);
        if done.load(Relaxed) {
            break;
        }
        if step >= 10 {
            told = true;
            let files = i64::try_from(progress.load(Relaxed)).unwrap_or(i64::MAX);
            let _ = write!(std::io::stderr(), "\r{} files read", text::grouped(files));
        }
    }
    if told {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
}

fn tell(report: &Report, args: &Args, terminal: &mut Terminal) -> Result<(), Failure> {
    let mut out = Vec::new();
    let people = args.expirations.map_or(matches!(args.format, Format::Human | Format::Brief), |ends| ends == Ends::Text);
    match (args.expirations, args.format) {
        (Some(Ends::Text), _) => ends(report, terminal.now, &mut out)?,
        (Some(Ends::Prometheus), _) => render::prometheus(report, &mut out)?,
        (None, Format::Human) => render::report_human(report, terminal.style, &|_, _| None, &mut out)?,
        (None, Format::Brief) => render::report_brief(report, terminal.style, &|_, _| None, &mut out)?,
        (None, Format::Json) => render::report_json(report, &mut out)?,
        (None, Format::Jsonl) => {
            for finding in report.findings() {
                render::json_line(finding, &mut out)?;
            }
        }
        (None, Format::Sarif) => render::sarif(report, &mut out)?,
        (None, Format::Github) => render::github(report, &mut out)?,
        (None, Format::Junit) => render::junit(report, &mut out)?,
        (None, Format::Html) => render::html(report, &mut out)?,
    }
    let text = String::from_utf8_lossy(&out);
    if people { terminal.print(&text) } else { terminal.write(&text) }
}

/// A line for each credential that ends, the soonest first.
fn ends(report: &Report, now: i64, out: &mut Vec<u8>) -> std::io::Result<()> {
    for ending in &report.expirations {
        let when = ending.expires.map_or_else(|| "never".to_owned(), |at| text::time(at, now));
        writeln!(out, "{when:48} {:9} {} {}", ending.kind, text::name(&ending.name), text::escape(&ending.file))?;
    }
    if report.later > 0 {
        writeln!(out, "and {} later", text::grouped(i64::try_from(report.later).unwrap_or(i64::MAX)))?;
    }
    writeln!(out, "{} never end", text::grouped(i64::try_from(report.endless).unwrap_or(i64::MAX)))
}
