//! Would the server let the clients in whose credentials were looked at: as things stand, and as they would stand?

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::around::{Around, Then, becoming, real};
use super::checked;
use super::files::{name, parent};
use super::moved::distrust;
use super::place::{self, Lack, Placing, lacks_its_own};
use super::{FixError, Fixes, ROUNDS, Wanted};
use crate::file::config::Sources;
use crate::file::{Kind as FileKind, creds};
use crate::lint::Finding;
use crate::lint::connect::{self, Side};
use crate::nkey::identify;
use crate::repair::survey::{Given, Place, Site, Survey};
use crate::server::client::Signature;
use crate::server::options::ServerOptions;
use crate::server::startup::{Change, Problem, StartVerdict, reload, startup};
use crate::server::world::World;
use crate::server::{Client, Outcome, Verdict, Version, causes};
use crate::token::{Claims, Kind, parse};

/// What a server says, before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The server's configuration.
    pub server: PathBuf,
    /// Credentials that were asked about.
    pub clients: usize,
    /// Whether it starts, before and after.
    pub starts: (bool, bool),
    /// How many it lets in, before and after.
    pub accepted: (usize, usize),
    /// Those that it lets in now, and would not let in then.
    pub lost: Vec<PathBuf>,
    /// Those that were meant themselves, and that it would refuse even then.
    pub refused: Vec<PathBuf>,
    /// Why it does not trust the account of a client then, if it does not, and what to do about that.
    pub distrust: Option<(String, String)>,
    /// What differs of what it is told, and what a reload makes of that.
    pub changes: Vec<Change>,
}

impl Verdicts {
    /// Whether it would not start even then, or refuse somebody who was meant.
    pub fn refuses(&self) -> bool {
        !self.starts.1 || !self.refused.is_empty()
    }
}

/// A server's environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who is asked about whom.
pub(super) struct Question<'a> {
    pub(super) server: &'a Path,
    clients: &'a [&'a Path],
    environment: Environment<'a>,
    now: i64,
    pub(super) version: Version,
}

/// What a server says.
#[derive(Clone)]
pub(super) struct Answer {
    starts: bool,
    /// It made up a system account, since it does not find its own.
    bootstrapped: bool,
    /// What it was told.
    pub(super) options: ServerOptions,
    /// What it says before a client comes.
    alone: Said,
    /// To each client.
    clients: Vec<Arc<Said>>,
}

/// What a server says to one client.
#[derive(Clone, Default)]
struct Said {
    /// The account that its token names.
    account: String,
    accepted: bool,
    /// The account whose token the server lacks.
    lacking: Option<Lack>,
    /// What could be put right of the server's files.
    correctable: Vec<Finding>,
    /// Accounts that it finds and does not trust.
    untrusted: BTreeSet<String>,
    /// The account that it finds and trusts.
    good: Option<String>,
}

impl Answer {
    /// Whether it starts where the other does not, or lets in some that the other does not, and none of those less.
    pub(super) fn betters(&self, other: &Answer) -> bool {
        let all = || self.clients.iter().zip(&other.clients).map(|(is, was)| (is.accepted, was.accepted));
        let (more, less) = (all().any(|(is, was)| is && !was), all().any(|(is, was)| !is && was));
        !less && (self.starts || !other.starts) && (more || self.starts && !other.starts)
    }

    /// Whether it starts, and has and trusts this account.
    pub(super) fn takes(&self, account: &str) -> bool {
        let own = self.options.system_account == account && !self.bootstrapped;
        let good = || self.clients.iter().any(|said| said.good.as_deref() == Some(account));
        self.starts && (own || good())
    }

    fn all(&self) -> impl Iterator<Item = &Said> {
        std::iter::once(&self.alone).chain(self.clients.iter().map(|said| &**said))
    }

    /// Accounts whose tokens it lacks.
    pub(super) fn lacking(&self) -> BTreeSet<&Lack> {
        self.all().filter_map(|said| said.lacking.as_ref()).collect()
    }

