//! How does a plan look to a person? A diff of claims for each token, who signs, what is held back and why, what becomes
//! stale, and what to do next.

use std::collections::BTreeMap;

use super::change::change_lines;
use crate::file::Kind as FileKind;
use crate::render::style::{Ink, Style};
use crate::render::text;
use crate::repair::{Hold, Plan, Site, Spot, Stale, Step, Survey};
use crate::token::Kind;

/// How the run ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// Nothing was written.
    Planned,
    /// So many files were written, by the run of this name.
    Written {
        /// How many.
        files: usize,
        /// The run.
        run: &'a str,
    },
    /// So many files were written elsewhere.
    Elsewhere {
        /// How many.
        files: usize,
        /// The directory.
        directory: &'a str,
    },
}

/// Tokens that are shown in full; of more only how many there are of a kind, unless -v asks for all.
pub(super) const IN_FULL: usize = 20;

/// The plan as people read it.
pub fn human(survey: &Survey, plan: &Plan, ending: Ending<'_>, style: Style, now: i64) -> String {
    let mut out = String::new();
    let shown = if style.verbose { plan.steps.len() } else { plan.steps.len().min(IN_FULL) };
    for step in &plan.steps[..shown] {
        write_step(&mut out, survey, step, "", style, now);
    }
    if shown < plan.steps.len() {
        let rest = &plan.steps[shown..];
        out.push_str(&format!(
            "and {} more:\n",
            text::grouped(i64::try_from(rest.len()).unwrap_or(i64::MAX))
        ));
        for (words, number) in alike(survey, rest, style) {
            out.push_str(&format!("  {} × {words}\n", text::grouped(number)));
        }
        out.push_str("  (-v shows each)\n\n");
    }
    let held = if style.verbose { plan.held.len() } else { plan.held.len().min(IN_FULL) };
    for held in &plan.held[..held] {
        let site = &survey.sites[held.site];
        style.push(&mut out, Ink::Warning, "held back");
        out.push_str(&format!(": {}\n", title(survey, site, style)));
        for hold in &held.holds {
            out.push_str(&format!("  {} (--unsafe={})\n", hold_words(hold, style, now), hold.word()));
        }
        out.push('\n');
    }
    if held < plan.held.len() {
        out.push_str(&format!("and {} more held back (-v shows each)\n\n", plan.held.len() - held));
    }
    write_stale(&mut out, survey, plan, style);
    write_next(&mut out, survey, plan, ending, None);
    write_summary(&mut out, survey, plan, ending, style);
    out
}

/// `account "BILLING" ADWRK3…HQ2C in /var/lib/nats/jwt/AD….jwt`.
pub(super) fn title(survey: &Survey, site: &Site, style: Style) -> String {
    let places: Vec<String> = site
        .spots
        .iter()
        .map(|spot| text::escape(&survey.places[spot.place].path.to_string_lossy()))
        .collect();
    let mut places_told = places.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if places.len() > 3 {
        places_told.push_str(&format!(" and {} more files", places.len() - 3));
    }
    format!("{} {} {} in {places_told}", site.kind.word(), text::name(&site.name), style.key(&site.subject))
}

/// `behind` stands behind the token's name.
pub(super) fn write_step(
    out: &mut String,
    survey: &Survey,
    step: &Step,
    behind: &str,
    style: Style,
    now: i64,
) {
    let site = &survey.sites[step.site];
    style.push(out, Ink::Strong, &title(survey, site, style));
    out.push_str(behind);
    out.push('\n');
    let key = step.signer.key.to_string();
    let by = text::escape_words(&step.signer.class_words());
    if *site.issuer == key {
        out.push_str(&format!("  signed again by {} ({by})\n", style.key(&key)));
    } else {
        out.push_str(&format!("  signed by {} → {} ({by})\n", style.key(&site.issuer), style.key(&key)));
    }
    let lines = change_lines(&step.changes, "  ", style, now);
    out.push_str(&lines);
    if lines.is_empty() {
        out.push_str("  no claim changes\n");
    }
    if let Some(why) = step.rewritten {
        out.push_str(&format!("  {why}\n"));
    }
    for issue in &step.healed {
        out.push_str(&format!(
            "  {} {}\n",
            style.paint(Ink::Good, "no longer:"),
            text::escape_words(&issue.text)
        ));
    }
    for hold in &step.permitted {
        let words = hold_words(hold, style, now);
        out.push_str(&format!("  {} {words}\n", style.paint(Ink::Warning, "let in:")));
    }
    for remark in &step.remarks {
        out.push_str(&format!("  {} {}\n", style.paint(Ink::Note, "note:"), text::escape_words(remark)));
    }
    out.push('\n');
}

pub(super) fn hold_words(hold: &Hold, style: Style, now: i64) -> String {
    let words = match hold {
        Hold::Adopts { issuer, of } => {
            format!("it was signed by {}, which is no key of {}", style.key(issuer), text::escape_words(of))
        }
        Hold::Unseen { account } => format!(
            "the token of account {} was not given, so nobody can say whether it is revoked",
            style.key(account)
        ),
        hold => text::escape_words(&hold.to_string()),
    };
    match hold {
        Hold::Unrevokes { until, .. } => format!("{words}; revoked until {}", text::instant(*until)),
        Hold::Superseded { iat, .. } => format!("{words}: {}", text::time(*iat, now)),
        _ => words,
    }
}

