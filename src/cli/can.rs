//! `jwtfix can`: may this client publish or subscribe there, and which rule says so?

use std::path::PathBuf;
use std::sync::Arc;

use jwtfix::render::can::{Answered, Asked, Question, human, json};
use jwtfix::server::client::Client;
use jwtfix::server::connect::connect;
use jwtfix::server::decision::RightsFrom;
use jwtfix::server::permissions::{Action, Allowed, can};
use jwtfix::server::reach::reach;
use jwtfix::server::world::World;
use jwtfix::server::{Decision, Held, Verdict};
use jwtfix::token;

use super::client::ClientArgs;
use super::server::ServerArgs;
use super::{Exit, Failure, Terminal};

/// Say whether a client may publish or subscribe to a subject, and which rule decides
///
/// The user's own permissions, the scope of its signing key, its account's default permissions, deny over allow, queues, replies,
/// the account's mappings and imports: what decides is named, and where the message goes. Without --server the account
/// is taken as it is, whoever signed it.
#[derive(clap::Args)]
#[command(override_usage = "jwtfix can [OPTIONS] [CREDS] pub|sub <SUBJECT>", after_help = "\
Examples:
  jwtfix can --server nats.conf alice.creds pub orders.new
  jwtfix can --server nats.conf alice.creds sub 'orders.>' --queue workers
  jwtfix can --store ~/nsc/stores/acme alice.creds pub orders.new
  jwtfix can --server nats.conf --user ada --password-file ada.txt sub events")]
pub(super) struct Args {
    /// Credentials, a user's JWT or a natscli context; then `pub` or `sub`; then the subject
    #[arg(value_name = "WORD", num_args = 2..=3, required = true)]
    words: Vec<String>,
    /// Subscribe in this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// The server's configuration
    #[arg(long, value_name = "CONF")]
    server: Option<PathBuf>,
    #[command(flatten)]
    around: ServerArgs,
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
    /// jwtfix/can/v1
    Json,
}

impl Args {
    fn question(&self) -> Result<(Option<PathBuf>, Question), Failure> {
        let (file, action, subject) = match self.words.as_slice() {
            [action, subject] => (None, action, subject),
            [file, action, subject] => (Some(PathBuf::from(file)), action, subject),
            _ => return Err(Failure::new("say the credentials, pub or sub, and one subject")),
        };
        let action = match action.as_str() {
            "pub" | "publish" => Action::Publish,
            "sub" | "subscribe" => Action::Subscribe,
            other => {
                return Err(Failure::new(format!("{} is neither pub nor sub", token::quote(other.as_bytes())))
                    .hint("jwtfix can --server nats.conf alice.creds pub orders.new"));
            }
        };
        if action == Action::Publish && self.queue.is_some() {
            return Err(Failure::new("--queue is of subscriptions").hint("leave it out, or ask about sub"));
        }
        Ok((file, Question { action, subject: subject.clone(), queue: self.queue.clone() }))
    }
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (file, question) = args.question()?;
    let clients = args.client.clients(file.as_slice(), terminal)?;
    if clients.is_empty() && file.is_none() {
        return Err(Failure::new("no client was named")
            .hint("name credentials, or --user, --nkey or --token-file; `jwtfix can --help` has examples"));
    }
    let mut server = match &args.server {
        Some(conf) => args.around.start(conf, terminal)?,
        None => args.around.imagined(terminal)?,
    };
    if args.server.is_none() {
        for account in clients.iter().filter_map(|asked| account_of(&asked.client)) {
            server.trust(&account);
        }
    }
    let files = |path: &str| server.file(path);
    let listing = |directory: &str| server.listing(directory);
    let world = World::new(&server.startup, &files, server.version, terminal.now)
        .with_listing(&listing)
        .in_zone(jiff::tz::TimeZone::system());
    let held = world.held();
    let answers: Vec<Answered> = clients
        .into_iter()
        .map(|asked| {
            let decision = connect(&held, &asked.client);
            answered(&held, asked.path, asked.who, decision, &asked.client, &question)
        })
        .collect();
    let may = |answered: &Answered| {
        answered.decision.verdict == Verdict::Accept
            && answered.answer.as_ref().is_some_and(|answer| answer.allowed == Allowed::Allowed)
    };
    let exit = if answers.iter().all(may) { Exit::Clean } else { Exit::Findings };
    let asked = Asked {
        at: terminal.now,
        server: args.server.is_some().then(|| Arc::clone(&server.path)),
        version: server.version.to_string(),
        question,
        answers,
    };
    match args.format {
        Format::Human => terminal.print(&human(&asked, terminal.style))?,
        Format::Json => terminal.write(&json(&asked))?,
    }
    Ok(exit)
}

fn answered(
    held: &Held<'_>,
    path: Arc<str>,
    who: String,
    decision: Decision,
    client: &Client,
    question: &Question,
) -> Answered {
    let Question { action, subject, queue } = question;
    // What an authorization service grants is not in the files.
    let known = decision.granted.as_ref().filter(|_| decision.gate != Some("CO-1"));
    let (mut answer, mut scope, mut leads) = (None, None, Vec::new());
    if let Some(granted) = known {
        let lookup = held.lookup(&granted.account);
        let account = lookup.account.as_deref();
        let mappings = account.map_or(&[][..], |account| &account.mappings);
        answer = Some(can(granted, mappings, client.via, held.server.version, *action, subject, queue.as_deref()));
        let signer = issuer_of(client).filter(|_| granted.rights_from == RightsFrom::Scope);
        scope = signer.and_then(|key| Some((account?.signer(&key)??.role.clone(), key)));
        leads = reach(held, &granted.account, *action, subject);
    }
    Answered { path, who, decision, answer, scope, reach: leads }
}

/// The account that a client's token names.
fn account_of(client: &Client) -> Option<String> {
    let claims = token::parse(client.jwt.as_ref()?.as_bytes()).ok()?.claims;
    Some(match claims.issuer_account() {
        "" => claims.data.iss,
        named => named.to_owned(),
    })
}

fn issuer_of(client: &Client) -> Option<String> {
    Some(token::parse(client.jwt.as_ref()?.as_bytes()).ok()?.claims.data.iss)
}
