//! `jwtfix reissue`: sign tokens again on purpose, and everything that hangs on them.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use jwtfix::lint::shell;
use jwtfix::nkey::PublicKey;
use jwtfix::render::repair::{Ending, plan as human, plan_json};
use jwtfix::render::text;
use jwtfix::repair::{
    Given, NoKey, Order, Permit, Plan, Planner, Ring, Runs, StepError, Survey, Unreadable, Wish, Work,
};
use jwtfix::token::Kind;

use super::inspect::pointer;
use super::ring::{keys_that_fit, public};
use super::runs::WriteArgs;
use super::{Exit, Failure, Terminal, when};

/// Sign tokens again, change what they say, and move what hangs on them
///
/// Shows what would change, claim by claim, and writes nothing without --write. Each new token is signed by the key that
/// its place in the chain asks for, is read again, and has to say the same as before wherever nothing was asked for. What would
/// decide something that nobody decided is held back: --unsafe lets it in. Credentials and every other file with the
/// same token are rewritten along with it; their seeds stay where they are. `jwtfix undo` takes a run back.
#[derive(clap::Args)]
#[command(after_help = "\
Examples, each a plan until --write:
  # Change one account
  jwtfix reissue BILLING.jwt --operator acme.jwt --key keys/ \\
    --set nats.limits.conn=500
  # Let tokens last as long again
  jwtfix reissue --all /var/lib/nats/jwt --operator acme.jwt --key keys/ --renew
  # Give the operator a signing key, and let it sign all accounts
  jwtfix reissue acme.jwt --signing-key add OBQSTV…T4HN --key keys/
  jwtfix reissue --store ~/nsc/stores/acme --issuer OBQSTV…T4HN --key keys/
  # Bring over accounts of an old operator, or that signed themselves
  jwtfix reissue --store ~/nsc/stores/acme --issued-by OAQ2KX…7M3E --key keys/
  jwtfix reissue --store ~/nsc/stores/acme --unsafe=adopt --key keys/
  # Move a whole operator to a new identity
  jwtfix reissue --store ~/nsc/stores/acme --move-to OCXM5T…YFH3 --key keys/
  # Rotate an account's signing key, or bring over users of one that is gone
  jwtfix reissue ORDERS.jwt --store ~/nsc --key keys/ \\
    --signing-key replace OLD=NEW
  jwtfix reissue --store ~/nsc --kind user --issued-by ACKR5G…V7OE --key keys/
  # Bring tokens of v1 to v2
  jwtfix reissue --store ~/nsc --key keys/ \\
    --kind operator --kind account --kind user

What --unsafe lets in:
  unverified  its signature does not hold
  adopt       its issuer is no key of the one above it
  unrevoke    it is revoked, and would be let in again
  unseen      its account is not known, nor whether it is revoked
  superseded  there is a later token of the same subject
  role        the role that it had is not known any more
  widen       it would be allowed more than before")]