/// Steps that do the same: kind, signer and the claims that change.
fn alike(survey: &Survey, steps: &[Step], style: Style) -> Vec<(String, i64)> {
    let mut groups: BTreeMap<String, i64> = BTreeMap::new();
    for step in steps {
        let site = &survey.sites[step.site];
        let mut places: Vec<String> = step
            .changes
            .iter()
            .filter(|change| !change.comes_with_a_signature())
            .map(|change| crate::render::claim_path(&change.pointer))
            .collect();
        places.dedup();
        let claims = if places.is_empty() { "no claim changes".to_owned() } else { places.join(", ") };
        let key = style.key(&step.signer.key.to_string());
        *groups
            .entry(format!("{} signed by {key}: {}", site.kind.word(), text::clip(&claims, 72)))
            .or_default() += 1;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    groups.truncate(IN_FULL);
    groups
}

pub(super) fn write_stale(out: &mut String, survey: &Survey, plan: &Plan, style: Style) {
    let shown = if style.verbose { plan.stale.len() } else { plan.stale.len().min(IN_FULL) };
    for stale in &plan.stale[..shown] {
        style.push(out, Ink::Note, "stale then");
        out.push_str(": ");
        out.push_str(&match stale {
            Stale::Older { site } => {
                format!("{}: an older token of this subject", title(survey, &survey.sites[*site], style))
            }
            Stale::Copy { site, path } => format!(
                "{}: a copy of {} {} that is not written",
                text::escape(&path.to_string_lossy()),
                survey.sites[*site].kind.word(),
                text::name(&survey.sites[*site].name)
            ),
            Stale::Orphan { site, issuer } => format!(
                "{}: signed by {}, which is no longer listed",
                title(survey, &survey.sites[*site], style),
                style.key(&issuer.to_string())
            ),
            Stale::Activation { site, import, issuer } => format!(
                "{}: the activation token of import {import} is signed by {}, which is no longer listed",
                title(survey, &survey.sites[*site], style),
                style.key(&issuer.to_string())
            ),
        });
        out.push('\n');
    }
    if shown < plan.stale.len() {
        out.push_str(&format!("and {} more stale (-v shows each)\n", plan.stale.len() - shown));
    }
    if !plan.stale.is_empty() {
        out.push('\n');
    }
}

/// What a person has to do so that servers and clients know of it.
/// What to do when it is written; `server` is about a server that was asked.
pub(super) fn write_next(
    out: &mut String,
    survey: &Survey,
    plan: &Plan,
    ending: Ending<'_>,
    server: Option<String>,
) {
    let has = |kind: Kind| plan.steps.iter().any(|step| survey.sites[step.site].kind == kind);
    let mut lines = Vec::new();
    lines.extend(server.as_deref());
    if has(Kind::Operator) {
        lines.push("servers read `operator` at their start alone: put its new token there and restart them");
    }
    if has(Kind::Account) {
        lines.push(
            "servers that run keep the account tokens that they have: push the new ones, or restart them",
        );
    }
    if has(Kind::User) {
        lines.push("clients keep the credentials that they have: give them the new ones");
    }
    let manifest = |spot: &Spot| survey.places[spot.place].kind == FileKind::Kubernetes;
    if plan.steps.iter().any(|step| survey.sites[step.site].spots.iter().any(manifest)) {
        lines.push("manifests have changed: `kubectl apply` them again");
    }
    let then = if matches!(ending, Ending::Planned) { "then" } else { "now" };
    if !lines.is_empty() {
        lines.iter().for_each(|line| out.push_str(&format!("{then}: {line}\n")));
        out.push('\n');
    }
}

fn write_summary(out: &mut String, survey: &Survey, plan: &Plan, ending: Ending<'_>, style: Style) {
    let tokens = text::count(plan.steps.len(), "token");
    let held = match plan.held.len() {
        0 => String::new(),
        one @ 1 => format!(", {one} is held back"),
        many => format!(", {many} are held back"),
    };
    let is = if plan.steps.len() == 1 { "is" } else { "are" };
    match ending {
        Ending::Planned if plan.steps.is_empty() => {
            let nothing = if plan.held.is_empty() { "nothing to sign again" } else { "nothing is signed again" };
            out.push_str(&format!("{nothing}{held}\n"));
        }
        Ending::Planned => {
            let mut files: Vec<usize> =
                plan.steps.iter().flat_map(|step| survey.sites[step.site].spots.iter().map(|spot| spot.place)).collect();
            files.sort_unstable();
            files.dedup();
            out.push_str(&format!(
                "{tokens} in {} would be signed again{held}; --write does it\n",
                text::count(files.len(), "file")
            ));
        }
        Ending::Written { files, run } => out.push_str(&format!(
            "{} {tokens} in {} {is} signed again{held}: each decodes, verifies under its key, and says nothing that nobody asked for\n`jwtfix undo {run}` takes it back\n",
            style.paint(Ink::Good, "✓"),
            text::count(files, "file")
        )),
        Ending::Elsewhere { files, directory } => out.push_str(&format!(
            "{} {tokens} {is} signed again{held}: {} in {}\n",
            style.paint(Ink::Good, "✓"),
            text::count(files, "file"),
            text::escape(directory)
        )),
    }
}
