//! `jwtfix fix`: put right what is wrong, and prove it.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use jwtfix::lint::{self, shell};
use jwtfix::render::repair::{Ending, fixes as human, fixes_json};
use jwtfix::render::text;
use jwtfix::repair::{
    Case, FixError, Fixes, Given, Hold, NoKey, Ring, RunError, Runs, StepError, Survey, Verdicts, Wanted, plan_fixes, whom_it_trusts,
};
use jwtfix::server::Version;

use super::reissue::{command_line, missing, tell_failed, words};
use super::runs::WriteArgs;
use super::server::version;
use super::{Exit, Failure, Terminal};

/// Put right what is wrong
///
/// Shows what would change and writes nothing without --write. Credentials get the form that every client reads, files of a
/// resolver the name of their account, older copies give way to the newest token; tokens that a server refuses are signed again by
/// the key that their place in the chain asks for. What would decide something that nobody decided is held back: --unsafe lets it in.
/// The result is read, verified and examined like any other file before it is written: what was wrong has to be less, and nothing
/// may be new. `jwtfix undo` takes a run back.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix fix alice.creds --write
  jwtfix fix /var/lib/nats/jwt --operator acme.jwt --key keys/
  jwtfix fix ~/nsc --key ~/nsc/keys --write
  jwtfix fix ~/nsc --key - --unsafe=token-expired,adopt --write
  jwtfix fix creds/ --only secret-readable --write
  jwtfix fix jwt/ --server nats.conf --unsigned -o repaired/
  jwtfix fix alice.creds --server nats.conf --store ~/nsc --write")]