pub(super) struct Args {
    /// Tokens, credentials, any file with a token in it
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Every account token below DIR, a resolver's directory for one
    #[arg(long, value_name = "DIR")]
    all: Vec<PathBuf>,
    /// A store of nsc, or any directory: what hangs on the tokens that are meant is changed with them; if no PATH is
    /// named, every account in it is meant
    #[arg(long, value_name = "DIR")]
    store: Vec<PathBuf>,
    /// Only tokens signed by KEY; to name it is to vouch for them
    #[arg(long, value_name = "KEY", value_parser = public)]
    issued_by: Vec<PublicKey>,
    /// Which kinds are meant in directories; accounts where none is named
    #[arg(long, value_name = "KIND", value_enum)]
    kind: Vec<KindArg>,
    /// An operator's token, to know who may sign accounts
    #[arg(long, value_name = "FILE", help_heading = "What else is known")]
    operator: Vec<PathBuf>,
    /// A directory of account tokens, to know who may sign users and who is revoked
    #[arg(long, value_name = "DIR", help_heading = "What else is known")]
    accounts: Vec<PathBuf>,
    #[command(flatten)]
    changes: Changes,
    /// The key that signs, where several may
    #[arg(long, value_name = "KEY", value_parser = public, help_heading = "Keys")]
    issuer: Option<PublicKey>,
    #[command(flatten)]
    writing: WriteArgs,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// What changes in the tokens that are meant.
#[derive(clap::Args)]
struct Changes {
    /// Set a claim: PATH=VALUE, the path as jwtfix prints it or a JSON pointer, the value JSON or else a text
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment, help_heading = "Changes")]
    set: Vec<(String, serde_json::Value)>,
    /// Take a claim away
    #[arg(long, value_name = "PATH", help_heading = "Changes")]
    unset: Vec<String>,
    /// Apply a JSON merge patch (RFC 7386) to the payload
    #[arg(long, value_name = "FILE", help_heading = "Changes")]
    patch: Vec<PathBuf>,
    /// When it ends: a time, +90d, or never
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, help_heading = "Changes")]
    expires: Option<String>,
    /// When it begins: a time, +2h, or now
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, help_heading = "Changes")]
    not_before: Option<String>,
    /// Let it last as long again as it did
    #[arg(long, conflicts_with = "expires", help_heading = "Changes")]
    renew: bool,
    /// `add KEY`, `remove KEY`, or `replace OLD=NEW`: then users, credentials and activations that OLD signed are
    /// signed by NEW
    #[arg(long, num_args = 2, value_names = ["ACTION", "KEY"], help_heading = "Changes")]
    signing_key: Vec<String>,
    /// Move the operator to the identity KEY, with every account that its old one signed
    #[arg(long, value_name = "KEY", value_parser = public, help_heading = "Changes")]
    move_to: Option<PublicKey>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum KindArg {
    Operator,
    Account,
    User,
    Activation,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// jwtfix/plan/v1
    Json,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    args.check()?;
    let command = command_line();
    let runs = if args.writing.write { Some(args.writing.journal.runs()?) } else { None };
    let now = match &runs {
        Some(runs) => args.resume(runs, &command, terminal.now, terminal)?,
        None => terminal.now,
    };
    let order = args.order(now)?;
    let mut survey = Survey::default();
    survey.look(&args.sources(), order.needs_accounts() || !args.paths.is_empty());
    unread(&survey, &args, terminal)?;
    let mut ring = args.writing.keys.ring(terminal)?;
    // Somebody is there to be asked for a key.
    while std::io::stdin().is_terminal() {
        let plan = Planner::new(&order, &survey, &ring).plan();
        match missing(&plan) {
            Some(fits) if args.writing.keys.prompt(&mut ring, fits)? => {}
            _ => break,
        }
    }
    let mut planner = Planner::new(&order, &survey, &ring);
    let plan = planner.plan();
    if args.changes.move_to.is_some() {
        one_operator(&survey, &plan)?;
    }
    if !plan.failed.is_empty() {
        tell_failed(&survey, &plan, &ring, terminal);
        if args.format == Format::Json {
            terminal.write(&plan_json(&survey, &plan, Ending::Planned, now))?;
        }
        return Err(Failure::new(format!(
            "{} cannot be signed again: nothing was written",
            text::count(plan.failed.len(), "token")
        )));
    }
    if plan.steps.is_empty() && plan.held.is_empty() && plan.unchanged == 0 {
        terminal.remark("no token that was given is meant");
    }
    for path in args.changes.takes_nothing_away(&plan) {
        terminal.remark(&format!(
            "--unset {}: no token that is meant has it; a member of a list is named by its number, nats.exports[0]",
            text::escape(path)
        ));
    }
    if args.writing.output.is_none() {
        super::in_use::tell(&survey, &plan, terminal);
    }
    let work = Work::of(&planner, &plan);
    let (mut files, mut run_id, mut directory) = (0, String::new(), String::new());
    if let Some(output) = &args.writing.output {
        directory = output.to_string_lossy().into_owned();
        files = work
            .write_elsewhere(&planner, &plan, &|path| output.join(args.relative(path)))
            .map_err(|error| Failure::new(error.to_string()))?;
    } else if let Some(runs) = runs.filter(|_| !work.is_empty()) {
        let run = runs
            .begin(&command, &words(), now, &args.roots())
            .map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        run_id = run.id().to_owned();
        files = work.carry_out(&planner, &plan, run, &mut |_| {}).map_err(|error| {
            let failure = Failure::new(error.to_string());
            match &error {
                jwtfix::repair::CarryError::Run(half @ jwtfix::repair::RunError::HalfDone { .. }) => {
                    failure.hint(half.hint())
                }
                jwtfix::repair::CarryError::Run(error) => {
                    failure.hint(error.hint()).hint("what had been written was taken back: nothing changed")
                }
                _ => failure.hint("what had been written was taken back: nothing changed"),
            }
        })?;
    }
    let ending = if args.writing.output.is_some() {
        Ending::Elsewhere { files, directory: &directory }
    } else if args.writing.write && !work.is_empty() {
        Ending::Written { files, run: &run_id }
    } else {
        Ending::Planned
    };
    match args.format {
        Format::Human => terminal.print(&human(&survey, &plan, ending, terminal.style, now))?,
        Format::Json => terminal.write(&plan_json(&survey, &plan, ending, now))?,
    }
    let left = !plan.held.is_empty() || (matches!(ending, Ending::Planned) && !plan.steps.is_empty());
    Ok(if left { Exit::Findings } else { Exit::Clean })
}

