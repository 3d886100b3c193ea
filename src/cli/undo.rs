//! `jwtfix undo`: take back what a run wrote.

use std::path::PathBuf;

use jwtfix::render::text;
use jwtfix::repair::{Head, RunError, State};

use super::runs::JournalArgs;
use super::{Exit, Failure, Terminal};

/// Take back what a run wrote: every file is again what it was, to the byte
///
/// Without a name the last run is taken back. Files that changed since are in the way: then nothing is done. Where files or
/// directories are named, the rest of the run stays, and can be taken back later.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  jwtfix undo --list
  jwtfix undo
  jwtfix undo 20270302T091407Z
  jwtfix undo 20270302T091407Z /var/lib/nats/jwt/ADWRK3…HQ2C.jwt")]
pub(super) struct Args {
    /// The run, as it was named when it wrote
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// Only what it did to these files, or below these directories
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// List the runs
    #[arg(long, conflicts_with_all = ["run", "leave_changed"])]
    list: bool,
    /// Leave files as they are that changed since the run
    #[arg(long)]
    leave_changed: bool,
    #[command(flatten)]
    journal: JournalArgs,
}

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let failed = |error: RunError| Failure::new(error.to_string()).hint(error.hint());
    let runs = args.journal.runs()?;
    if args.list {
        let heads = runs.list().map_err(failed)?;
        if heads.is_empty() {
            terminal.remark("no run is in the journal");
        }
        let widest = heads.iter().map(|head| head.id.len()).max().unwrap_or_default();
        for head in &heads {
            terminal.print(&line(head, widest))?;
        }
        return Ok(Exit::Clean);
    }
    let head = runs.find(args.run.as_deref()).map_err(failed)?;
    let changed = |error: RunError| match &error {
        RunError::Changed(_) => failed(error).hint("--leave-changed takes back all others"),
        _ => failed(error),
    };
    if !args.paths.is_empty() {
        let files = runs.undo_only(&head, &args.paths, args.leave_changed).map_err(changed)?;
        terminal.print(&format!("of run {}: {} as before\n", head.id, text::count(files, "file")))?;
        return Ok(Exit::Clean);
    }
    if head.state == State::Undone {
        terminal.remark(&format!("run {} is taken back already", head.id));
        return Ok(Exit::Clean);
    }
    let files = runs.undo(&head, args.leave_changed).map_err(changed)?;
    terminal.print(&format!("run {} is taken back: {} as before\n", head.id, text::count(files, "file")))?;
    Ok(Exit::Clean)
}

fn line(head: &Head, widest: usize) -> String {
    format!(
        "{:<widest$}  {:<11}  {}  jwtfix {}\n",
        head.id,
        head.state.word(),
        text::instant(head.at),
        text::redact(&text::escape_words(&head.words))
    )
}
