//! What does each file become? New signatures, newest copies, the canonical form, names and modes, all of one file together.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files::{ASIDE, After, Files, name, parent};
use super::sort::Task;
use super::{Deed, FileChange, FixError};
use crate::disk::{self, DiskError};
use crate::file::layout::{Place, place_of};
use crate::file::{What, creds};
use crate::nkey::identify;
use crate::repair::journal::{Hash, NewBytes};
use crate::repair::plan::{Planner, Step};
use crate::repair::survey::{Given, Site, Survey, Way, text_at};
use crate::token::parse;

/// What one file becomes, and why that is not all that was asked.
pub(super) struct Made {
    pub(super) after: After,
    pub(super) change: FileChange,
    pub(super) refused: Option<String>,
}

/// Makes the new bytes of files.
pub(super) struct Maker<'a> {
    pub(super) files: &'a Files,
    pub(super) survey: &'a Survey,
    pub(super) planner: &'a Planner<'a>,
    /// Steps by the token's number.
    pub(super) steps: HashMap<usize, &'a Step>,
    /// Steps by the files that have their tokens.
    pub(super) here: HashMap<&'a Path, Vec<&'a Step>>,
    /// Whether signatures are asked for; else the tokens stay as they are.
    pub(super) sign: bool,
}

/// A token that takes the place of another.
struct Replaced {
    span: Range<usize>,
    way: Way,
    text: Zeroizing<String>,
}

impl Maker<'_> {
    /// What this file becomes; none where nothing changes.
    pub(super) fn make(&self, number: usize, task: &Task) -> Result<Option<Made>, FixError> {
        let path = &self.files.all[number].path;
        let (old, facts) = self.files.read(number)?;
        let mut change = FileChange { path: path.clone(), deeds: Vec::new(), codes: task.codes.clone() };
        let mut refused = None;
        let mut after = After { aside: task.aside, ..After::of(path, &old, facts) };
        if task.aside {
            after.path = free(path)?;
            change.deeds.push(Deed::Aside { to: after.path.clone() });
            return Ok(Some(Made { after, change, refused }));
        }
        let replaced = self.replaced(path, &old, task, &mut change)?;
        let anew = replaced.iter().any(|replaced| replaced.way == Way::Anew);
        if task.canonical || anew {
            match canonical(&old, &replaced) {
                Ok(new) if *new != *old => {
                    if task.canonical {
                        change.deeds.push(Deed::Canonical { was: deviations(&old) });
                    }
                    after.new = Some(NewBytes::rewritten(&old, new));
                }
                Ok(_) => {}
                Err(why) => refused = Some(why.to_owned()),
            }
        }
        if after.new.is_none() && !anew {
            after.new = spliced(&old, &replaced, task, &mut change);
        }
        if let Some(mode) = task.mode.filter(|mode| *mode != facts.mode) {
            change.deeds.push(Deed::Mode { before: facts.mode, after: mode });
            after.mode = mode;
        }
        if let Some(to) = &task.rename {
            after.path = named(path, to);
            change.deeds.push(Deed::Renamed { to: after.path.clone() });
        }
        Ok((after.changes() || refused.is_some()).then_some(Made { after, change, refused }))
    }

    /// The tokens of a file that become others.
    fn replaced(
        &self,
        path: &Path,
        old: &[u8],
        task: &Task,
        change: &mut FileChange,
    ) -> Result<Vec<Replaced>, FixError> {
        let mut replaced = Vec::new();
        let spots = |site: &Site| -> Vec<(Range<usize>, Way)> {
            let here = |place: usize| {
                self.survey.places[place].path == path && self.survey.places[place].given > Given::Context
            };
            let spots = site.spots.iter().filter(|spot| here(spot.place) && spot.way != Way::Encoded);
            spots.map(|spot| (spot.span.clone(), spot.way)).collect()
        };
        let mut put = |site: usize, text: Zeroizing<String>| -> Result<(), FixError> {
            for (span, way) in spots(&self.survey.sites[site]) {
                let spot = crate::repair::survey::Spot { place: 0, span: span.clone(), way };
                let there = text_at(old, &spot).map(|there| Hash::of(there.as_bytes()));
                if there != Some(self.survey.sites[site].digest) {
                    return Err(DiskError::Changed { path: path.to_owned() }.into());
                }
                replaced.push(Replaced { span, way, text: text.clone() });
            }
            Ok(())
        };
        for (site, newest) in &task.newest {
            let text = match self.steps.get(newest) {
                Some(step) => self.text(step)?,
                None => self.survey.text(&self.survey.sites[*newest])?,
            };
            change.deeds.push(Deed::Newest { site: *site, newest: *newest });
            put(*site, text)?;
        }
        let here = self.here.get(path).into_iter().flatten();
        for step in here.filter(|step| !task.newest.contains_key(&step.site)) {
            put(step.site, self.text(step)?)?;
        }
        replaced.sort_by_key(|replaced| replaced.span.start);
        Ok(replaced)
    }

    /// The token of a step.
    fn text(&self, step: &Step) -> Result<Zeroizing<String>, FixError> {
        if !self.sign {
            return Ok(self.survey.text(&self.survey.sites[step.site])?);
        }
        match self.planner.sign(step).map_err(|error| FixError::Step { site: step.site, error })? {
            Some(text) => Ok(Zeroizing::new(text)),
            None => Ok(self.survey.text(&self.survey.sites[step.site])?),
        }
    }
}

