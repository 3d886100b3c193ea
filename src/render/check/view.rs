//! What is told of a check: the server, and what it does with each client.

use std::sync::Arc;

use crate::lint::{Finding, Severity};
use crate::server::startup::{Difference, Needs, Running};
use crate::server::{Decision, Verdict};

/// Everything that `jwtfix check` found.
#[derive(Debug)]
pub struct Checked {
    /// The time it was judged for, Unix seconds.
    pub at: i64,
    /// The server.
    pub server: ServerResult,
    /// Each client, in the order of the arguments.
    pub results: Vec<ClientResult>,
}

impl Checked {
    /// Whether there is nothing to act on: every client comes in, and nothing is wrong with where it comes to.
    pub fn clean(&self) -> bool {
        let quiet = |findings: &[Finding]| findings.iter().all(|finding| finding.severity < Severity::Error);
        quiet(&self.server.findings)
            && self
                .results
                .iter()
                .all(|result| result.decision.verdict == Verdict::Accept && quiet(&result.findings))
    }
}

/// What becomes of the server.
#[derive(Debug)]
pub struct ServerResult {
    /// Its configuration, as the user named it.
    pub path: Arc<str>,
    /// Its release.
    pub version: String,
    /// `starts`, `fails`, `unknown`.
    pub verdict: &'static str,
    /// The line that it ends with.
    pub error: Option<String>,
    /// What it warns about and goes on.
    pub warnings: Vec<String>,
    /// What would have to be known for a verdict.
    pub missing: Vec<String>,
    /// The configuration's digest as `nats-server -t` and `/varz` show it.
    pub digest: Option<String>,
    /// Where accounts were taken from, if not from the configuration's resolver.
    pub accounts_from: Option<String>,
    /// The running server, if one was asked.
    pub running: Option<RunningResult>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// What the running server has otherwise than the files.
#[derive(Debug)]
pub struct RunningResult {
    /// Where it was asked, or the file with its answer.
    pub url: String,
    /// What it said.
    pub running: Running,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl RunningResult {
    /// `same`, `reload`, `restart`: what brings the files into force.
    pub fn verdict(&self) -> &'static str {
        match self.differences.iter().map(|difference| difference.needs).max() {
            None | Some(Needs::Nothing) => "same",
            Some(needs) => needs.name(),
        }
    }
}

/// What the server does with one client.
#[derive(Debug)]
pub struct ClientResult {
    /// The credentials, as the user named them.
    pub path: Arc<str>,
    /// Who it is, in words: `user "alice" of account "ORDERS"`.
    pub who: String,
    /// What the server does, and why.
    pub decision: Decision,
    /// What is wrong.
    pub findings: Vec<Finding>,
}
