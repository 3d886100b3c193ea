//! `jwtfix keys`: which key is this, where is its seed, and what may it sign?

use std::collections::BTreeMap;
use std::path::PathBuf;

use jwtfix::nkey;
use jwtfix::render::inspect::{KeyReport, keys_human, keys_json};
use jwtfix::trust::Fleet;

use super::gather::{Asked, gather};
use super::{Exit, Failure, Source, Terminal};

/// Say which key a text is, where its seed is, whose it is, and what it may sign
///
/// Give keys themselves, or files and directories: then every key in them is told, and which seeds belong to no token.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix keys --store ~/nsc \\
    ADWP4TM6PZG2GHGCPG2LB3LGWOQW4D5UAVENERI4X65S3CP7N2JB3KIP
  jwtfix keys ~/.local/share/nats/nsc
  jwtfix keys - < user.nk")]
pub(super) struct Args {
    /// Public keys, files, directories; `-` is standard input
    #[arg(value_name = "KEY|FILE", required = true)]
    what: Vec<String>,
    /// A store of nsc, a keystore, or any directory with tokens and seeds
    #[arg(long, value_name = "DIR")]
    store: Vec<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// jwtfix/keys/v1
    Json,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut named: Vec<nkey::Identity> = Vec::new();
    let mut sources = Vec::new();
    for what in &args.what {
        match nkey::identify(what) {
            Some(identity) if !PathBuf::from(what).exists() => named.push(identity),
            _ if what == "-" => sources.push(Source::Stdin),
            _ => sources.push(Source::Path(what.into())),
        }
    }
    let given = gather(&sources, Asked::Claims, terminal)?;
    let context: Vec<Source> = args.store.iter().cloned().map(Source::Path).collect();
    let context = gather(&context, Asked::Claims, terminal)?;
    let mut fleet = Fleet::default();
    given.opened.iter().chain(&context.opened).for_each(|opened| fleet.take(opened));

    let mut reports: BTreeMap<String, KeyReport> = BTreeMap::new();
    let mut refused = Vec::new();
    let found = given.opened.iter().flat_map(|opened| opened.keys.iter().filter_map(|key| key.identity.as_ref()));
    for identity in named.iter().chain(found) {
        match identity.public {
            Some(public) => {
                let public = public.to_string();
                reports.entry(public.clone()).or_insert_with(|| KeyReport::of(&public, identity, &fleet));
            }
            None => refused.push(KeyReport::unreadable(identity)),
        }
    }
    // The keys that the tokens given speak of.
    for token in given.opened.iter().flat_map(|opened| &opened.tokens) {
        for public in token.token.decoded.iter().flat_map(|claims| KeyReport::keys_of(claims)) {
            if let Some(identity) = nkey::identify(&public) {
                reports.entry(public.clone()).or_insert_with(|| KeyReport::of(&public, &identity, &fleet));
            }
        }
    }
    let mut reports: Vec<KeyReport> = reports.into_values().chain(refused).collect();
    reports.sort_by(KeyReport::order);
    if reports.is_empty() {
        terminal.remark("no key is in what was given");
    }
    match args.format {
        Format::Human => terminal.print(&keys_human(&reports, terminal.style))?,
        Format::Json => terminal.write(&keys_json(&reports))?,
    }
    Ok(if reports.iter().any(KeyReport::is_broken) { Exit::Findings } else { Exit::Clean })
}
