//! How does a plan get into the files? Lower tokens first, so that a run that is stopped leaves an upper one that still says
//! who it was; each file once, with all that changes in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use zeroize::Zeroizing;

use super::journal::{Hash, NewBytes};
use super::plan::{Plan, Planner, Step, StepError};
use super::run::{Run, RunError};
use super::survey::{Given, LARGEST, Spot, Way};
use crate::disk::{self, DiskError, Facts, Write};
use crate::file::{What, creds, recognise};

/// Why a plan was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// A token could not be made.
    #[error("{}: {error}", path.display())]
    Step {
        /// The file.
        path: PathBuf,
        /// Why.
        error: StepError,
    },
    /// The files.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was to be written is not what it should be.
    #[error("{}: the new file would not read as the old one did; nothing was written", .0.display())]
    Unlike(PathBuf),
}

/// Files to be written, with the steps that change each.
pub struct Work {
    files: Vec<(usize, Vec<usize>)>,
}

impl Work {
    /// The work of a plan, lower tokens first.
    pub fn of(planner: &Planner<'_>, plan: &Plan) -> Work {
        let mut files: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for (number, step) in plan.steps.iter().enumerate().rev() {
            for spot in &planner.survey.sites[step.site].spots {
                let place = &planner.survey.places[spot.place];
                if place.given == Given::Context || spot.way == Way::Encoded {
                    continue;
                }
                let index = *known.entry(spot.place).or_insert_with(|| {
                    files.push((spot.place, Vec::new()));
                    files.len() - 1
                });
                if !files[index].1.contains(&number) {
                    files[index].1.push(number);
                }
            }
        }
        Work { files }
    }

    /// How many files there are to write.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes all of it into its places. After an error everything is as it was.
    pub fn carry_out(
        &self,
        planner: &Planner<'_>,
        plan: &Plan,
        mut run: Run,
        progress: &mut dyn FnMut(usize),
    ) -> Result<usize, CarryError> {
        let written = self.each(
            planner,
            plan,
            &mut |made| {
                let Some(Made { path, facts, old, new, .. }) = made else { return Ok(()) };
                run.rewrite(path, facts, &old, &new).map_err(CarryError::Run)
            },
            progress,
        );
        match written {
            Ok(()) => Ok(run.finish()?),
            Err(CarryError::Run(error)) => Err(run.give_up(error).into()),
            Err(error) => {
                // The reason is the token's; that nothing could be taken back weighs more.
                match run.give_up(RunError::Unknown(String::new())) {
                    half @ RunError::HalfDone { .. } => Err(half.into()),
                    _ => Err(error),
                }
            }
        }
    }

    /// Writes the new files elsewhere: `to` says where each one goes. Nothing may stand there.
    pub fn write_elsewhere(
        &self,
        planner: &Planner<'_>,
        plan: &Plan,
        to: &dyn Fn(&Path) -> PathBuf,
    ) -> Result<usize, CarryError> {
        let mut count = 0;
        self.each(
            planner,
            plan,
            &mut |made| {
                let Some(Made { path, new, secret, .. }) = made else { return Ok(()) };
                let to = to(path);
                let disk = |error: DiskError| CarryError::Run(error.into());
                if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    disk::make_directory(parent).map_err(disk)?;
                }
                let how = Write { secret, new: true, durable: true, replaces: None };
                disk::write_atomic(&to, &new.bytes, how).map_err(disk)?;
                count += 1;
                Ok(())
            },
            &mut |_| {},
        )?;
        Ok(count)
    }

    /// Makes the new bytes of each file on all cores, and gives them out one after the other.
    fn each(
        &self,
        planner: &Planner<'_>,
        plan: &Plan,
        take: &mut dyn FnMut(Option<Made<'_>>) -> Result<(), CarryError>,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), CarryError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let (send, made) = sync_channel(512);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(self.files.len()) {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || {
                    while let Some((place, steps)) = self.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let steps = steps.iter().map(|&step| &plan.steps[step]);
                        if send.send(make(planner, *place, steps)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let mut outcome = Ok(());
            let mut done = 0;
            for made in &made {
                outcome = made.and_then(&mut *take);
                if outcome.is_err() {
                    break;
                }
                done += 1;
                progress(done);
            }
            // Whoever still makes something finds nobody to give it to, and ends.
            drop(made);
            outcome
        })
    }
}