fn spliced(old: &[u8], replaced: &[Replaced], task: &Task, change: &mut FileChange) -> Option<NewBytes> {
    let mut with: Vec<(Range<usize>, Way, &str)> = replaced
        .iter()
        .map(|replaced| (replaced.span.clone(), replaced.way, replaced.text.as_str()))
        .collect();
    for (span, text) in &task.text {
        let overlaps = |other: &Range<usize>| other.start < span.end && span.start < other.end;
        if with.iter().any(|(other, ..)| overlaps(other)) {
            continue;
        }
        let line = old.iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1;
        let before = String::from_utf8_lossy(old.get(span.clone()).unwrap_or_default()).into_owned();
        change.deeds.push(Deed::Text { line, before, after: text.clone() });
        with.push((span.clone(), Way::InPlace, text));
    }
    with.sort_by_key(|(span, ..)| span.start);
    NewBytes::tokens(old, &with).filter(|new| *new.bytes != *old)
}

/// The file as every client reads it: the token of its seed's user, and the seed.
fn canonical(old: &[u8], replaced: &[Replaced]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let file = creds::parse(old);
    let of = |what: What| {
        let first = if what == What::Token { &file.token } else { &file.seed };
        first.iter().chain(file.others.iter().filter(move |part| part.what == what))
    };
    let seeds: BTreeSet<&str> = of(What::Seed).map(|part| part.text()).collect();
    if file.others.iter().any(|part| part.what == What::PrivateKey) || seeds.len() > 1 {
        return Err("several secrets are in it, and nobody knows which of them may go");
    }
    let Some(seed) = seeds.first() else { return Err("no seed is in it") };
    let tokens: Vec<_> = of(What::Token).collect();
    let token = match tokens.as_slice() {
        [] => return Err("no token is in it"),
        [one] => one,
        // What stands beside the user's own is no part of credentials.
        several => {
            let owner = identify(seed).and_then(|identity| identity.public).map(|key| key.to_string());
            let own =
                |text: &str| parse(text.as_bytes()).is_ok_and(|token| Some(token.claims.data.sub) == owner);
            let mut own = several.iter().filter(|part| own(part.text()));
            match (own.next(), own.next()) {
                (Some(one), None) => one,
                _ => return Err("several tokens are in it, and nobody knows which of them may go"),
            }
        }
    };
    let new = replaced.iter().find(|replaced| replaced.span == token.span);
    let text = new.map_or(token.text(), |replaced| replaced.text.as_str());
    Ok(Zeroizing::new(creds::canonical(text, seed).as_bytes().to_vec()))
}

fn deviations(old: &[u8]) -> Vec<&'static str> {
    creds::parse(old).deviations.iter().map(|deviation| deviation.kind.words()).collect()
}

/// Where a file goes by its new name: beside the old one; from a shard into the shard of that name.
fn named(path: &Path, to: &str) -> PathBuf {
    let directory = parent(path);
    let shard = match place_of(path) {
        Place::Entry(entry) => entry.shard.is_some(),
        _ => false,
    };
    let stem = to.strip_suffix(".jwt").unwrap_or(to);
    match (shard, stem.get(stem.len().saturating_sub(2)..)) {
        (true, Some(last)) => parent(directory).join(last).join(to),
        _ => directory.join(to),
    }
}

/// A name for what is put aside, at which nothing stands.
fn free(path: &Path) -> Result<PathBuf, FixError> {
    let base = String::from_utf8_lossy(name(path)).into_owned();
    for count in 1..1000 {
        let more = if count == 1 { String::new() } else { format!("-{count}") };
        let to = path.with_file_name(format!("{base}{ASIDE}{more}"));
        match disk::look(&to) {
            Err(DiskError::NotFound { .. }) => return Ok(to),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
    }
    Err(DiskError::Exists { path: path.to_owned() }.into())
}