    /// What could be put right of its files.
    pub(super) fn correctable(&self) -> impl Iterator<Item = &Finding> {
        self.all().flat_map(|said| &said.correctable)
    }

    /// Accounts that it finds and does not trust.
    pub(super) fn untrusted(&self) -> BTreeSet<&str> {
        self.all().flat_map(|said| &said.untrusted).map(String::as_str).collect()
    }

    /// How many clients it lets in.
    fn accepted(&self) -> usize {
        self.clients.iter().filter(|said| said.accepted).count()
    }
}

impl Fixes {
    /// Asks a server, started in thought, about all credentials of the survey. If it lacks an account that is among the
    /// files, that is put right too.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn ask(
        &mut self,
        server: &Path,
        (survey, wanted): (&Survey, &Wanted),
        environment: Environment<'_>,
        (now, version): (i64, Version),
    ) -> Result<(), FixError> {
        let is_client = |place: &&Place| place.given > Given::Context && place.kind == FileKind::Creds;
        let clients: Vec<&Place> = survey.places.iter().filter(is_client).collect();
        let all: Vec<&Path> = clients.iter().map(|place| place.path.as_path()).collect();
        let question = Question { server, clients: &all, environment, now, version };
        let before = question.answer(&HashMap::new())?;
        let then = becoming(&self.after);
        let mut after = if then.is_empty() { before.clone() } else { question.answer(&then)? };
        drop(then);
        after = self.correct(&question, wanted, after)?;
        let distrust;
        (after, distrust) = self.trust(survey, &question, wanted, after)?;
        let then = becoming(&self.after);
        let mut placing = Placing::default();
        for _ in 0..ROUNDS {
            if !placing.take(survey, &question.around(&then), &after, wanted) {
                break;
            }
            after = placing.ask(&question, &then, &after.options)?;
        }
        let lost = all.iter().zip(before.clients.iter().zip(&after.clients));
        let lost = lost.filter(|(_, (was, is))| was.accepted && !is.accepted);
        let lost = lost.map(|(path, _)| (*path).to_owned()).collect();
        let refused = clients.iter().zip(&after.clients);
        let refused = refused.filter(|(place, is)| place.given >= Given::Below && !is.accepted);
        let refused = refused.map(|(place, _)| place.path.clone()).collect();
        self.verdicts = Some(Verdicts {
            server: server.to_owned(),
            clients: all.len(),
            starts: (before.starts, after.starts),
            accepted: (before.accepted(), after.accepted()),
            lost,
            refused,
            distrust,
            changes: reload(&before.options, &after.options),
        });
        self.put(placing)?;
        Ok(())
    }
}

/// Whom a configuration trusts as it stands, and who signed an account in it that is not among them.
pub fn whom_it_trusts(
    survey: &Survey,
    server: &Path,
    environment: Environment<'_>,
    (now, version): (i64, Version),
) -> Option<String> {
    let question = Question { server, clients: &[], environment, now, version };
    let then = HashMap::new();
    let mut answer = question.answer(&then).ok()?;
    let place = real(server);
    let here = |site: &&Site| site.spots.iter().any(|spot| real(&survey.places[spot.place].path) == place);
    let accounts = survey.sites.iter().filter(|site| site.kind == Kind::Account).filter(here);
    answer.alone.untrusted.extend(accounts.map(|site| site.subject.to_string()));
    distrust(survey, &question, &then, &answer).map(|distrust| distrust.why)
}

