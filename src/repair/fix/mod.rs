//! From findings to a plan: what each file becomes, proven before anything is written.
//!
//! The rules say what is wrong and what would put it right; new signatures are planned as for `reissue`, by the same
//! [`Planner`]. The files as they would be are examined as the old ones were: what was wrong has to be less, and nothing may
//! be new, else nothing is written.

mod apply;
mod around;
mod checked;
mod config;
mod edit;
mod examine;
mod files;
#[cfg(test)]
mod laws;
mod make;
mod moved;
mod place;
mod preload;
mod sort;
mod together;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use self::examine::{Found, examine};
use self::files::{After, Files};
use self::make::Made;
pub use self::sort::{HeldFix, Wanted};
use self::sort::{Sorted, sort};
use self::together::make;
pub use self::verdict::{Environment, Verdicts, whom_it_trusts};
use super::keys::Ring;
use super::order::Order;
use super::plan::{Plan, Planner, StepError};
use super::run::RunError;
use super::survey::{Given, Survey};
use crate::disk::DiskError;
use crate::lint::{Finding, Severity};
use crate::server::Version;
use crate::token::Kind;

/// What becomes of a file besides new signatures.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Credentials are written in the canonical form.
    Canonical {
        /// What was not.
        was: Vec<&'static str>,
    },
    /// It gets another name.
    Renamed {
        /// The new path.
        to: PathBuf,
    },
    /// It is put out of the way.
    Aside {
        /// The new path.
        to: PathBuf,
    },
    /// It gets other permission bits.
    Mode {
        /// Those that it has.
        before: u32,
        /// Those that it gets.
        after: u32,
    },
    /// A token in it gives way to a newer one of its subject.
    Newest {
        /// Its number in the survey.
        site: usize,
        /// The newer one's.
        newest: usize,
    },
    /// It is made, for a server that lacks it: the token of an account.
    Made {
        /// The account's key.
        account: String,
        /// The file that has the token.
        from: PathBuf,
    },
    /// The token of an account is put among the preloads of a configuration, for a server that lacks it.
    Preloaded {
        /// The account's key.
        account: String,
        /// The file that has the token.
        from: PathBuf,
        /// Its line then, from 1.
        line: usize,
    },
    /// The token of an operator that was moved takes the place of the old one.
    Operator {
        /// The operator's name.
        name: String,
        /// The key that it has left.
        before: String,
        /// Its key.
        after: String,
        /// The file that has its token.
        from: PathBuf,
    },
    /// A piece of its text becomes another.
    Text {
        /// The line, from 1.
        line: usize,
        /// What stands there.
        before: String,
        /// What comes.
        after: String,
    },
}

/// What becomes of a file.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The file.
    pub path: PathBuf,
    /// What is done to it.
    pub deeds: Vec<Deed>,
    /// The rules that asked for it.
    pub codes: BTreeSet<&'static str>,
}

/// Why there is no plan, or why it was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// A file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A token could not be made.
    #[error("{error}")]
    Step {
        /// Its number in the survey.
        site: usize,
        /// Why.
        error: StepError,
    },
    /// The new files would have findings that the old ones have not.
    #[error("the result would have findings that are not there now: {}", words(.0))]
    Worse(Vec<Finding>),
    /// The files.
    #[error(transparent)]
    Run(#[from] RunError),
}

fn words(findings: &[Finding]) -> String {
    let told: Vec<String> = findings
        .iter()
        .take(3)
        .map(|finding| {
            let file = finding.places.first().map_or("", |place| &*place.file);
            format!("{file}: {} [{}]", finding.message, finding.code())
        })
        .collect();
    let more = findings.len().saturating_sub(told.len());
    if more > 0 { format!("{}; and {more} more", told.join("; ")) } else { told.join("; ") }
}

/// What the files were found to be before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Findings before.
    pub before: usize,
    /// Findings after.
    pub after: usize,
    /// What is no longer found, by rule.
    pub gone: BTreeMap<&'static str, usize>,
}

