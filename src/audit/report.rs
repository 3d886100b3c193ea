//! One filtered, sorted report, which every renderer prints and none changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::policy::{Judgement, Policy};
use crate::lint::{Finding, Rule, Severity};

/// Findings of one rule that a report keeps in full if nothing else is said; more are counted.
pub const KEPT_PER_RULE: usize = 10_000;

/// Something that was to be read and could not be.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The path as the user named it.
    pub path: String,
    /// Why.
    pub error: String,
    /// What to do about it.
    pub hint: Option<String>,
}

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
    fn count(&mut self, severity: Severity) {
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
    pub unread: Vec<Unread>,
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

/// Gathers findings, through a policy, into groups. One for each worker; merged at the end. What is kept of a rule are
/// the findings of its first files in the order of their paths, however many workers there are.
#[derive(Debug)]
pub struct Gathered {
    /// How many of each rule.
    kept: usize,
    groups: BTreeMap<&'static str, Group>,
    /// Of rules with more findings than are kept: the last file of those that are.
    last: BTreeMap<&'static str, Arc<str>>,
    ignored: u64,
    baselined: u64,
}

impl Gathered {
    /// Nothing yet; `kept` findings of each rule will be kept.
    pub fn new(kept: usize) -> Gathered {
        let (groups, last) = Default::default();
        Gathered { kept, groups, last, ignored: 0, baselined: 0 }
    }

    /// Judges a finding of `rule` in the file `name` of `directory`, which is made only if it is needed.
    pub(super) fn tell(
        &mut self,
        rule: &'static Rule,
        (directory, name): (&str, &str),
        finding: &dyn Fn() -> Finding,
        policy: &Policy,
        told: Option<&(dyn Fn(&Finding) + Sync)>,
    ) {
        if !policy.selects(rule.code) {
            return;
        }
        if told.is_none()
            && policy.needs_no_look(rule)
            && let Some(last) = self.last.get(rule.code)
            && let Some(group) = self.groups.get_mut(rule.code)
            && behind(directory, name, last)
        {
            group.count(policy.severity_of(rule));
            return;
        }
        let mut finding = finding();
        match policy.judge(&mut finding) {
            Judgement::Unselected => {}
            Judgement::Ignored => self.ignored += 1,
            Judgement::Baselined => self.baselined += 1,
            Judgement::Keep => {
                if let Some(told) = told {
                    told(&finding);
                }
                self.keep(finding);
            }
        }
    }

    fn keep(&mut self, finding: Finding) {
        let rule = finding.rule;
        let group = self.groups.entry(finding.code()).or_insert_with(|| Group {
            rule: finding.rule,
            severity: finding.severity,
            total: 0,
            counts: [0; 3],
            findings: Vec::new(),
        });
        group.count(finding.severity);
        group.findings.push(finding);
        self.prune(rule);
    }

    /// Lets go of findings beyond those that are kept, now and then.
    fn prune(&mut self, rule: &'static Rule) {
        let Some(group) = self.groups.get_mut(rule.code) else { return };
        if group.findings.len() <= self.kept + self.kept / 4 {
            return;
        }
        group.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        group.findings.truncate(self.kept);
        if let Some(place) = group.findings.last().and_then(|finding| finding.places.first()) {
            self.last.insert(rule.code, Arc::clone(&place.file));
        }
    }

    /// Takes in what another worker gathered.
    pub fn merge(&mut self, other: Gathered) {
        self.ignored += other.ignored;
        self.baselined += other.baselined;
        for (code, theirs) in other.groups {
            match self.groups.get_mut(code) {
                None => _ = self.groups.insert(code, theirs),
                Some(ours) => {
                    ours.severity = ours.severity.max(theirs.severity);
                    ours.total += theirs.total;
                    for (ours, theirs) in ours.counts.iter_mut().zip(theirs.counts) {
                        *ours += theirs;
                    }
                    ours.findings.extend(theirs.findings);
                    let rule = ours.rule;
                    self.prune(rule);
                }
            }
        }
        for (code, theirs) in other.last {
            let ours = self.last.entry(code).or_insert_with(|| Arc::clone(&theirs));
            if theirs < *ours {
                *ours = theirs;
            }
        }
    }

    /// Puts what was gathered into `report`, sorted.
    pub fn finish(self, report: &mut Report, policy: &Policy) {
        report.ignored = self.ignored;
        report.baselined = self.baselined;
        report.stale_ignores = policy.unmatched().map(|ignore| ignore.describe()).collect();
        report.groups = self.groups.into_values().collect();
        report.groups.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.rule.code.cmp(b.rule.code)));
        for group in &mut report.groups {
            group.findings.sort_by(|a, b| order(a).cmp(&order(b)));
            group.findings.truncate(self.kept);
        }
    }
}

/// Whether the file `name` of `directory` comes behind `last`.
fn behind(directory: &str, name: &str, last: &str) -> bool {
    let slash = if directory.is_empty() { "" } else { "/" };
    directory.bytes().chain(slash.bytes()).chain(name.bytes()).gt(last.bytes())
}

fn order(finding: &Finding) -> (&str, usize, usize, &str, &str) {
    let place = finding.places.first();
    (
        place.map_or("", |p| &p.file),
        place.and_then(|p| p.line).map_or(0, |(line, _)| line),
        place.and_then(|p| p.span.as_ref()).map_or(0, |span| span.start),
        place.and_then(|p| p.pointer.as_deref()).unwrap_or_default(),
        &finding.message,
    )
}
