//! Which of the fixes are wanted, which are let in, and what does each ask of which token or file?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::examine::Found;
use super::files::Files;
use crate::lint::{Edit, Finding, Safety, Severity};
use crate::repair::order::{Hold, Permit};
use crate::repair::survey::{Site, Survey};
use crate::repair::wish::Wish;

/// What people ask `jwtfix fix` for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only what these rules found; empty: everything.
    pub only: BTreeSet<&'static str>,
    /// What is let in.
    pub permit: Permit,
    /// Fixes of these rules are let in.
    pub codes: BTreeSet<&'static str>,
    /// Nothing that needs a signature.
    pub unsigned: bool,
}

/// Rules whose fix is held back for the same reason as the signature that it needs: one word lets both in.
const SAME: [(&str, &str); 12] = [
    ("user-revoked", "unrevoke"),
    ("signature-invalid", "unverified"),
    ("issuer-not-a-key", "unverified"),
    ("issuer-role-wrong", "adopt"),
    ("account-issuer-untrusted", "adopt"),
    ("account-self-signed", "adopt"),
    ("signing-key-removed", "adopt"),
    ("issuer-account-wrong", "adopt"),
    ("import-activation-signer-unknown", "adopt"),
    ("import-activation-revoked", "unrevoke"),
    ("import-token-of-another-exporter", "adopt"),
    ("import-token-invalid", "unverified"),
];

/// Signed again for these alone only by a word: no server and no client asks for more than there is.
const ON_ASKING: [&str; 4] =
    ["jti-mismatch", "member-case", "token-header-unusual", "token-spelling-unusual"];

impl Wanted {
    /// Lets in what the words name: words of [`Hold::WORDS`] and codes of rules.
    ///
    /// # Errors
    /// The word that names nothing.
    pub fn let_in<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) -> Result<(), &'a str> {
        let mut holds: Vec<&'static str> = Vec::new();
        for word in words {
            if let Some(hold) = Hold::WORDS.into_iter().find(|hold| *hold == word) {
                holds.push(hold);
                continue;
            }
            let rule = crate::lint::rule(word).ok_or(word)?;
            self.codes.insert(rule.code);
            holds.extend(same(rule.code));
        }
        self.permit = Permit::of(holds).unwrap_or_default();
        Ok(())
    }

    /// Lets in everything.
    pub fn let_all_in(&mut self) {
        self.permit = Permit::all();
    }

    pub(super) fn lets(&self, code: &'static str) -> bool {
        self.permit.is_all()
            || self.codes.contains(code)
            || same(code).is_some_and(|word| self.permit.has(word))
    }

    fn means(&self, finding: &Finding) -> bool {
        match self.only.is_empty() {
            true => !ON_ASKING.contains(&finding.code()),
            false => self.only.contains(finding.code()),
        }
    }
}

/// The word that lets a rule's fix in.
pub(super) fn word(code: &'static str) -> &'static str {
    same(code).unwrap_or(code)
}

fn same(code: &str) -> Option<&'static str> {
    SAME.iter().find(|(known, _)| *known == code).map(|(_, word)| *word)
}

/// A fix that decides something, and that nobody let in.
#[derive(Clone, Debug)]
pub struct HeldFix {
    /// What it would put right.
    pub finding: Finding,
    /// What lets it in.
    pub word: &'static str,
    /// The file's number, where it is one of those that were looked at.
    pub(super) file: Option<usize>,
}

/// What is to be done to one file besides new signatures.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Task {
    pub(super) canonical: bool,
    pub(super) mode: Option<u32>,
    pub(super) rename: Option<String>,
    pub(super) aside: bool,
    /// Tokens, by their numbers in the survey, that give way to another: the newest of their subject.
    pub(super) newest: BTreeMap<usize, usize>,
    pub(super) text: Vec<(std::ops::Range<usize>, String)>,
    /// The rules that asked for it.
    pub(super) codes: BTreeSet<&'static str>,
}

/// The fixes, sorted by what they ask.
#[derive(Default)]
pub(super) struct Sorted {
    /// Tokens to be signed again, with what changes in each.
    pub(super) each: HashMap<usize, Vec<Wish>>,
    /// The rules that asked for a token's new signature.
    pub(super) codes: HashMap<usize, BTreeSet<&'static str>>,
    /// By the file's number.
    pub(super) tasks: BTreeMap<usize, Task>,
    pub(super) held: Vec<HeldFix>,
    /// Findings that would need a signature, where none is wanted.
    pub(super) left_out: usize,
    /// Errors for which there is no fix.
    pub(super) beyond: Vec<Finding>,
}