pub(super) struct Args {
    /// Files and directories
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only what these rules find; `jwtfix explain` lists them
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Only what needs no signature
    #[arg(long)]
    unsigned: bool,
    /// A store of nsc, or any directory: what hangs on what is put right changes with it; if no PATH is named, it is what is
    /// put right
    #[arg(long, value_name = "DIR", help_heading = "What else is known")]
    store: Vec<PathBuf>,
    /// An operator's token, to know who may sign accounts
    #[arg(long, value_name = "FILE", help_heading = "What else is known")]
    operator: Vec<PathBuf>,
    /// A directory of account tokens, to know who may sign users and who is revoked
    #[arg(long, value_name = "DIR", help_heading = "What else is known")]
    accounts: Vec<PathBuf>,
    /// A server's configuration: it is asked, before and after, whether it lets in those whose credentials are looked at
    #[arg(long, value_name = "CONF", help_heading = "What else is known")]
    server: Option<PathBuf>,
    /// The server's release, 2.10.24 for one; the newest known where none is named
    #[arg(long, value_name = "VERSION", value_parser = version, help_heading = "What else is known")]
    server_version: Option<Version>,
    #[command(flatten)]
    writing: WriteArgs,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
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
    let wanted = args.wanted()?;
    let runs = if args.writing.write { Some(args.writing.journal.runs()?) } else { None };
    let command = command_line();
    if let Some(runs) = &runs {
        take_back(runs, &command, terminal)?;
    }
    let now = terminal.now;
    let sources = args.sources();
    let mut survey = Survey::default();
    survey.look(&sources, true);
    let mut ring = args.writing.keys.ring(terminal)?;
    let version = args.server_version.unwrap_or(Version::NEWEST);
    let writes = args.writing.write || args.writing.output.is_some();
    let of = |ring: &Ring| {
        plan_fixes(&Case { paths: &sources, survey: &survey, ring, wanted: &wanted, now, version, server: args.server.as_deref(), write: writes })
            .map_err(|error| failed(&survey, &error, (now, version)))
    };
    let (mut fixes, unread) = of(&ring)?;
    // Somebody is there to be asked for a key.
    while std::io::stdin().is_terminal() {
        match missing(&fixes.plan) {
            Some(fits) if args.writing.keys.prompt(&mut ring, fits)? => (fixes, _) = of(&ring)?,
            _ => break,
        }
    }
    for error in &unread {
        let failure = Failure::new(error.to_string()).hint(error.hint());
        if sources.iter().any(|(path, _)| path == error.path()) {
            return Err(failure);
        }
        terminal.problem(&failure);
    }
    if writes && !fixes.plan.failed.is_empty() {
        tell_failed(&survey, &fixes.plan, &ring, terminal);
        if args.format == Format::Json {
            terminal.write(&fixes_json(&survey, &fixes, Ending::Planned, now))?;
        }
        return Err(Failure::new(format!(
            "{} cannot be signed: nothing was written",
            text::count(fixes.plan.failed.len(), "token")
        ))
        .hint("--unsigned does what needs no signature"));
    }
    if let Some(server) = args.server.as_ref().filter(|_| fixes.proof.is_some()) {
        fixes
            .ask(server, (&survey, &wanted), &environment, (now, version))
            .map_err(|error| failed(&survey, &error, (now, version)))?;
        let starts = fixes.verdicts.as_ref().map(|verdicts| verdicts.starts);
        if starts == Some((true, false)) {
            let failure = Failure::new("the server starts now, and would not start then: nothing was written");
            return Err(why_lost(failure, &fixes));
        }
        let lost = fixes.verdicts.iter().flat_map(|verdicts| &verdicts.lost);
        if let Some(path) = lost.into_iter().next() {
            let failure = Failure::new(format!(
                "the server lets {} in now, and would not let it in then: nothing was written",
                path.display()
            ));
            return Err(why_lost(failure, &fixes));
        }
    }
    let (mut files, mut id, mut directory) = (0, String::new(), String::new());
    if let Some(output) = &args.writing.output {
        directory = output.to_string_lossy().into_owned();
        files = fixes
            .write_elsewhere(&|path| output.join(args.relative(path)))
            .map_err(|error| failed(&survey, &error, (now, version)))?;
    } else if let Some(runs) = runs.filter(|_| !fixes.is_empty()) {
        (files, id) = args.carry_out(&fixes, &runs, &command, now)?;
    }
    let ending = if args.writing.output.is_some() {
        Ending::Elsewhere { files, directory: &directory }
    } else if files > 0 {
        Ending::Written { files, run: &id }
    } else {
        Ending::Planned
    };
    match args.format {
        Format::Human => terminal.print(&human(&survey, &fixes, ending, terminal.style, now))?,
        Format::Json => terminal.write(&fixes_json(&survey, &fixes, ending, now))?,
    }
    let planned = matches!(ending, Ending::Planned) && !fixes.is_empty();
    let refuses = wanted.only.is_empty() && fixes.verdicts.as_ref().is_some_and(Verdicts::refuses);
    Ok(if planned || refuses || fixes.leaves_something() { Exit::Findings } else { Exit::Clean })
}