impl Args {
    fn check(&self) -> Result<(), Failure> {
        if self.paths.is_empty() && self.all.is_empty() && self.store.is_empty() {
            return Err(Failure::new("nothing named to sign again")
                .hint("name tokens or credentials, --all DIR for the accounts of a resolver, --store DIR for those of a store"));
        }
        for path in &self.paths {
            if path.as_os_str() == "-" {
                return Err(Failure::new("a token on standard input cannot be rewritten there")
                    .hint("name the file"));
            }
            if path.is_dir() {
                return Err(Failure::new(format!("{}: is a directory", path.display()))
                    .hint("--all DIR signs the accounts below it again, --store DIR takes it for a store"));
            }
        }
        Ok(())
    }

    fn order(&self, now: i64) -> Result<Order, Failure> {
        let kinds = match (self.kind.as_slice(), self.changes.move_to) {
            ([], Some(_)) => vec![Kind::Operator],
            ([], None) => vec![Kind::Account],
            (kinds, _) => kinds
                .iter()
                .map(|kind| match kind {
                    KindArg::Operator => Kind::Operator,
                    KindArg::Account => Kind::Account,
                    KindArg::User => Kind::User,
                    KindArg::Activation => Kind::Activation,
                })
                .collect(),
        };
        let words = self.writing.words();
        let permit = if words.contains(&"all") {
            Permit::all()
        } else {
            Permit::of(words).map_err(|word| {
                Failure::new(format!("--unsafe: nothing is called `{word}`"))
                    .hint(format!("it takes {}, or nothing for all", jwtfix::repair::Hold::WORDS.join(", ")))
            })?
        };
        Ok(Order {
            wishes: self.changes.wishes(now)?,
            issuer: self.issuer,
            issued_by: self.issued_by.clone(),
            kinds,
            permit,
            now,
        })
    }

    fn sources(&self) -> Vec<(PathBuf, Given)> {
        let store = if self.paths.is_empty() && self.all.is_empty() { Given::Below } else { Given::Around };
        let of = |paths: &[PathBuf], given| -> Vec<(PathBuf, Given)> {
            paths.iter().map(|path| (path.clone(), given)).collect()
        };
        [
            of(&self.paths, Given::Named),
            of(&self.all, Given::Below),
            of(&self.store, store),
            of(&self.operator, Given::Context),
            of(&self.accounts, Given::Context),
        ]
        .concat()
    }

    fn roots(&self) -> Vec<PathBuf> {
        [self.paths.as_slice(), &self.all, &self.store].concat()
    }

    /// Where a file goes below another directory: its path below what was named.
    fn relative(&self, path: &Path) -> PathBuf {
        let below = self.all.iter().chain(&self.store).find_map(|root| path.strip_prefix(root).ok());
        match below {
            Some(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
            _ => path.file_name().map(PathBuf::from).unwrap_or_default(),
        }
    }

    /// The time to sign for: that of a run of this command that was stopped, so that it goes on with the same bytes.
    fn resume(&self, runs: &Runs, command: &str, now: i64, terminal: &Terminal) -> Result<i64, Failure> {
        let failed = |error: jwtfix::repair::RunError| Failure::new(error.to_string()).hint(error.hint());
        let Some(stopped) = runs.interrupted(command).map_err(failed)? else { return Ok(now) };
        // What stood above the tokens is another by now: what was done is taken back and done anew.
        if self.order(now)?.moves_keys() || terminal.chosen {
            let undone = runs.undo(&stopped, false).map_err(failed)?;
            terminal.remark(&format!(
                "run {} was stopped: {} taken back, and done again",
                stopped.id,
                text::count(undone, "file")
            ));
            return Ok(now);
        }
        terminal.remark(&format!("run {} was stopped: it goes on", stopped.id));
        Ok(stopped.at)
    }
}

impl Changes {
    /// What was to be taken away of tokens of which none has it.
    fn takes_nothing_away<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a String> {
        // Members of a list are told by what they are, not by their number: something goes that is beside it.
        let goes = |path: &&String| {
            let pointer = pointer(path);
            let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
            let mut changes = plan.steps.iter().flat_map(|step| &step.changes);
            changes.any(|change| change.after.is_none() && change.pointer.starts_with(above))
        };
        self.unset.iter().filter(move |path| plan.held.is_empty() && !goes(path))
    }

