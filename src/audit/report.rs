//! One filtered, sorted report, which every renderer prints and none changes.

use std::collections::BTreeMap;

use super::unread::Unreads;
use crate::lint::{Finding, Rule, Severity};

/// Findings of one rule that a report keeps in full if nothing else is said; more are counted.
pub const KEPT_PER_RULE: usize = 10_000;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Operator tokens.
    pub operators: u64,
    /// Account tokens.
    pub accounts: u64,
    /// User tokens, those in creds files too.
    pub users: u64,
    /// Other tokens.
    pub others: u64,
    /// Server configurations.
    pub configs: u64,
}

impl Inputs {
    /// Adds what another worker looked at.
    pub(super) fn merge(&mut self, other: &Inputs) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.operators += other.operators;
        self.accounts += other.accounts;
        self.users += other.users;
        self.others += other.others;
        self.configs += other.configs;
    }
}

/// When one credential ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiration {
    /// `operator`, `account`, `user`, `activation`.
    pub kind: &'static str,
    /// The name in the token.
    pub name: String,
    /// The subject key, in full.
    pub subject: String,
    /// Unix seconds; none: never.
    pub expires: Option<i64>,
    /// The file that holds it.
    pub file: String,
}

/// One import, as an edge of the graph of accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Key of the importing account.
    pub importer: String,
    /// Key of the exporting account, as written in the import.
    pub exporter: String,
    /// The exporter's subject.
    pub subject: String,
    /// A service, else a stream.
    pub service: bool,
    /// Why the import is dead; none: it works.
    pub broken: Option<String>,
}

/// The accounts and the imports between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Name of each account, by key.
    pub accounts: BTreeMap<String, String>,
    /// Imports, sorted.
    pub edges: Vec<Edge>,
    /// Imports that were counted and not kept.
    pub more: u64,
}

/// Findings of one rule.
#[derive(Clone, Debug)]
pub struct Group {
    /// The rule.
    pub rule: &'static Rule,
    /// The gravest severity among its findings.
    pub severity: Severity,
    /// How many were found, those that were not kept too.
    pub total: u64,
    /// How many of each severity, the least first: of one rule they can differ.
    pub counts: [u64; 3],
    /// Those kept, sorted by file, place and message.
    pub findings: Vec<Finding>,
}

impl Group {
    pub(super) fn count(&mut self, severity: Severity) {
        self.severity = self.severity.max(severity);
        self.total += 1;
        self.counts[severity as usize] += 1;
    }
}

/// Everything that an audit says.
#[derive(Debug, Default)]
pub struct Report {
    /// The time it was judged for, Unix seconds.
    pub at: i64,
    /// What was looked at.
    pub inputs: Inputs,
    /// What was found, by severity, then by code.
    pub groups: Vec<Group>,
    /// Findings that an ignore covers.
    pub ignored: u64,
    /// Findings that the baseline knows.
    pub baselined: u64,
    /// Ignores that cover nothing, in words.
    pub stale_ignores: Vec<String>,
    /// What could not be read.
    pub unread: Unreads,
    /// When credentials end, soonest first; those that never end are counted in `endless` alone.
    pub expirations: Vec<Expiration>,
    /// Credentials that never end.
    pub endless: u64,
    /// Credentials that end later than those in `expirations`.
    pub later: u64,
    /// Accounts and imports.
    pub graph: Graph,
}

impl Report {
    /// Every finding that was kept, gravest rules first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.groups.iter().flat_map(|group| &group.findings)
    }

    /// How many findings of exactly this severity, those not kept too.
    pub fn count(&self, severity: Severity) -> u64 {
        self.groups.iter().map(|group| group.counts[severity as usize]).sum()
    }

    /// How many findings in all.
    pub fn total(&self) -> u64 {
        self.groups.iter().map(|group| group.total).sum()
    }

    /// How many findings were counted and not kept.
    pub fn dropped(&self) -> u64 {
        self.total() - self.groups.iter().map(|group| group.findings.len() as u64).sum::<u64>()
    }

    /// Whether anything reaches `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.groups.iter().any(|group| group.severity >= least)
    }
}
