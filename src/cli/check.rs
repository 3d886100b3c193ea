//! `jwtfix check`: what does a real nats-server do with this client, at which gate, and in which words?

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jwtfix::lint::connect::{self, Side};
use jwtfix::lint::{Finding, Place, Severity};
use jwtfix::nkey::Batch;
use jwtfix::render::check::{Checked, ClientResult, RunningResult, ServerResult, human, json};
use jwtfix::render::inspect::view;
use jwtfix::server::resolver::Fetched;
use jwtfix::server::startup::StartVerdict;
use jwtfix::server::world::World;
use jwtfix::server::{Decision, Verdict};
use jwtfix::trust::{Fleet, Opened, Unopened};

use super::client::{Asked, ClientArgs};
use super::live::Live;
use super::server::{Server, ServerArgs};
use super::{Exit, Failure, Terminal};

/// Say what a nats-server does with a client, and why
///
/// Decides offline, gate by gate in the server's own order and words, whether the server starts with this configuration and lets
/// each client in. Without a client it answers for the server alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix check --server nats.conf
  jwtfix check --server nats.conf alice.creds
  jwtfix check --server nats.conf --via WEBSOCKET --from 10.1.2.3 alice.creds
  jwtfix check --server nats.conf --monitor http://127.0.0.1:8222 alice.creds
  jwtfix check --server nats.conf --store ~/nsc alice.creds --account ORDERS")]
pub(super) struct Args {
    /// The server's configuration
    #[arg(long, value_name = "CONF")]
    server: PathBuf,
    #[command(flatten)]
    around: ServerArgs,
    /// Credentials, users' JWTs, natscli contexts; `-` is standard input
    #[arg(value_name = "CREDS|CONTEXT|JWT")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    client: ClientArgs,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// jwtfix/check/v1
    Json,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut server = args.around.start(&args.server, terminal)?;
    let clients = args.client.clients(&args.files, terminal)?;
    let mut live = server.live.take();
    let now = terminal.now;
    let files = |path: &str| server.file(path);
    let listing = |directory: &str| server.listing(directory);
    let named = |path: &str| server.named(path);
    let world = World::new(&server.startup, &files, server.version, now)
        .with_listing(&listing)
        .in_zone(jiff::tz::TimeZone::system());
    let held = world.held();
    let there = |path: &str| server.file(path).is_ok();
    let side = Side { held: &held, startup: &server.startup, named: &named, listing: &listing, there: &there };
    let results: Vec<ClientResult> = clients
        .into_iter()
        .map(|asked| {
            let decision = jwtfix::server::connect::connect(&held, &asked.client);
            let findings = findings(&side, &world, &asked, &decision, now);
            ClientResult { path: asked.path, who: asked.who, decision, findings }
        })
        .collect();
    let mut told = told(&server, connect::server(&side));
    if let Some(live) = live.take() {
        let asked = compared(live, &server, &world, &results);
        told.findings.extend(connect::running(&asked.url, &asked.differences, &side));
        told.running = Some(asked);
    }
    let checked = Checked { at: now, server: told, results };
    match args.format {
        Format::Human => {
            let locate = |path: &str, offset: usize| server.locate(path, offset);
            terminal.print(&human(&checked, terminal.style, &locate))?;
        }
        Format::Json => terminal.write(&json(&checked))?,
    }
    let starts = server.startup.verdict == StartVerdict::Starts;
    Ok(if starts && checked.clean() { Exit::Clean } else { Exit::Findings })
}

fn told(server: &Server, findings: Vec<Finding>) -> ServerResult {
    let startup = &server.startup;
    ServerResult {
        path: Arc::clone(&server.path),
        version: server.version.to_string(),
        verdict: match startup.verdict {
            StartVerdict::Starts => "starts",
            StartVerdict::Fails => "fails",
            StartVerdict::Unknown => "unknown",
        },
        error: startup.error(),
        warnings: startup.warnings.iter().map(ToString::to_string).collect(),
        missing: startup.unknown.clone(),
        digest: startup.config.as_ref().and_then(|config| config.digest.clone()),
        accounts_from: server.accounts_from().map(|path| path.to_string_lossy().into_owned()),
        running: None,
        findings,
    }
}

/// Accounts of clients that the running server is asked about.
const ASKED: usize = 32;

/// Holds the running server against the files, and against what the resolver has for the clients' accounts.
fn compared(mut live: Live, server: &Server, world: &World<'_>, results: &[ClientResult]) -> RunningResult {
    let accounts = results.iter().filter_map(|result| Some(result.decision.granted.as_ref()?.account.clone()));
    let accounts: BTreeSet<String> = accounts.collect();
    accounts.iter().take(ASKED).for_each(|account| live.account(account));
    let stored = |account: &str| match world.resolver().fetch(account) {
        Fetched::Token(text) => String::from_utf8(text).ok(),
        _ => None,
    };
    let differences = live.running.differences(&server.startup, server.changed(), &stored);
    RunningResult { url: live.url, running: live.running, differences }
}

/// What is wrong with the tokens that were asked about: the client's own and its account's as the resolver has it.
fn findings(
    side: &Side<'_>,
    world: &World<'_>,
    asked: &Asked,
    decision: &Decision,
    now: i64,
) -> Vec<Finding> {
    let place = Place::file(Arc::clone(&asked.path)).of(asked.who.clone());
    let mut found = connect::client(decision, &place, asked.client.expects.as_deref(), side);
    if asked.bytes.is_empty() {
        return found;
    }
    let mut opened = vec![Opened::read(Arc::clone(&asked.path), &asked.bytes, None, false)];
    if decision.verdict == Verdict::Accept {
        // The verdict is on the token in the file; not every client finds it there.
        let form = view(&opened[0], &Fleet::default(), now).findings;
        found.extend(form.into_iter().filter(|finding| {
            finding.rule.area == "creds" && finding.severity == Severity::Error
        }));
        return found;
    }
    let account = opened[0].tokens.first().and_then(|token| {
        let claims = token.token.decoded.as_ref()?;
        let named = claims.issuer_account();
        Some(if named.is_empty() { claims.data.iss.clone() } else { named.to_owned() })
    });
    if let Some(account) = account
        && let Fetched::Token(text) = world.resolver().fetch(&account)
    {
        opened.push(Opened::read(format!("account {account}").into(), &text, None, false));
    }
    let mut fleet = Fleet::default();
    opened.iter().for_each(|opened| fleet.take(opened));
    let files = side.startup.files().iter();
    let files = files.map(|file| Unopened { path: file.path.as_str().into(), bytes: &file.bytes, mode: None });
    Opened::read_claims(files.collect(), &Batch::new(), false).iter().for_each(|opened| fleet.take(opened));
    let of_tokens = opened.iter().flat_map(|opened| view(opened, &fleet, now).findings);
    for finding in of_tokens.filter(|finding| finding.severity == Severity::Error) {
        if found.iter().all(|other| other.code() != finding.code()) {
            found.push(finding);
        }
    }
    found
}