/// A file's new bytes.
struct Made<'a> {
    path: &'a Path,
    facts: Facts,
    old: Zeroizing<Vec<u8>>,
    new: NewBytes,
    secret: bool,
}

/// The new bytes of a file; none where it has them already.
fn make<'a, 's>(
    planner: &Planner<'a>,
    place: usize,
    steps: impl Iterator<Item = &'s Step>,
) -> Result<Option<Made<'a>>, CarryError> {
    let path = planner.survey.places[place].path.as_path();
    let disk = |error: DiskError| CarryError::Run(error.into());
    let mut old = Zeroizing::new(Vec::new());
    let facts = disk::read_into(path, LARGEST, &mut old).map_err(disk)?;
    let mut spots: Vec<(&Spot, String)> = Vec::new();
    for step in steps {
        let site = &planner.survey.sites[step.site];
        let signed = planner.sign(step).map_err(|error| CarryError::Step { path: path.to_owned(), error })?;
        let Some(text) = signed else { continue };
        for spot in site.spots.iter().filter(|spot| spot.place == place && spot.way != Way::Encoded) {
            let there = super::survey::text_at(&old, spot);
            if there.is_none_or(|there| Hash::of(there.as_bytes()) != site.digest) {
                return Err(disk(DiskError::Changed { path: path.to_owned() }));
            }
            spots.push((spot, text.clone()));
        }
    }
    if spots.is_empty() {
        return Ok(None);
    }
    spots.sort_by_key(|(spot, _)| spot.span.start);
    let new = if let [(Spot { way: Way::Anew, .. }, text)] = spots.as_slice() {
        let file = creds::parse(&old);
        let seed = file.seed.as_ref().ok_or_else(|| CarryError::Unlike(path.to_owned()))?;
        let written = creds::canonical(text, seed.text());
        NewBytes::rewritten(&old, Zeroizing::new(written.as_bytes().to_vec()))
    } else {
        let with: Vec<_> = spots.iter().map(|(spot, text)| (spot.span.clone(), text.as_bytes())).collect();
        NewBytes::splice(&old, &with)
    };
    let secret = reads_alike(&old, &new.bytes, &spots).ok_or_else(|| CarryError::Unlike(path.to_owned()))?;
    Ok(Some(Made { path, facts, old, new, secret }))
}

/// Whether the new file holds the new tokens and the old keys, and, if so, whether secrets are among them.
fn reads_alike(old: &[u8], new: &[u8], spots: &[(&Spot, String)]) -> Option<bool> {
    // A bare token is what it is.
    if let [(spot, text)] = spots
        && spot.span == (0..old.trim_ascii_end().len())
        && new.trim_ascii_end() == text.as_bytes()
    {
        return Some(false);
    }
    let (before, after) = (recognise(old), recognise(new));
    let secrets = |document: &crate::file::Document<'_>| -> Vec<Zeroizing<String>> {
        let mut all: Vec<_> = document.secrets().map(|part| Zeroizing::new(part.text().to_owned())).collect();
        all.sort_unstable_by(|a, b| a.cmp(b));
        all
    };
    let (had, has) = (secrets(&before), secrets(&after));
    let tokens: Vec<&str> = after.tokens().map(|part| part.text()).collect();
    let all = had == has
        && before.parts.iter().filter(|part| part.what == What::Token).count() == tokens.len()
        && spots.iter().all(|(_, text)| tokens.contains(&text.as_str()));
    all.then_some(!has.is_empty())
}
