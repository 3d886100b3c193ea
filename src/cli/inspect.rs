//! `jwtfix inspect`: what is this, who signed it, and what is wrong with it?

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jwtfix::audit::{When, configuration};
use jwtfix::cores;
use jwtfix::file::What;
use jwtfix::render::inspect::{DocumentView, Json, brief, human, view};
use jwtfix::render::{Ink, text};
use jwtfix::server::Version;
use jwtfix::token::{Kind, Token};
use jwtfix::trust::{Fleet, OpenToken, Opened};
use serde_json_path::JsonPath;

use super::gather::{Asked, Gathered, IN_FULL, gather};
use super::leads::{Leads, follow};
use super::{Exit, Failure, Inputs, Source, Terminal};

/// Say what a credential is, who signed it, and what is wrong with it
///
/// Reads JWTs, creds files, seeds, server configurations, resolver directories, nsc stores, natscli contexts, packs,
/// Kubernetes Secrets, and any text with a token in it. Files are known by their content, never by their name; files of
/// more than 64 MiB are not read.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix inspect alice.creds
  jwtfix inspect alice.creds --operator acme.jwt --accounts /var/lib/nats/jwt
  jwtfix inspect ~/.local/share/nats/nsc/stores
  kubectl get secret nats-creds -o yaml | jwtfix inspect -
  jwtfix inspect alice.creds --field nats.pub.allow")]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// An operator's token, to say whether accounts are signed by it
    #[arg(long, value_name = "FILE", help_heading = "What else is known")]
    operator: Vec<PathBuf>,
    /// A directory of account tokens, a resolver's for one
    #[arg(long, value_name = "DIR", help_heading = "What else is known")]
    accounts: Vec<PathBuf>,
    /// A store of nsc, or any directory with tokens and seeds
    #[arg(long, value_name = "DIR", help_heading = "What else is known")]
    store: Vec<PathBuf>,
    /// A server's configuration: its operators and the accounts of its resolver
    #[arg(long, value_name = "CONF", help_heading = "What else is known")]
    server: Vec<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print the tokens themselves as well: whoever reads a bearer token can use it
    #[arg(long)]
    raw: bool,
    /// Print one claim alone: a JSON pointer (/nats/limits/conn) or a JSONPath ($.nats.exports[*].subject), whose $. may be
    /// left out
    #[arg(long, value_name = "PATH", conflicts_with = "format")]
    field: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// jwtfix/inspect/v1
    Json,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let sources = args.inputs.sources(terminal)?;
    let asked = match (args.raw, args.format, &args.field) {
        (false, Format::Human, None) if !terminal.verbose => Asked::Claims,
        _ => Asked::Everything,
    };
    let shown = gather(&sources, asked, terminal)?;
    let mut fleet = Fleet::default();
    let mut context: Vec<Source> = [&args.operator, &args.accounts, &args.store]
        .into_iter()
        .flatten()
        .map(|path| Source::Path(path.clone()))
        .collect();
    let mut servers = Vec::new();
    for server in &args.server {
        let Leads { sources, trusts, operators } = follow(server, terminal);
        context.extend(sources);
        servers.extend(trusts.map(|place| (place, operators)));
    }
    let context = gather(&context, Asked::Claims, terminal)?;
    shown.opened.iter().chain(&context.opened).for_each(|opened| fleet.take(opened));
    for (place, files) in servers {
        fleet.add_server(place, operators_in(&context, &files));
    }
    if let Some(path) = &args.field {
        return field(&shown, path, terminal);
    }
    if shown.opened.is_empty() && shown.unread.is_empty() {
        terminal.remark("nothing in what was named is a token or a key");
    }
    let now = terminal.now;
    let page = |opened: &Opened| {
        let mut document = view(opened, &fleet, now);
        start(&mut document, now);
        if args.raw {
            document.reveal(opened);
        }
        document
    };
    if args.format == Format::Human && shown.opened.len() > IN_FULL && !terminal.verbose && !args.raw {
        return lines(&shown, page, terminal);
    }
    let (style, format) = (terminal.style, args.format);
    let locate = |path: &str, offset: usize| shown.locate(path, offset);
    let text = |opened: &Opened| {
        let document = page(opened);
        let text = match format {
            Format::Json => Json::page(&document),
            Format::Human => human(&document, style, now, &locate),
        };
        (text, document.asks_to_act())
    };
    let mut bad = false;
    match format {
        Format::Json => {
            let mut json = Json::begin(now, terminal.for_machines())?;
            cores::flow(&shown.opened, text, |(text, acts)| {
                bad |= acts;
                json.push(&text)
            })?;
            json.end(shown.unread.iter().chain(&context.unread))?;
        }
        Format::Human => {
            let mut between = "";
            cores::flow(&shown.opened, text, |(text, acts)| {
                bad |= acts;
                terminal.print(std::mem::replace(&mut between, "\n"))?;
                terminal.print(&text)
            })?;
        }
    }
    Ok(if bad { Exit::Findings } else { Exit::Clean })
}

