//! How does a plan get into the files? Lower tokens first, so that a run that is stopped leaves an upper one that still says
//! who it was; each file once, with all that changes in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use zeroize::Zeroizing;

use super::journal::{Hash, NewBytes};
use super::plan::{Plan, Planner, Step, StepError, TOGETHER};
use super::run::{Run, RunError};
use super::survey::{Given, LARGEST, Spot, Way};
use crate::disk::{self, DiskError, Facts, Write};
use crate::file::{What, creds, recognise};
use crate::nkey::PublicKey;

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
        let share = self.files.len().div_ceil(threads).clamp(1, TOGETHER);
        let next = AtomicUsize::new(0);
        let (send, made) = sync_channel(512);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || {
                    while let Some(files) = self.files.chunks(share).nth(next.fetch_add(1, Ordering::Relaxed))
                    {
                        for made in make_all(planner, plan, files) {
                            if send.send(made).is_err() {
                                return;
                            }
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
    /// New tokens in it whose signatures are not proven yet, with the keys that signed them.
    unproven: Vec<(PublicKey, String)>,
}

/// The new bytes of some files, with every signature in them proven.
fn make_all<'a>(
    planner: &Planner<'a>,
    plan: &Plan,
    files: &[(usize, Vec<usize>)],
) -> Vec<Result<Option<Made<'a>>, CarryError>> {
    let steps = |steps: &[usize]| -> Vec<&Step> { steps.iter().map(|&step| &plan.steps[step]).collect() };
    let mut all: Vec<_> = files.iter().map(|(place, of)| make(planner, *place, &steps(of))).collect();
    let tokens = |made: &Result<Option<Made<'a>>, CarryError>| -> usize {
        made.as_ref().ok().and_then(Option::as_ref).map_or(0, |made| made.unproven.len())
    };
    let unproven: Vec<(PublicKey, &str)> = all
        .iter()
        .filter_map(|made| made.as_ref().ok()?.as_ref())
        .flat_map(|made| made.unproven.iter().map(|(key, text)| (*key, text.as_str())))
        .collect();
    let verdicts = planner.hold(&unproven);
    let mut rest = verdicts.as_slice();
    for made in &mut all {
        let (own, others) = rest.split_at(tokens(made));
        rest = others;
        if let (true, Ok(Some(Made { path, .. }))) = (own.contains(&false), &made) {
            *made = Err(CarryError::Step { path: path.to_path_buf(), error: StepError::unsigned() });
        }
    }
    all
}

/// The new bytes of a file; none where it has them already.
fn make<'a>(planner: &Planner<'a>, place: usize, steps: &[&Step]) -> Result<Option<Made<'a>>, CarryError> {
    let path = planner.survey.places[place].path.as_path();
    let disk = |error: DiskError| CarryError::Run(error.into());
    let mut old = Zeroizing::new(Vec::new());
    let facts = disk::read_into(path, LARGEST, &mut old).map_err(disk)?;
    let (mut spots, mut unproven): (Vec<(&Spot, String)>, _) = (Vec::new(), Vec::new());
    for step in steps {
        let site = &planner.survey.sites[step.site];
        let failed = |error| CarryError::Step { path: path.to_owned(), error };
        let text = match planner.sign_planned(step) {
            Some(text) => {
                let text = text.map_err(failed)?;
                unproven.push((step.signer.key, text.clone()));
                text
            }
            None => match planner.sign(step).map_err(failed)? {
                Some(text) => text,
                None => continue,
            },
        };
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
        let with: Vec<_> =
            spots.iter().map(|(spot, text)| (spot.span.clone(), spot.way, text.as_str())).collect();
        NewBytes::tokens(&old, &with).ok_or_else(|| CarryError::Unlike(path.to_owned()))?
    };
    let secret = reads_alike(&old, &new.bytes, &spots).ok_or_else(|| CarryError::Unlike(path.to_owned()))?;
    Ok(Some(Made { path, facts, old, new, secret, unproven }))
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