fn stands_in(survey: &Survey, site: &Site, path: &Path) -> bool {
    site.spots.iter().any(|spot| survey.places[spot.place].path == path)
}

/// Sorts fixes into `sorted`. `exact`: the findings are of the files as they stand, so that their places say which token
/// of a file is meant.
pub(super) fn sort(
    found: &[Found],
    (files, survey): (&Files, &Survey),
    wanted: &Wanted,
    exact: bool,
    sorted: &mut Sorted,
) {
    for Found { file, finding } in found {
        let Some(fix) = &finding.fix else {
            if finding.severity == Severity::Error && wanted.only.is_empty() && exact {
                sorted.beyond.push(finding.clone());
            }
            continue;
        };
        if !wanted.means(finding) {
            continue;
        }
        let signs = |edit: &Edit| {
            matches!(
                edit,
                Edit::Set { .. } | Edit::Remove { .. } | Edit::Resign | Edit::Renew | Edit::Activate { .. }
            )
        };
        if wanted.unsigned && fix.edits.iter().any(signs) {
            sorted.left_out += 1;
            continue;
        }
        if fix.safety == Safety::Unsafe && !wanted.lets(finding.code()) {
            if exact {
                sorted.held.push(HeldFix {
                    finding: finding.clone(),
                    word: word(finding.code()),
                    file: Some(*file),
                });
            }
            continue;
        }
        let path = &files.all[*file].path;
        let sites: Vec<usize> = match &fix.subject {
            Some(subject) => survey
                .of_subject(subject)
                .filter(|(_, site)| stands_in(survey, site, path))
                // Of several tokens of a subject in one file it is the one at the finding's place.
                .filter(|(_, site)| {
                    let span = finding.places.first().and_then(|place| place.span.as_ref());
                    !exact || span.is_none_or(|span| site.spots.iter().any(|spot| spot.span == *span))
                })
                .map(|(site, _)| site)
                .collect(),
            None => Vec::new(),
        };
        let task = || Task::default();
        for edit in &fix.edits {
            if signs(edit) {
                for site in &sites {
                    ask(sorted.each.entry(*site).or_default(), edit);
                    sorted.codes.entry(*site).or_default().insert(finding.code());
                }
                continue;
            }
            // Where in the old bytes it would be is not known.
            if !exact && matches!(edit, Edit::Text { .. }) {
                continue;
            }
            let task = sorted.tasks.entry(*file).or_insert_with(task);
            task.codes.insert(finding.code());
            match edit {
                Edit::CanonicalCreds => task.canonical = true,
                Edit::Mode(mode) => task.mode = Some(*mode),
                Edit::Rename { to } => task.rename = Some(to.clone()),
                Edit::SetAside => task.aside = true,
                Edit::Newest => {
                    let theirs = finding.places.get(1).map(|place| Path::new(&*place.file));
                    let subject = fix.subject.as_deref().unwrap_or_default();
                    let newest = survey
                        .of_subject(subject)
                        .filter(|(_, site)| stands_in(survey, site, theirs.unwrap_or(Path::new(""))))
                        .max_by_key(|(_, site)| site.iat);
                    if let Some((newest, _)) = newest {
                        task.newest.extend(sites.iter().map(|site| (*site, newest)));
                    }
                }
                Edit::Text { span, with } => task.text.push((span.clone(), with.clone())),
                Edit::Set { .. }
                | Edit::Remove { .. }
                | Edit::Resign
                | Edit::Renew
                | Edit::Activate { .. } => {}
            }
        }
    }
    // What gives way is not signed again.
    for task in sorted.tasks.values() {
        task.newest.keys().for_each(|site| _ = sorted.each.remove(site));
    }
    let aside: BTreeSet<&Path> = sorted
        .tasks
        .iter()
        .filter(|(_, task)| task.aside)
        .map(|(file, _)| files.all[*file].path.as_path())
        .collect();
    sorted.each.retain(|site, _| {
        let spots = &survey.sites[*site].spots;
        spots.iter().any(|spot| !aside.contains(survey.places[spot.place].path.as_path()))
    });
}

/// What an edit asks of a token.
fn ask(wishes: &mut Vec<Wish>, edit: &Edit) {
    let wish = match edit {
        Edit::Set { pointer, value } => Wish::Set { pointer: pointer.clone(), value: value.clone() },
        Edit::Remove { pointer } => Wish::Unset { pointer: pointer.clone() },
        Edit::Renew => Wish::Renew,
        Edit::Activate { import } => Wish::Activate(*import),
        _ => return,
    };
    if !wishes.contains(&wish) {
        wishes.push(wish);
    }
}
