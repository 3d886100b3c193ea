//! How are runs told to sign and write, and where are their journals?

use std::path::PathBuf;

use jwtfix::repair::Runs;

use super::Failure;
use super::ring::KeyArgs;

/// Who signs, what is let in, and where it goes.
#[derive(clap::Args)]
pub(crate) struct WriteArgs {
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    /// Let in what is held back: all of it, or what the words name
    #[arg(long, value_name = "WORD,…", num_args = 0..=1, require_equals = true, default_missing_value = "all", value_delimiter = ',')]
    #[arg(help_heading = "Writing")]
    pub(crate) r#unsafe: Vec<String>,
    /// Write it
    #[arg(long, help_heading = "Writing")]
    pub(crate) write: bool,
    /// Write the new files below DIR and leave the old ones alone
    #[arg(short = 'o', long, value_name = "DIR", conflicts_with = "write", help_heading = "Writing")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
}

impl WriteArgs {
    /// The words of `--unsafe`.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.r#unsafe.iter().map(|word| word.trim()).collect()
    }
}

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
