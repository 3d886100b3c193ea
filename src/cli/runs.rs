//! Where are the journals of runs, and which of them is meant?

use std::path::PathBuf;

use jwtfix::repair::Runs;

use super::Failure;

/// Where the journals are.
#[derive(clap::Args)]
pub(crate) struct JournalArgs {
    /// Where the journal is kept that `jwtfix undo` reads; else $XDG_STATE_HOME/jwtfix/runs
    #[arg(long, value_name = "DIR", help_heading = "Writing")]
    journal: Option<PathBuf>,
}

impl JournalArgs {
    /// The journals.
    pub(crate) fn runs(&self) -> Result<Runs, Failure> {
        if let Some(directory) = &self.journal {
            return Ok(Runs::at(directory.clone()));
        }
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let state = set("XDG_STATE_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".local/state")));
        match state {
            Some(state) => Ok(Runs::at(state.join("jwtfix/runs"))),
            None => Err(Failure::new("no place for the journal: neither XDG_STATE_HOME nor HOME is set")
                .hint("name a directory with --journal")),
        }
    }
}
