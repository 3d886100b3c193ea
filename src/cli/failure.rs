//! What jwtfix itself could not do: one line, and a hint that helps.

use crate::cli::terminal::Terminal;

/// How a run ends. The higher one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing to act on, or: accepted.
    Clean = 0,
    /// Findings, or: refused, or: a plan that would change something.
    Findings = 1,
    /// jwtfix could not do its job.
    Broken = 2,
}

/// Why a verb ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads any more: no error.
    BrokenPipe,
    /// What happened, and what to do about it.
    Told {
        /// One line, no capital, no final stop.
        message: String,
        /// What to do next.
        hints: Vec<String>,
    },
}

impl Failure {
    /// One line, no capital, no final stop.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure::Told { message: message.into(), hints: Vec::new() }
    }

    /// What to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        if let Failure::Told { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// Tells it on standard error.
    pub(super) fn tell(&self, terminal: &Terminal) {
        if let Failure::Told { message, hints } = self {
            terminal.error(message);
            hints.iter().for_each(|hint| terminal.hint(hint));
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Failure::BrokenPipe
        } else {
            Failure::new(format!("cannot write the result: {error}"))
        }
    }
}
