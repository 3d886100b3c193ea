//! Which findings are kept, of the very many that there can be?

use std::collections::BTreeMap;
use std::sync::Arc;

use super::policy::{Judgement, Policy};
use super::report::{Group, Report};
use crate::lint::{Finding, Rule};

/// Findings of all rules that a report keeps; where there are more, it keeps fewer of each rule.
const KEPT_IN_ALL: usize = 50_000;

/// Gathers findings, through a policy, into groups. One for each worker; merged at the end. What is kept of a rule are
/// the findings of its first files in the order of their paths, however many workers there are.
#[derive(Debug)]
pub struct Gathered {
    /// How many of each rule.
    kept: usize,
    groups: BTreeMap<&'static str, Group>,
    /// Of rules with more findings than are kept: the last file of those that are.
    last: BTreeMap<&'static str, Arc<str>>,
    /// How many there are in all groups.
    held: usize,
    ignored: u64,
    baselined: u64,
}

impl Gathered {
    /// Nothing yet; `kept` findings of each rule will be kept.
    pub fn new(kept: usize) -> Gathered {
        let (groups, last) = Default::default();
        Gathered { kept, groups, last, held: 0, ignored: 0, baselined: 0 }
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
        self.held += 1;
        if group.findings.len() > self.kept + self.kept / 4 {
            self.cut(rule.code);
        }
        if self.held > KEPT_IN_ALL + KEPT_IN_ALL / 4 {
            self.settle();
        }
    }

    /// Lets go of findings of a rule beyond those that are kept.
    fn cut(&mut self, code: &'static str) {
        let Some(group) = self.groups.get_mut(code).filter(|group| group.findings.len() > self.kept) else {
            return;
        };
        group.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        self.held -= group.findings.len() - self.kept;
        group.findings.truncate(self.kept);
        if let Some(place) = group.findings.last().and_then(|finding| finding.places.first()) {
            self.last.insert(code, Arc::clone(&place.file));
        }
    }

    /// Keeps as many of each rule as there is room for in all. How many that are does not depend on who met which: where one
    /// worker has no room for so many, all of them together have none.
    fn settle(&mut self) {
        let codes: Vec<&'static str> = self.groups.keys().copied().collect();
        codes.iter().for_each(|code| self.cut(code));
        while self.held > KEPT_IN_ALL && self.kept > 1 {
            self.kept /= 2;
            codes.iter().for_each(|code| self.cut(code));
        }
    }

    /// Takes in what another worker gathered.
    pub fn merge(&mut self, other: Gathered) {
        self.ignored += other.ignored;
        self.baselined += other.baselined;
        self.kept = self.kept.min(other.kept);
        self.held += other.held;
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
                }
            }
        }
        for (code, theirs) in other.last {
            let ours = self.last.entry(code).or_insert_with(|| Arc::clone(&theirs));
            if theirs < *ours {
                *ours = theirs;
            }
        }
        self.settle();
    }

    /// Puts what was gathered into `report`, sorted.
    pub fn finish(mut self, report: &mut Report, policy: &Policy) {
        self.settle();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::KEPT_PER_RULE;
    use crate::lint::{Place, rules};

    /// `count` findings of each of some rules, told to so many workers.
    fn gathered(workers: usize, count: usize) -> Report {
        let policy = Policy::new(0);
        let mut all: Vec<Gathered> = (0..workers).map(|_| Gathered::new(KEPT_PER_RULE)).collect();
        for number in (0..count).rev() {
            let name = format!("{number:06}");
            for (place, rule) in rules().take(12).enumerate() {
                let finding = || Finding::new(rule, "m", Place::file(name.as_str()));
                all[(number + place * 7) % workers].tell(rule, ("", &name), &finding, &policy, None);
            }
        }
        let mut first = all.swap_remove(0);
        all.into_iter().for_each(|other| first.merge(other));
        let mut report = Report::default();
        first.finish(&mut report, &policy);
        report
    }

    #[test]
    fn what_is_kept_has_a_bound_and_does_not_depend_on_the_workers() {
        for (count, kept) in [(3, 3), (4_000, 4_000), (6_000, 2_500), (11_000, 2_500)] {
            for workers in [1, 3] {
                let report = gathered(workers, count);
                assert_eq!((report.groups.len(), report.total()), (12, 12 * count as u64));
                for group in &report.groups {
                    let files = group.findings.iter().map(|finding| finding.places[0].file.to_string());
                    assert!(files.eq((0..kept).map(|number| format!("{number:06}"))), "{workers} {count}");
                }
            }
        }
    }
}
