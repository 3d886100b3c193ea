//! `jwtfix/plan/v1`: a plan, or what became of it, as one JSON object.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::change::ChangeDto;
use super::plan::Ending;
use crate::render::inspect::to_text;
use crate::render::{TimeDto, text};
use crate::repair::{Candidate, Class, Failed, Hold, Plan, Site, Stale, Step, StepError, Survey};

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/plan/v1";

#[derive(Serialize)]
pub(super) struct PlanDto<'a> {
    schema: &'static str,
    version: &'static str,
    at: TimeDto,
    written: bool,
    run: Option<&'a str>,
    steps: Vec<StepDto<'a>>,
    held: Vec<HeldDto<'a>>,
    failed: Vec<FailedDto<'a>>,
    stale: Vec<StaleDto<'a>>,
    unreadable: Vec<UnreadableDto<'a>>,
    unchanged: usize,
    others: usize,
}

#[derive(Serialize)]
struct TokenDto<'a> {
    files: Vec<std::borrow::Cow<'a, str>>,
    kind: &'static str,
    name: String,
    subject: String,
}

#[derive(Serialize)]
struct StepDto<'a> {
    #[serde(flatten)]
    token: TokenDto<'a>,
    meant: bool,
    issuer: IssuerDto,
    changes: Vec<ChangeDto>,
    rewritten: Option<&'static str>,
    healed: Vec<&'a str>,
    remarks: &'a [String],
    permitted: Vec<HoldDto>,
    /// The rules that asked for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    codes: Vec<&'static str>,
}

#[derive(Serialize)]
struct IssuerDto {
    before: String,
    #[serde(flatten)]
    after: KeyDto,
}

#[derive(Serialize)]
struct KeyDto {
    key: String,
    class: &'static str,
    role: Option<String>,
    of: String,
}

#[derive(Serialize)]
struct HoldDto {
    word: &'static str,
    text: String,
}

#[derive(Serialize)]
struct HeldDto<'a> {
    #[serde(flatten)]
    token: TokenDto<'a>,
    holds: Vec<HoldDto>,
}

#[derive(Serialize)]
struct FailedDto<'a> {
    #[serde(flatten)]
    token: TokenDto<'a>,
    error: String,
    /// Keys that may sign it.
    keys: Vec<KeyDto>,
}

#[derive(Serialize)]
struct StaleDto<'a> {
    what: &'static str,
    #[serde(flatten)]
    token: TokenDto<'a>,
    issuer: Option<String>,
    import: Option<usize>,
}

#[derive(Serialize)]
struct UnreadableDto<'a> {
    file: std::borrow::Cow<'a, str>,
    reason: &'a str,
}

/// The plan for machines.
pub fn json(survey: &Survey, plan: &Plan, ending: Ending<'_>, now: i64) -> String {
    to_text(&dto(survey, plan, ending, now))
}

impl PlanDto<'_> {
    /// Names the rules that asked for each step.
    pub(super) fn name_codes(&mut self, plan: &Plan, codes: &HashMap<usize, BTreeSet<&'static str>>) {
        for (dto, step) in self.steps.iter_mut().zip(&plan.steps) {
            dto.codes = codes.get(&step.site).into_iter().flatten().copied().collect();
        }
    }
}

pub(super) fn dto<'a>(survey: &'a Survey, plan: &'a Plan, ending: Ending<'a>, now: i64) -> PlanDto<'a> {
    let run = if let Ending::Written { run, .. } = ending { Some(run) } else { None };
    PlanDto {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        at: now.into(),
        written: !matches!(ending, Ending::Planned),
        run,
        steps: plan.steps.iter().map(|one| step(survey, one)).collect(),
        held: plan
            .held
            .iter()
            .map(|held| HeldDto {
                token: token(survey, &survey.sites[held.site]),
                holds: held.holds.iter().map(hold).collect(),
            })
            .collect(),
        failed: plan.failed.iter().map(|one| failed(survey, one)).collect(),
        stale: plan.stale.iter().map(|one| stale(survey, one)).collect(),
        unreadable: survey
            .unreadable
            .iter()
            .map(|one| UnreadableDto { file: one.path.to_string_lossy(), reason: &one.reason })
            .collect(),
        unchanged: plan.unchanged,
        others: plan.others,
    }
}

fn token<'a>(survey: &'a Survey, site: &'a Site) -> TokenDto<'a> {
    TokenDto {
        files: site.spots.iter().map(|spot| survey.places[spot.place].path.to_string_lossy()).collect(),
        kind: site.kind.word(),
        name: text::redact(&site.name),
        subject: text::redact(&site.subject),
    }
}

fn key(candidate: &Candidate) -> KeyDto {
    let (class, role) = match &candidate.class {
        Class::Identity => ("identity", None),
        Class::SigningKey => ("signing-key", None),
        Class::Scoped(role) => ("scoped-signing-key", Some(text::redact(role))),
    };
    KeyDto { key: candidate.key.to_string(), class, role, of: text::redact(&candidate.of) }
}

fn hold(hold: &Hold) -> HoldDto {
    HoldDto { word: hold.word(), text: text::redact(&hold.to_string()) }
}

fn step<'a>(survey: &'a Survey, step: &'a Step) -> StepDto<'a> {
    let site = &survey.sites[step.site];
    StepDto {
        token: token(survey, site),
        meant: step.meant,
        issuer: IssuerDto { before: text::redact(&site.issuer), after: key(&step.signer) },
        changes: step.changes.iter().map(ChangeDto::from).collect(),
        rewritten: step.rewritten,
        healed: step.healed.iter().map(|issue| issue.text.as_str()).collect(),
        remarks: &step.remarks,
        permitted: step.permitted.iter().map(hold).collect(),
        codes: Vec::new(),
    }
}

fn failed<'a>(survey: &'a Survey, failed: &'a Failed) -> FailedDto<'a> {
    let keys = match &failed.error {
        StepError::NoKey(error) => error.fits().iter().map(key).collect(),
        _ => Vec::new(),
    };
    FailedDto {
        token: token(survey, &survey.sites[failed.site]),
        error: text::redact(&failed.error.to_string()),
        keys,
    }
}

fn stale<'a>(survey: &'a Survey, stale: &'a Stale) -> StaleDto<'a> {
    let of = |site: &usize| token(survey, &survey.sites[*site]);
    let (what, token, issuer, import) = match stale {
        Stale::Older { site } => ("older", of(site), None, None),
        Stale::Copy { site, path } => {
            let token = TokenDto { files: vec![path.to_string_lossy()], ..of(site) };
            ("copy", token, None, None)
        }
        Stale::Orphan { site, issuer } => ("orphan", of(site), Some(issuer.to_string()), None),
        Stale::Activation { site, import, issuer } => {
            ("activation", of(site), Some(issuer.to_string()), Some(*import))
        }
    };
    StaleDto { what, token, issuer, import }
}