/// What would be done.
pub struct Fixes {
    /// New signatures, and what becomes stale.
    pub plan: Plan,
    /// The rules that asked for each new signature, by the token's number.
    pub codes: HashMap<usize, BTreeSet<&'static str>>,
    /// What becomes of files besides.
    pub files: Vec<FileChange>,
    /// What is held back because it decides something.
    pub held: Vec<HeldFix>,
    /// What cannot be done, and why: the file and the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Errors that no fix puts right.
    pub beyond: Vec<Finding>,
    /// Fixes left out because they need a signature.
    pub left_out: usize,
    /// None where tokens would be signed elsewhere, and nobody was asked to.
    pub proof: Option<Proof>,
    /// What a server says, where one was asked.
    pub verdicts: Option<Verdicts>,
    after: Vec<After>,
    /// Files that are made, and the tokens in them.
    made: Vec<(PathBuf, Zeroizing<String>)>,
}

impl std::fmt::Debug for Fixes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fixes").field("plan", &self.plan).field("files", &self.files).finish_non_exhaustive()
    }
}

/// Where to look, for when and with what.
pub struct Case<'a> {
    /// What was named.
    pub paths: &'a [(PathBuf, Given)],
    /// The tokens below it.
    pub survey: &'a Survey,
    /// The keys.
    pub ring: &'a Ring,
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// The time of the signatures, Unix seconds.
    pub now: i64,
    /// The server's release.
    pub version: Version,
    /// A server that will be asked: whether it starts is for its answer.
    pub server: Option<&'a Path>,
    /// Let others sign, too: their answers are asked for only when it is to be written.
    pub write: bool,
}

/// How often what comes to light by putting one thing right is put right too.
const ROUNDS: usize = 5;

/// Makes a plan of everything that has a fix.
///
/// # Errors
/// A file cannot be read, a token cannot be made, or the result would be worse in some way: then there is no plan.
pub fn plan(case: &Case<'_>) -> Result<(Fixes, Vec<DiskError>), FixError> {
    let mut unread = Vec::new();
    let files = Files::look(case.paths, &mut unread);
    let when = (case.now, case.version);
    let (found, mut failed) = examine(&files, None, when);
    unread.append(&mut failed);
    let order = Order {
        wishes: Vec::new(),
        issuer: None,
        issued_by: Vec::new(),
        kinds: vec![Kind::Operator, Kind::Account, Kind::User, Kind::Activation],
        permit: case.wanted.permit.clone(),
        now: case.now,
    };
    let mut sorted = Sorted::default();
    sort(&found, (&files, case.survey), case.wanted, true, &mut sorted);
    for _ in 0..ROUNDS {
        let mut planner = Planner::new(&order, case.survey, case.ring).of_each(sorted.each.clone());
        let plan = planner.plan();
        let at_hand = plan.steps.iter().all(|step| case.ring.holds(&step.signer.key));
        let sign = at_hand || case.write;
        let made = make(case, &files, &planner, &plan, &sorted, sign)?;
        let mut fixes = Fixes {
            plan,
            codes: sorted.codes.clone(),
            files: Vec::new(),
            held: sorted.held.clone(),
            refused: Vec::new(),
            beyond: sorted.beyond.clone(),
            left_out: sorted.left_out,
            proof: None,
            verdicts: None,
            after: Vec::new(),
            made: Vec::new(),
        };
        let (mut after, mut moved) = (HashMap::new(), BTreeSet::new());
        for (number, Made { after: new, change, refused }) in made {
            fixes.refused.extend(refused.map(|why| (change.path.clone(), why)));
            if change.deeds.iter().any(|deed| matches!(deed, Deed::Newest { .. })) {
                moved.insert(number);
            }
            if !change.deeds.is_empty() {
                fixes.files.push(change);
            }
            if new.changes() {
                after.insert(number, new);
            }
        }
        if sign {
            let (then, failed) = examine(&files, Some(&after), when);
            if let Some(error) = failed.into_iter().next() {
                return Err(error.into());
            }
            let (mut proof, new) = compare(&found, &then, &moved);
            let to_be_asked = |found: &Found| {
                let path = &files.all[found.file].path;
                found.finding.code() == "config-refused"
                    && case.server.is_some_and(|server| around::real(server) == around::real(path))
            };
            let (asked, new): (Vec<Found>, Vec<Found>) = new.into_iter().partition(to_be_asked);
            proof.after -= asked.len();
            // What comes to light when one thing is put right, or can be put right only then, is put right too.
            let before = (sorted.each.clone(), sorted.tasks.clone());
            sort(&then, (&files, case.survey), case.wanted, false, &mut sorted);
            if before != (sorted.each.clone(), sorted.tasks.clone()) {
                continue;
            }
            if !new.is_empty() {
                return Err(FixError::Worse(new.into_iter().map(|found| found.finding).collect()));
            }
            fixes.proof = Some(proof);
            // What one fix puts right another need not have, and of a token that is held back itself nobody needs it twice.
            let told = |held: &HeldFix| {
                let subject = held.finding.fix.as_ref().and_then(|fix| fix.subject.as_deref());
                fixes.plan.held.iter().any(|other| {
                    subject == Some(&*case.survey.sites[other.site].subject)
                        && other.holds.iter().any(|hold| hold.word() == held.word)
                })
            };
            fixes.held.retain(|held| !told(held));
            fixes.held.retain(|held| {
                let same = |found: &Found| {
                    Some(found.file) == held.file && key(0, &found.finding) == key(0, &held.finding)
                };
                then.iter().any(same)
            });
            let left = then.into_iter().filter(|found| !to_be_asked(found)).map(|found| found.finding);
            let left = left.filter(|finding| finding.fix.is_none() && finding.severity == Severity::Error);
            fixes.beyond = left.filter(|_| case.wanted.only.is_empty()).collect();
        }
        let mut numbered: Vec<(usize, After)> = after.into_iter().collect();
        numbered.sort_by_key(|(number, _)| *number);
        fixes.after = numbered.into_iter().map(|(_, after)| after).collect();
        return Ok((fixes, unread));
    }
    Err(FixError::Worse(Vec::new()))
}