    fn wishes(&self, now: i64) -> Result<Vec<Wish>, Failure> {
        let mut wishes = Vec::new();
        for path in &self.patch {
            let cannot = |error: &dyn std::fmt::Display| {
                Failure::new(format!("cannot read the patch {}: {error}", path.display()))
                    .hint("a merge patch is a JSON object that names what changes; null takes a claim away")
            };
            let bytes = jwtfix::disk::read(path, 16 << 20).map_err(|error| cannot(&error))?;
            wishes.push(Wish::Merge(serde_json::from_slice(&bytes).map_err(|error| cannot(&error))?));
        }
        let set = self.set.iter().map(|(pointer, value)| Wish::Set { pointer: pointer.clone(), value: value.clone() });
        wishes.extend(set);
        wishes.extend(self.unset.iter().map(|path| Wish::Unset { pointer: pointer(path) }));
        if let Some(when) = &self.expires {
            wishes.push(Wish::Expires(second("--expires", when, now)?));
        }
        if let Some(when) = &self.not_before {
            wishes.push(Wish::NotBefore(second("--not-before", when, now)?));
        }
        if self.renew {
            wishes.push(Wish::Renew);
        }
        for pair in self.signing_key.chunks(2) {
            wishes.push(signing_key(pair)?);
        }
        wishes.extend(self.move_to.map(Wish::Become));
        Ok(wishes)
    }
}

fn signing_key(pair: &[String]) -> Result<Wish, Failure> {
    let key = |text: &str| {
        public(text).map_err(|error| {
            Failure::new(format!("--signing-key: {error}")).hint("name public keys: O… of an operator, A… of an account")
        })
    };
    match pair {
        [action, text] if action == "add" => Ok(Wish::AddKey(key(text)?)),
        [action, text] if action == "remove" => Ok(Wish::RemoveKey(key(text)?)),
        [action, text] if action == "replace" => match text.split_once('=') {
            Some((old, new)) => Ok(Wish::ReplaceKey(key(old)?, key(new)?)),
            None => Err(Failure::new("--signing-key replace wants OLD=NEW")),
        },
        _ => Err(Failure::new("--signing-key wants add KEY, remove KEY or replace OLD=NEW")),
    }
}

/// `never` and `now` are 0: not there. `+90d` counts from now.
fn second(option: &str, text: &str, now: i64) -> Result<i64, Failure> {
    let text = text.trim();
    match (option, text) {
        ("--expires", "never") | ("--not-before", "now") => return Ok(0),
        _ => {}
    }
    if let Some(span) = text.strip_prefix('+') {
        let (number, unit) = span.split_at(span.find(|c: char| !c.is_ascii_digit()).unwrap_or(span.len()));
        let size = match unit {
            "s" | "" => Some(1),
            "m" => Some(60),
            "h" => Some(3_600),
            "d" => Some(86_400),
            "w" => Some(7 * 86_400),
            "y" => Some(365 * 86_400),
            _ => None,
        };
        let span = number.parse::<i64>().ok().zip(size).and_then(|(number, size)| number.checked_mul(size));
        return span
            .and_then(|span| now.checked_add(span))
            .ok_or_else(|| Failure::new(format!("{option}: no span of time")).hint("+90d, +12h, +1y for example"));
    }
    match when::parse(text) {
        Ok(0) => Err(Failure::new(format!("{option}: second 0 is no time")).hint("give a later time, or `never`")),
        Ok(at) => Ok(at),
        Err(words) => Err(Failure::new(format!("{option}: {words}")).hint("or +90d, counted from now; or `never`")),
    }
}

/// `nats.limits.conn=5`: the value is JSON, and a text where it is none.
fn assignment(text: &str) -> Result<(String, serde_json::Value), String> {
    // A path may have a `=` in quotes; none of Go's claims has one outside of them.
    let mut quoted = false;
    let at = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '=' && !quoted
    });
    let (at, _) = at.ok_or("it wants PATH=VALUE")?;
    let (path, value) = (&text[..at], &text[at + 1..]);
    let value = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::String(value.to_owned()));
    Ok((pointer(path), value))
}