impl Question<'_> {
    pub(super) fn around<'t>(&'t self, then: &'t HashMap<PathBuf, Then<'t>>) -> Around<'t> {
        let directory = parent(self.server);
        let base = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        Around { base: base.to_owned(), environment: self.environment, then }
    }

    /// Whether the server starts, and whether it lets each client in.
    pub(super) fn answer(&self, then: &HashMap<PathBuf, Then<'_>>) -> Result<Answer, FixError> {
        self.ask(then, None)
    }

    /// The same where since another answer nothing changed but the tokens of some accounts: the clients of others are not asked
    /// again.
    pub(super) fn answer_for(
        &self,
        then: &HashMap<PathBuf, Then<'_>>,
        (before, accounts): (&Answer, &[&str]),
    ) -> Result<Answer, FixError> {
        self.ask(then, Some((before, accounts)))
    }

    fn ask(
        &self,
        then: &HashMap<PathBuf, Then<'_>>,
        known: Option<(&Answer, &[&str])>,
    ) -> Result<Answer, FixError> {
        let around = self.around(then);
        let bytes = around.read(self.server)?;
        let name = String::from_utf8_lossy(name(self.server));
        let startup = startup(&name, &bytes, self.version, self.now, &around);
        let files = |path: &str| around.file(path);
        let listed = RefCell::new(HashMap::new());
        let listing = |directory: &str| {
            let mut listed = listed.borrow_mut();
            listed.entry(directory.to_owned()).or_insert_with(|| around.names(directory)).clone()
        };
        let world = World::new(&startup, &files, self.version, self.now).with_listing(&listing);
        let held = world.held();
        let named = |path: &str| around.named(Path::new(path)).to_string_lossy().into_owned();
        let side =
            Side { held: &held, startup: &startup, named: &named, listing: &listing, there: &|_| false };
        let mut answer = Answer {
            starts: startup.verdict == StartVerdict::Starts,
            bootstrapped: startup.bootstrapped,
            options: startup.options.clone(),
            alone: Said {
                lacking: lacks_its_own(&startup),
                correctable: fixable(connect::server(&side)),
                ..Said::default()
            },
            clients: Vec::new(),
        };
        let refused = |error: &Problem| error.text.ends_with("system account: account validation failed");
        if startup.errors.iter().any(refused) {
            answer.alone.untrusted.insert(startup.options.system_account.clone());
        }
        // Who is told the same by the server itself is told the same of an account that is the same.
        let known = known.filter(|(before, _)| {
            (before.starts, before.bootstrapped, &before.options)
                == (answer.starts, answer.bootstrapped, &answer.options)
        });
        for (number, path) in self.clients.iter().enumerate() {
            let same = known.and_then(|(before, accounts)| {
                before.clients.get(number).filter(|said| !accounts.contains(&said.account.as_str()))
            });
            let said = match same {
                Some(said) => Arc::clone(said),
                None => Arc::new(said(path, &around.read(path)?, &side, answer.starts)),
            };
            answer.clients.push(said);
        }
        Ok(answer)
    }
}

/// What a server says to the client with these credentials.
fn said(path: &Path, bytes: &[u8], side: &Side<'_>, starts: bool) -> Said {
    let file = creds::parse(bytes);
    let (client, account) = match (&file.token, &file.seed) {
        (Some(token), Some(seed)) => {
            let key = identify(seed.text()).and_then(|identity| identity.public);
            let client = Client {
                jwt: Some(Zeroizing::new(token.text().to_owned())),
                signature: key.map_or(Signature::None, |key| Signature::By(key.to_string())),
                ..Client::default()
            };
            (client, parse(token.text().as_bytes()).map(|read| account_of(&read.claims)).unwrap_or_default())
        }
        _ => (Client::default(), String::new()),
    };
    let decision = crate::server::connect::connect(side.held, &client);
    let distrusts = decision.causes.iter().filter(|cause| cause.id == causes::UNTRUSTED);
    let passes = |gate| decision.step(gate).is_some_and(|step| step.outcome == Outcome::Pass);
    Said {
        account,
        accepted: starts && decision.verdict == Verdict::Accept,
        lacking: place::lacking(&decision).filter(|_| starts),
        correctable: fixable(connect::client(&decision, &checked::place(path), None, side)),
        untrusted: distrusts.map(|cause| cause.asked.clone()).collect(),
        good: (passes("CON-17") && passes("CON-18"))
            .then(|| decision.granted.as_ref().map(|granted| granted.account.clone()))
            .flatten(),
    }
}

/// The account that a user's token names.
fn account_of(user: &Claims) -> String {
    let named = user.issuer_account();
    if named.is_empty() { user.data.iss.clone() } else { named.to_owned() }
}

fn fixable(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|finding| finding.fix.is_some());
    findings
}