/// A finding is the same where file, rule and token are.
type Key<'a> = (usize, &'static str, Option<&'a str>);

fn key(file: usize, finding: &Finding) -> Key<'_> {
    let place = finding.places.first();
    (file, finding.code(), place.and_then(|place| place.owner.as_deref()))
}

/// What is found no longer, and what is found anew. What is found of a token that now stands in the files `moved` too is
/// not new where it was found of it elsewhere.
fn compare(before: &[Found], after: &[Found], moved: &BTreeSet<usize>) -> (Proof, Vec<Found>) {
    let mut counts: HashMap<Key<'_>, usize> = HashMap::new();
    before.iter().for_each(|found| *counts.entry(key(found.file, &found.finding)).or_default() += 1);
    let elsewhere = |found: &Found| {
        let (_, code, owner) = key(0, &found.finding);
        owner.is_some() && before.iter().any(|other| key(0, &other.finding) == (0, code, owner))
    };
    let mut new = Vec::new();
    for found in after {
        match counts.get_mut(&key(found.file, &found.finding)) {
            Some(count) if *count > 0 => *count -= 1,
            _ if moved.contains(&found.file) && elsewhere(found) => {}
            _ => new.push(found.clone()),
        }
    }
    let mut proof = Proof { before: before.len(), after: after.len(), gone: BTreeMap::new() };
    for ((_, code, _), count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        *proof.gone.entry(code).or_default() += count;
    }
    (proof, new)
}

impl Fixes {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.after.is_empty() && self.made.is_empty()
    }

    /// How many files change.
    pub fn len(&self) -> usize {
        self.after.len() + self.made.len()
    }

    /// Whether something is left that should not be: held back, without a key, or beyond every fix.
    pub fn leaves_something(&self) -> bool {
        !self.held.is_empty()
            || !self.plan.held.is_empty()
            || !self.plan.failed.is_empty()
            || !self.refused.is_empty()
            || self.beyond.iter().any(|finding| finding.severity == Severity::Error)
    }
}
