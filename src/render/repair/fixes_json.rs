//! `jwtfix/plan/v1` of fixes: a plan of signatures, and what becomes of files besides.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plan::Ending;
use super::plan_json::{PlanDto, dto};
use crate::render::inspect::to_text;
use crate::render::text;
use crate::repair::{Deed, FileChange, Fixes, HeldFix, Survey};
use crate::server::startup::{Change, Effect, Needs};

#[derive(Serialize)]
struct FixesDto<'a> {
    #[serde(flatten)]
    plan: PlanDto<'a>,
    files: Vec<FileDto>,
    held_fixes: Vec<HeldFixDto<'a>>,
    refused: Vec<RefusedDto>,
    without_fix: BTreeMap<&'static str, usize>,
    left_out: usize,
    proof: Option<ProofDto<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<ServerDto>,
}

#[derive(Serialize)]
struct ServerDto {
    file: String,
    clients: usize,
    before: SaysDto,
    after: SaysDto,
    changes: Vec<ChangeDto>,
}

#[derive(Serialize)]
struct ChangeDto {
    option: &'static str,
    needs: &'static str,
}

#[derive(Serialize)]
struct SaysDto {
    starts: bool,
    accepted: usize,
}

#[derive(Serialize)]
struct FileDto {
    file: String,
    codes: Vec<&'static str>,
    deeds: Vec<DeedDto>,
}

#[derive(Serialize)]
struct DeedDto {
    what: &'static str,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Serialize)]
struct HeldFixDto<'a> {
    code: &'static str,
    file: String,
    owner: Option<String>,
    message: String,
    title: &'a str,
    word: &'static str,
}

#[derive(Serialize)]
struct RefusedDto {
    file: String,
    reason: String,
}

#[derive(Serialize)]
struct ProofDto<'a> {
    before: usize,
    after: usize,
    gone: &'a BTreeMap<&'static str, usize>,
}

/// The plan for machines.
pub fn json(survey: &Survey, fixes: &Fixes, ending: Ending<'_>, now: i64) -> String {
    let mut without_fix: BTreeMap<&'static str, usize> = BTreeMap::new();
    fixes.beyond.iter().for_each(|finding| *without_fix.entry(finding.code()).or_default() += 1);
    let mut plan = dto(survey, &fixes.plan, ending, now);
    plan.name_codes(&fixes.plan, &fixes.codes);
    to_text(&FixesDto {
        plan,
        files: fixes.files.iter().map(|change| file(survey, change)).collect(),
        held_fixes: fixes.held.iter().map(held).collect(),
        refused: fixes
            .refused
            .iter()
            .map(|(path, why)| RefusedDto {
                file: path.to_string_lossy().into_owned(),
                reason: text::redact(why),
            })
            .collect(),
        without_fix,
        left_out: fixes.left_out,
        proof: fixes.proof.as_ref().map(|proof| ProofDto {
            before: proof.before,
            after: proof.after,
            gone: &proof.gone,
        }),
        server: fixes.verdicts.as_ref().map(|verdicts| ServerDto {
            file: verdicts.server.to_string_lossy().into_owned(),
            clients: verdicts.clients,
            before: SaysDto { starts: verdicts.starts.0, accepted: verdicts.accepted.0 },
            after: SaysDto { starts: verdicts.starts.1, accepted: verdicts.accepted.1 },
            changes: verdicts.changes.iter().map(change).collect(),
        }),
    })
}

fn change(change: &Change) -> ChangeDto {
    let needs = if change.effect == Effect::Reloads { Needs::Reload } else { Needs::Restart };
    ChangeDto { option: change.option, needs: needs.name() }
}

fn file(survey: &Survey, change: &FileChange) -> FileDto {
    FileDto {
        file: change.path.to_string_lossy().into_owned(),
        codes: change.codes.iter().copied().collect(),
        deeds: change.deeds.iter().map(|one| deed(survey, one)).collect(),
    }
}

fn deed(survey: &Survey, deed: &Deed) -> DeedDto {
    let path = |path: &std::path::Path| Some(path.to_string_lossy().into_owned());
    let time = |site: &usize| Some(text::instant(survey.sites[*site].iat));
    let (what, before, after) = match deed {
        Deed::Canonical { was } => ("canonical", Some(was.join("; ")), None),
        Deed::Renamed { to } => ("renamed", None, path(to)),
        Deed::Aside { to } => ("set-aside", None, path(to)),
        Deed::Mode { before, after } => ("mode", Some(format!("{before:04o}")), Some(format!("{after:04o}"))),
        Deed::Newest { site, newest } => ("newest", time(site), time(newest)),
        Deed::Made { account, from } => ("made", path(from), Some(account.clone())),
        Deed::Preloaded { account, from, .. } => ("preloaded", path(from), Some(account.clone())),
        Deed::Operator { before, after, .. } => ("operator", Some(before.clone()), Some(after.clone())),
        Deed::Text { before, after, .. } => ("text", Some(text::redact(before)), Some(text::redact(after))),
    };
    DeedDto { what, before, after }
}

fn held(held: &HeldFix) -> HeldFixDto<'_> {
    let place = held.finding.places.first();
    HeldFixDto {
        code: held.finding.code(),
        file: place.map_or(String::new(), |place| place.file.to_string()),
        owner: place.and_then(|place| place.owner.as_deref()).map(text::redact),
        message: text::redact(&held.finding.message),
        title: held.finding.fix.as_ref().map_or("", |fix| &fix.title),
        word: held.word,
    }
}