/// Many files: a line for each, and how many there are of what.
fn lines(
    shown: &Gathered,
    page: impl Fn(&Opened) -> DocumentView + Sync,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    struct Line {
        text: String,
        bad: bool,
        open: bool,
    }
    let (style, now) = (terminal.style, terminal.now);
    let line = |opened: &Opened| {
        let document = page(opened);
        let (bad, open) = (document.asks_to_act(), document.open_at().is_some());
        Line { text: brief(&document, style, now), bad, open }
    };
    let (mut bad, mut open) = (0, false);
    cores::flow(&shown.opened, line, |line| {
        bad += usize::from(line.bad);
        open |= line.open;
        terminal.print(&line.text)
    })?;
    let tokens = || shown.opened.iter().flat_map(|opened| &opened.tokens).map(|open| &open.token);
    let count = |kind: Kind| {
        let subjects = tokens().filter(|token| token.kind == kind.word()).map(Token::subject);
        subjects.collect::<HashSet<_>>().len()
    };
    let keys = shown.opened.iter().flat_map(|opened| &opened.keys).filter(|key| key.what == What::Seed);
    let seeds: HashSet<_> = keys.filter_map(|key| key.identity.as_ref()?.public).collect();
    let found = [
        (count(Kind::Operator), "operator"),
        (count(Kind::Account), "account"),
        (count(Kind::User), "user"),
        (seeds.len(), "seed"),
    ];
    let found = found.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| text::count(number, what));
    terminal.print(&format!(
        "\n{}: {}; {bad} with something to act on (-v shows each in full)\n",
        text::count(shown.opened.len(), "file"),
        found.collect::<Vec<_>>().join(", "),
    ))?;
    if open {
        let sign = style.paint(Ink::Warning, "?");
        terminal.print(&format!(
            "{sign} marks a chain that ends at a key which no token here has: give --operator FILE, --accounts DIR or --store DIR\n"
        ))?;
    }
    Ok(if bad > 0 { Exit::Findings } else { Exit::Clean })
}

/// What a server says of a configuration that it is started with.
fn start(document: &mut DocumentView, now: i64) {
    if document.kind == jwtfix::file::Kind::Config.word() && &*document.path != "-" {
        let environment = |name: &str| std::env::var(name).ok();
        let when = When { version: Version::NEWEST, now, environment: &environment };
        // It was read a moment ago; if it cannot be read any more there is nothing to say of it.
        document.findings.extend(configuration(Path::new(&*document.path), &when).unwrap_or_default());
    }
}

/// The subjects of the operators in these files.
fn operators_in(context: &Gathered, files: &[PathBuf]) -> Vec<String> {
    let opened = context.opened.iter().filter(|opened| files.iter().any(|file| file.as_os_str() == &*opened.path));
    let claims = opened.flat_map(|opened| &opened.tokens).filter_map(|token| token.token.decoded.as_ref());
    let operators = claims.filter(|claims| claims.kind() == Kind::Operator);
    operators.map(|claims| claims.data.sub.clone()).collect()
}

/// Which part of the claims is asked for.
enum Part {
    Pointer(String),
    Path(Box<JsonPath>),
}

impl Part {
    /// A JSON pointer where it begins with `/`, else a JSONPath, whose `$.` may be left out.
    fn of(path: &str) -> Result<Part, Failure> {
        if path.starts_with('/') || path.is_empty() {
            return Ok(Part::Pointer(path.to_owned()));
        }
        let whole = match path.as_bytes() {
            [b'$', ..] => path.to_owned(),
            [b'[', ..] => format!("${path}"),
            _ => format!("$.{path}"),
        };
        match JsonPath::parse(&whole) {
            Ok(parsed) => Ok(Part::Path(Box::new(parsed))),
            Err(error) if path.starts_with('$') => Err(Failure::new(format!("`{path}` is no JSONPath: {error}"))
                .hint("write it as $.nats.exports[0].subject, or as a JSON pointer: /nats/exports/0/subject")),
            // Names that JSONPath wants quoted, a dash in them for one.
            Err(_) => Ok(Part::Pointer(pointer(path))),
        }
    }

    fn within<'v>(&self, claims: &'v serde_json::Value) -> Vec<&'v serde_json::Value> {
        match self {
            Part::Pointer(pointer) => claims.pointer(pointer).into_iter().collect(),
            Part::Path(path) => path.query(claims).all(),
        }
    }
}

/// Prints one claim of every token; texts as they are, everything else as JSON.
fn field(shown: &Gathered, path: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let part = Part::of(path)?;
    let lines = |opened: &Opened| {
        let mut lines = String::new();
        for token in opened.tokens.iter().map(OpenToken::in_full) {
            for value in token.claims.iter().flat_map(|claims| part.within(claims)) {
                let line = match value {
                    serde_json::Value::String(text) => text::escape(text),
                    value => text::escape_words(&value.to_string()),
                };
                lines.push_str(&text::redact(&line));
                lines.push('\n');
            }
        }
        lines
    };
    let mut found = false;
    cores::flow(&shown.opened, lines, |lines| {
        found |= !lines.is_empty();
        terminal.print(&lines)
    })?;
    if !found {
        terminal.remark(&format!("no token here has {path}"));
    }
    Ok(if found { Exit::Clean } else { Exit::Findings })
}

/// `nats.exports[0].subject` and `$.nats.exports[0].subject` as `/nats/exports/0/subject`.
pub(super) fn pointer(path: &str) -> String {
    if path.starts_with('/') || path.is_empty() {
        return path.to_owned();
    }
    let path = path.strip_prefix('$').unwrap_or(path);
    let mut pointer = String::new();
    for name in path.split(['.', '[']).map(|name| name.trim_end_matches(']').trim_matches(['"', '\''])) {
        if !name.is_empty() {
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn a_path_is_a_pointer() {
        assert_eq!(pointer("/nats/type"), "/nats/type");
        assert_eq!(pointer("nats.exports[0].subject"), "/nats/exports/0/subject");
        assert_eq!(pointer("$.nats['limits'].conn"), "/nats/limits/conn");
        assert_eq!(pointer("$"), "");
    }
}
