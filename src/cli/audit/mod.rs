//! `jwtfix audit`: what is wrong with all of them?

mod known;
mod progress;
mod tell;
mod watch;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use jwtfix::audit::{self, Baseline, KEPT_PER_RULE, Policy, Report, Settings};
use jwtfix::disk;
use jwtfix::lint::{Finding, Severity};
use jwtfix::nkey::Batch;
use jwtfix::render;
use jwtfix::server::Version;

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
  jwtfix audit /var/lib/nats/jwt --expirations prometheus > jwtfix.prom
  jwtfix audit /var/lib/nats/jwt nats.conf --watch")]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Tell the credentials that end first instead of findings
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "format")]
    expirations: Option<Ends>,
    /// Draw the accounts and what they import of each other instead of telling findings
    #[arg(long, value_enum, value_name = "FORM", conflicts_with_all = ["format", "expirations"])]
    graph: Option<Drawn>,
    /// Audit again whenever files change, and tell what came and what went
    #[arg(long, conflicts_with_all = ["expirations", "graph", "write_baseline"])]
    watch: bool,
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
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = "What is told")]
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
    /// jwtfix/expirations/v1
    Json,
    /// A textfile for Prometheus' node exporter
    Prometheus,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Drawn {
    /// For Graphviz
    Dot,
    /// For Mermaid, which GitHub draws in Markdown
    Mermaid,
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
    if args.watch {
        return watch::watch(&args, paths, terminal);
    }
    let policy = known::policy(&args, terminal.now)?;
    let baseline = Mutex::new(args.write_baseline.is_some().then(Baseline::default));
    let lines = tell::Lines::default();
    let told = |finding: &Finding| {
        if let Some(baseline) = baseline.lock().expect("nobody panics").as_mut() {
            baseline.add(finding);
        }
        if args.format == Format::Jsonl {
            lines.tell(finding);
        }
    };
    let all = args.write_baseline.is_some() || args.format == Format::Jsonl;
    let report = audit(&args, paths, &policy, terminal, all.then_some(&told))?;
    lines.finish()?;
    if let (Some(path), Some(baseline)) = (&args.write_baseline, baseline.into_inner().expect("nobody panics")) {
        disk::write_atomic(path, baseline.text().as_bytes(), disk::Write::default())
            .map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
    }
    tell::tell(&report, &args, terminal)?;
    tell::beside(&report, &args, terminal);
    Ok(if report.fails(least(&args, &policy)) { Exit::Findings } else { Exit::Clean })
}

/// The least severity that makes the exit status 1.
fn least(args: &Args, policy: &Policy) -> Severity {
    args.fail_on.or(policy.fail_on).unwrap_or(Severity::Warning)
}

/// Looks at everything once.
fn audit(
    args: &Args,
    paths: Vec<PathBuf>,
    policy: &Policy,
    terminal: &Terminal,
    told: Option<&(dyn Fn(&Finding) + Sync)>,
) -> Result<Report, Failure> {
    let batch = Batch::new();
    let progress = AtomicU64::new(0);
    let settings = Settings {
        now: terminal.now,
        version: args.server_version.unwrap_or(Version::NEWEST),
        trust: known::trust(args)?,
        servers: args.server.clone(),
        environment: &|name| std::env::var(name).ok(),
        verify: &|signed| batch.verify(signed),
        threads: match args.threads {
            Some(threads) => threads.into(),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        },
        policy,
        kept: match args.format {
            // Some examples are shown of each.
            Format::Human if !terminal.style.verbose && !args.watch => render::REPORT_EXAMPLES,
            Format::Jsonl if !args.watch => 0,
            _ => KEPT_PER_RULE,
        },
        expirations: 1000,
        edges: match (args.graph, args.format) {
            (Some(_), _) => 100_000,
            (None, Format::Json | Format::Html) => 1000,
            (None, _) => 0,
        },
        told,
        progress: &progress,
    };
    Ok(progress::shown(terminal.shows_progress(), &progress, || audit::audit(paths, &settings)))
}
