//! What does one file's change mean for others? Copies follow the token that is signed again, two files never want one name,
//! and of two copies in one directory one goes out of the way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::files::{Files, parent};
use super::make::{Made, Maker};
use super::sort::{Sorted, Task};
use super::{Case, Deed, FixError};
use crate::lint::view::Layout;
use crate::repair::plan::{Plan, Planner, Step};
use crate::repair::survey::{Given, Survey, Way};

/// What every file becomes.
pub(super) fn make(
    case: &Case<'_>,
    files: &Files,
    planner: &Planner<'_>,
    plan: &Plan,
    sorted: &Sorted,
    sign: bool,
) -> Result<Vec<(usize, Made)>, FixError> {
    let mut tasks = sorted.tasks.clone();
    let mut here: HashMap<&Path, Vec<&Step>> = HashMap::new();
    for step in &plan.steps {
        for spot in &case.survey.sites[step.site].spots {
            let place = &case.survey.places[spot.place];
            if place.given > Given::Context
                && spot.way != Way::Encoded
                && let Some(number) = files.number(&place.path)
            {
                tasks.entry(number).or_default();
                let steps = here.entry(&place.path).or_default();
                if steps.last().is_none_or(|last| last.site != step.site) {
                    steps.push(step);
                }
            }
        }
    }
    follow(case.survey, files, plan, &mut tasks);
    let steps = plan.steps.iter().map(|step| (step.site, step)).collect();
    let maker = Maker { files, survey: case.survey, planner, steps, here, sign };
    settle_names(files, &mut tasks);
    let mut made = Vec::new();
    for (number, task) in &tasks {
        if let Some(one) = maker.make(*number, task)? {
            made.push((*number, one));
        }
    }
    // Two files cannot have one name, nor can one have that of a file that stays.
    let leaving: BTreeSet<&Path> = made
        .iter()
        .filter(|(number, one)| one.after.path != files.all[*number].path)
        .map(|(number, _)| files.all[*number].path.as_path())
        .collect();
    let mut seen = BTreeSet::new();
    let mut clashes = Vec::new();
    for (index, (number, one)) in made.iter().enumerate() {
        let path = &one.after.path;
        let moves = *path != files.all[*number].path;
        let stays = files.number(path).is_some() && !leaving.contains(path.as_path());
        if moves && (stays || !seen.insert(path)) {
            clashes.push(index);
        }
    }
    for index in clashes {
        let (number, one) = &mut made[index];
        let to = std::mem::replace(&mut one.after.path, files.all[*number].path.clone());
        one.change.deeds.retain(|deed| !matches!(deed, Deed::Renamed { .. }));
        one.refused = Some(format!("another file stands at {}", to.display()));
    }
    Ok(made)
}

/// Copies of a token that is signed again follow it.
fn follow(survey: &Survey, files: &Files, plan: &Plan, tasks: &mut BTreeMap<usize, Task>) {
    let stepped: BTreeSet<usize> = plan.steps.iter().map(|step| step.site).collect();
    for step in &plan.steps {
        let site = &survey.sites[step.site];
        let here = |path: &Path| {
            site.spots.iter().any(|spot| parent(&survey.places[spot.place].path) == parent(path))
        };
        for (other, copy) in survey.of_subject(&site.subject) {
            if stepped.contains(&other) || copy.kind != site.kind || copy.iat > site.iat {
                continue;
            }
            for spot in &copy.spots {
                let place = &survey.places[spot.place];
                let Some(number) = files.number(&place.path) else { continue };
                if place.given < Given::Below || spot.way == Way::Encoded {
                    continue;
                }
                let task = tasks.entry(number).or_default();
                if files.all[number].layout == Layout::Resolver && here(&place.path) {
                    task.aside = true;
                } else if !task.aside {
                    task.newest.insert(other, step.site);
                }
            }
        }
    }
}

/// What is put aside gets no other name; of two files with one token the one that is named rightly stays.
fn settle_names(files: &Files, tasks: &mut BTreeMap<usize, Task>) {
    let mut settled = Vec::new();
    for (number, task) in tasks.iter() {
        let Some(to) = task.rename.as_ref().filter(|_| !task.aside) else { continue };
        let path = &files.all[*number].path;
        let twin = files.number(&path.with_file_name(to)).filter(|twin| twin != number);
        let same = twin.is_some_and(|twin| match (files.read(*number), files.read(twin)) {
            (Ok((one, _)), Ok((other, _))) => one.trim_ascii() == other.trim_ascii(),
            _ => false,
        });
        if same {
            settled.push(*number);
        }
    }
    for number in settled {
        if let Some(task) = tasks.get_mut(&number) {
            task.aside = true;
        }
    }
}