impl Args {
    fn check(&self) -> Result<(), Failure> {
        if self.paths.is_empty() && self.store.is_empty() {
            return Err(Failure::new("nothing named to put right")
                .hint("name files or directories, or --store DIR for all of a store"));
        }
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Failure::new("standard input cannot be rewritten there").hint("name the file"));
        }
        Ok(())
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        let only: BTreeSet<&'static str> = self
            .only
            .iter()
            .map(|code| {
                lint::rule(code.trim()).map(|rule| rule.code).ok_or_else(|| {
                    let failure = Failure::new(format!("--only: no rule is called `{}`", text::escape(code)));
                    match lint::nearest(code.trim()) {
                        Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
                        None => failure.hint("`jwtfix explain` lists the rules"),
                    }
                })
            })
            .collect::<Result<_, _>>()?;
        let mut wanted = Wanted { only, unsigned: self.unsigned, ..Wanted::default() };
        let words = self.writing.words();
        if words.contains(&"all") {
            wanted.let_all_in();
        } else {
            wanted.let_in(words).map_err(|word| {
                Failure::new(format!("--unsafe: nothing is called `{}`", text::escape(word))).hint(format!(
                    "it takes the code of a rule, {}, or nothing for all",
                    Hold::WORDS.join(", ")
                ))
            })?;
        }
        Ok(wanted)
    }

    fn sources(&self) -> Vec<(PathBuf, Given)> {
        let named = |path: &PathBuf| (path.clone(), if path.is_dir() { Given::Below } else { Given::Named });
        let store = if self.paths.is_empty() { Given::Below } else { Given::Around };
        let of = |paths: &[PathBuf], given| -> Vec<(PathBuf, Given)> {
            paths.iter().map(|path| (path.clone(), given)).collect()
        };
        [
            self.paths.iter().map(named).collect(),
            of(&self.store, store),
            of(&self.operator, Given::Context),
            of(&self.accounts, Given::Context),
            self.server.iter().map(|path| (path.clone(), Given::Context)).collect(),
        ]
        .concat()
    }

    fn roots(&self) -> Vec<PathBuf> {
        [self.paths.as_slice(), &self.store].concat()
    }

    /// Where a file goes below another directory: its path below what was named.
    fn relative(&self, path: &Path) -> PathBuf {
        let below = self.paths.iter().chain(&self.store).find_map(|root| path.strip_prefix(root).ok());
        match below {
            Some(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
            _ => path.file_name().map(PathBuf::from).unwrap_or_default(),
        }
    }

    /// Writes it; how many files, and the run.
    fn carry_out(
        &self,
        fixes: &Fixes,
        runs: &Runs,
        command: &str,
        now: i64,
    ) -> Result<(usize, String), Failure> {
        let run = runs
            .begin(command, &words(), now, &self.roots())
            .map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        let id = run.id().to_owned();
        let files = fixes.carry_out(run).map_err(|error| {
            let failure = Failure::new(error.to_string()).hint(error.hint());
            match error {
                RunError::HalfDone { .. } => failure,
                _ => failure.hint("what had been written was taken back: nothing changed"),
            }
        })?;
        Ok((files, id))
    }
}

/// A run of this command that was stopped is taken back: what is wrong is asked anew.
fn take_back(runs: &Runs, command: &str, terminal: &Terminal) -> Result<(), Failure> {
    let failed = |error: RunError| Failure::new(error.to_string()).hint(error.hint());
    let Some(stopped) = runs.interrupted(command).map_err(failed)? else { return Ok(()) };
    let undone = runs.undo(&stopped, false).map_err(failed)?;
    terminal.remark(&format!(
        "run {} was stopped: {} taken back, and done again",
        stopped.id,
        text::count(undone, "file")
    ));
    Ok(())
}

/// A variable of the environment, as a server that is started here would see it.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Why a client would not get in any more, and what to do about that.
fn why_lost(failure: Failure, fixes: &Fixes) -> Failure {
    let distrust = fixes.verdicts.as_ref().and_then(|verdicts| verdicts.distrust.as_ref());
    match distrust {
        Some((why, remedy)) => failure.hint(why).hint(remedy),
        None => failure.hint("--only CODE puts one thing right after another"),
    }
}

/// Why there is no plan.
fn failed(survey: &Survey, error: &FixError, when: (i64, Version)) -> Failure {
    match error {
        FixError::Disk(error) => Failure::new(error.to_string()).hint(error.hint()),
        FixError::Run(error) => Failure::new(error.to_string()).hint(error.hint()),
        FixError::Step { site, error } => {
            let site = &survey.sites[*site];
            let words = format!("{} {}: {error}", site.kind.word(), text::name(&site.name));
            let failure = Failure::new(words);
            match error {
                StepError::NoKey(NoKey::Several { .. }) => failure.hint("name the seeds with --key"),
                StepError::Disk(error) => failure.hint(error.hint()),
                _ => failure.hint("nothing was written"),
            }
        }
        FixError::Worse(worse) => {
            let failure = Failure::new(error.to_string());
            let refused = worse.iter().find(|finding| finding.code() == "config-refused");
            let conf = refused.and_then(|finding| finding.places.first()).map(|place| PathBuf::from(&*place.file));
            match conf.and_then(|conf| Some((whom_it_trusts(survey, &conf, &environment, when)?, conf))) {
                Some((why, conf)) => failure.hint(why).hint(format!(
                    "nothing was written: with --server {} it is asked what it makes of that, and can be told of another operator",
                    shell::word(&conf.to_string_lossy())
                )),
                None => failure.hint("nothing was written: --only CODE puts one thing right after another"),
            }
        }
    }
}