/// What tells this command from another: where it runs and what it was given.
pub(super) fn command_line() -> String {
    let here = std::env::current_dir().map(|here| here.to_string_lossy().into_owned()).unwrap_or_default();
    let args: Vec<String> = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    format!("{here}\0{}", args.join("\0"))
}

/// The command in words, for the list of runs.
pub(super) fn words() -> String {
    let args: Vec<String> = std::env::args_os().skip(1).map(|arg| typed(&arg.to_string_lossy())).collect();
    text::redact(&args.join(" "))
}

/// An argument as it is typed again: an option is no file whose name begins with a dash.
fn typed(arg: &str) -> String {
    let dashes = arg.len() - arg.trim_start_matches('-').len();
    match &arg[dashes..] {
        "" => arg.to_owned(),
        rest => format!("{}{}", &arg[..dashes], shell::word(rest)),
    }
}

/// Tells what could not be read; what was named itself has to be readable.
fn unread(survey: &Survey, args: &Args, terminal: &mut Terminal) -> Result<(), Failure> {
    for error in &survey.unread {
        let failure = Failure::new(error.to_string()).hint(error.hint());
        if args.sources().iter().any(|(path, _)| path == error.path()) {
            return Err(failure);
        }
        terminal.problem(&failure);
    }
    for Unreadable { path, given, reason } in &survey.unreadable {
        let failure = Failure::new(format!("{}: no token can be read: {reason}", path.display()));
        match given {
            Given::Named => return Err(failure.hint("`jwtfix inspect` says what is left of it")),
            Given::Below => terminal.problem(&failure.hint("it is left as it is: `jwtfix inspect` says what is left of it")),
            Given::Around | Given::Context => {}
        }
    }
    let has = |path: &PathBuf| survey.places.iter().any(|place| place.path == *path);
    match args.paths.iter().find(|path| !has(path)) {
        Some(path) => Err(Failure::new(format!("{}: no token is in it", path.display())).hint("name a file with a token")),
        None => Ok(()),
    }
}

/// The keys of which one is missing, if that is what stands in the way.
pub(super) fn missing(plan: &Plan) -> Option<&[jwtfix::repair::Candidate]> {
    plan.failed.iter().find_map(|failed| match &failed.error {
        StepError::NoKey(NoKey::Missing { fits }) => Some(fits.as_slice()),
        _ => None,
    })
}

/// Of several operators nobody says which one moves.
fn one_operator(survey: &Survey, plan: &Plan) -> Result<(), Failure> {
    let sites = plan.steps.iter().map(|step| step.site).chain(plan.held.iter().map(|held| held.site));
    let mut operators: Vec<&str> = sites
        .map(|site| &survey.sites[site])
        .filter(|site| site.kind == Kind::Operator)
        .map(|site| &*site.subject)
        .collect();
    operators.sort_unstable();
    operators.dedup();
    match operators.len() {
        1 => Ok(()),
        0 if plan.unchanged > 0 || !plan.failed.is_empty() => Ok(()),
        0 => Err(Failure::new("--move-to: no operator is in what was given").hint("name the operator's token")),
        _ => Err(Failure::new("--move-to: several operators are in what was given").hint("name the token of the one that moves")),
    }
}

/// Failures that are told one by one.
const TOLD: usize = 20;

pub(super) fn tell_failed(survey: &Survey, plan: &Plan, ring: &Ring, terminal: &mut Terminal) {
    for failed in plan.failed.iter().take(TOLD) {
        let site = &survey.sites[failed.site];
        let path = site.spots.first().map(|spot| survey.places[spot.place].path.display().to_string());
        let mut failure = Failure::new(format!(
            "{}: {} {}: {}",
            path.unwrap_or_default(),
            site.kind.word(),
            text::name(&site.name),
            failed.error
        ));
        if let StepError::NoKey(error) = &failed.error {
            if !error.fits().is_empty() {
                failure = failure.hint(keys_that_fit(error.fits()));
            }
            failure = match error {
                NoKey::Missing { .. } => failure.hint(format!("{} given: {}", given(ring), error.hint())),
                _ => failure.hint(error.hint()),
            };
        }
        terminal.problem(&failure);
    }
    if plan.failed.len() > TOLD {
        terminal.remark(&format!("and {} more", plan.failed.len() - TOLD));
    }
}

fn given(ring: &Ring) -> String {
    match ring.keys().count() {
        0 => "no seed was".to_owned(),
        1 => "1 seed was".to_owned(),
        many => format!("{many} seeds were"),
    }
}
