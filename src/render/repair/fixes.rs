//! How does a plan of fixes look to a person? What becomes of each file and token, what is held back, what cannot be done,
//! and the proof.

use std::collections::BTreeSet;

use super::plan::{Ending, IN_FULL, hold_words, title, write_next, write_stale, write_step};
use crate::lint::shell;
use crate::render::style::{Ink, Style};
use crate::render::text;
use crate::repair::{Deed, FileChange, Fixes, StepError, Survey, Verdicts};
use crate::server::startup::Effect;

/// The plan as people read it.
pub fn human(survey: &Survey, fixes: &Fixes, ending: Ending<'_>, style: Style, now: i64) -> String {
    let mut out = String::new();
    let shown = |number: usize| if style.verbose { number } else { number.min(IN_FULL) };
    let more = |out: &mut String, all: usize, what: &str| {
        let hidden = all - shown(all);
        if hidden > 0 {
            let hidden = text::grouped(i64::try_from(hidden).unwrap_or(i64::MAX));
            out.push_str(&format!("and {hidden} more {what} (-v shows each)\n\n"));
        }
    };
    for change in &fixes.files[..shown(fixes.files.len())] {
        write_file(&mut out, survey, change, style, now);
    }
    more(&mut out, fixes.files.len(), "files");
    let steps = &fixes.plan.steps;
    for step in &steps[..shown(steps.len())] {
        let codes = fixes.codes.get(&step.site).map_or(String::new(), codes);
        write_step(&mut out, survey, step, &codes, style, now);
    }
    more(&mut out, steps.len(), "tokens to be signed again");
    write_held(&mut out, survey, fixes, style, now);
    more(&mut out, fixes.held.len(), "held back");
    write_undone(&mut out, survey, fixes, style);
    write_stale(&mut out, survey, &fixes.plan, style);
    if !fixes.is_empty() {
        write_next(&mut out, survey, &fixes.plan, ending, fixes.verdicts.as_ref().and_then(next));
    }
    write_left(&mut out, fixes);
    write_proof(&mut out, fixes, ending, style);
    out
}

fn codes(codes: &BTreeSet<&'static str>) -> String {
    let words: Vec<&str> = codes.iter().copied().collect();
    if words.is_empty() { String::new() } else { format!("  [{}]", words.join(", ")) }
}

fn write_file(out: &mut String, survey: &Survey, change: &FileChange, style: Style, now: i64) {
    style.push(out, Ink::Strong, &text::escape(&change.path.to_string_lossy()));
    out.push_str(&codes(&change.codes));
    out.push('\n');
    let name = |path: &std::path::Path| {
        let beside = path.parent() == change.path.parent();
        let path = if beside { path.file_name().map(std::path::Path::new).unwrap_or(path) } else { path };
        text::escape(&path.to_string_lossy())
    };
    for deed in &change.deeds {
        let words = match deed {
            Deed::Canonical { was } if was.is_empty() => "written in the canonical form".to_owned(),
            Deed::Canonical { was } => format!("written in the canonical form: {}", was.join("; ")),
            Deed::Renamed { to } => format!("renamed to {}", name(to)),
            Deed::Aside { to } => format!("put out of the way, as {}", name(to)),
            Deed::Mode { before, after } => format!("mode {before:04o} → {after:04o}"),
            Deed::Newest { site, newest } => {
                let (old, new) = (&survey.sites[*site], &survey.sites[*newest]);
                format!(
                    "{} {} of {} → the newer one, of {}, {}",
                    old.kind.word(),
                    text::name(&old.name),
                    text::time(old.iat, now),
                    text::time(new.iat, now),
                    new.spots.first().map_or(String::new(), |spot| {
                        format!("from {}", text::escape(&survey.places[spot.place].path.to_string_lossy()))
                    })
                )
            }
            Deed::Made { account, from } => format!("made: {}", taken(survey, account, from)),
            Deed::Preloaded { account, from, line } => {
                format!("line {line}: preloads {}", taken(survey, account, from))
            }
            Deed::Operator { name, before, after, from } if before == after => format!(
                "operator {}: its newer token, from {}",
                text::name(name),
                text::escape(&from.to_string_lossy())
            ),
            Deed::Operator { name, before, after, from } => format!(
                "operator {} {} → {}, its token from {}",
                text::name(name),
                style.key(before),
                style.key(after),
                text::escape(&from.to_string_lossy())
            ),
            Deed::Text { line, before, after } => {
                let told = |words: &str| text::clip(&text::redact(&text::escape_words(words)), 72);
                format!("line {line}: {} → {}", told(before), told(after))
            }
        };
        out.push_str(&format!("  {} {words}\n", style.paint(Ink::Warning, "~")));
    }
    out.push('\n');
}

/// What brings the files into force at a server that was asked.
fn next(verdicts: &Verdicts) -> Option<String> {
    let of = |wanted: &dyn Fn(Effect) -> bool| {
        let changes = verdicts.changes.iter().filter(|change| wanted(change.effect));
        changes.map(|change| change.option).collect::<Vec<_>>().join(", ")
    };
    let (reloads, others) =
        (of(&|effect| effect == Effect::Reloads), of(&|effect| effect != Effect::Reloads));
    match verdicts.starts {
        (false, true) => Some("start the server".to_owned()),
        (true, true) if !others.is_empty() => {
            Some(format!("restart the server: a reload does not take in another {others}"))
        }
        (true, true) if !reloads.is_empty() => {
            Some(format!("reload the server, which reads {reloads} anew: `nats-server --signal reload`"))
        }
        _ => None,
    }
}

/// An account's token, and where it is from.
fn taken(survey: &Survey, account: &str, from: &std::path::Path) -> String {
    let mut named = survey.of_subject(account).map(|(_, site)| text::name(&site.name));
    let name = named.next().unwrap_or_default();
    format!("the token of account {name} from {}", text::escape(&from.to_string_lossy()))
}

fn write_held(out: &mut String, survey: &Survey, fixes: &Fixes, style: Style, now: i64) {
    let plan = &fixes.plan;
    let most = if style.verbose { usize::MAX } else { IN_FULL };
    for held in fixes.held.iter().take(most) {
        style.push(out, Ink::Warning, "held back");
        let finding = &held.finding;
        let place = finding.places.first();
        let owner = place.and_then(|place| place.owner.as_deref()).map(|owner| format!(" ({owner})"));
        let line = place.and_then(|place| place.line).map(|(line, _)| format!(":{line}")).unwrap_or_default();
        let file = format!("{}{line}", place.map_or("", |place| &*place.file));
        out.push_str(&format!(
            ": {}{}: {} [{}]\n",
            text::escape(&file),
            text::escape_words(&owner.unwrap_or_default()),
            text::escape_words(&finding.message),
            finding.code()
        ));
        let title = finding.fix.as_ref().map_or("", |fix| &fix.title);
        out.push_str(&format!("  to {title} would decide something (--unsafe={})\n\n", held.word));
    }
    for held in plan.held.iter().take(most) {
        style.push(out, Ink::Warning, "held back");
        out.push_str(&format!(": {}\n", title(survey, &survey.sites[held.site], style)));
        for hold in &held.holds {
            out.push_str(&format!("  {} (--unsafe={})\n", hold_words(hold, style, now), hold.word()));
        }
        out.push('\n');
    }
}

/// What cannot be done: keys that are missing, files that cannot be put right.
fn write_undone(out: &mut String, survey: &Survey, fixes: &Fixes, style: Style) {
    let most = if style.verbose { usize::MAX } else { IN_FULL };
    for failed in fixes.plan.failed.iter().take(most) {
        style.push(out, Ink::Error, "cannot be signed");
        out.push_str(&format!(
            ": {}: {}\n",
            title(survey, &survey.sites[failed.site], style),
            text::escape_words(&failed.error.to_string())
        ));
        if let StepError::NoKey(error) = &failed.error {
            for fit in error.fits().iter().take(6) {
                out.push_str(&format!(
                    "  {} may ({})\n",
                    style.key(&fit.key.to_string()),
                    text::escape_words(&fit.class_words())
                ));
            }
            out.push_str(&format!("  {}\n", error.hint()));
        }
        out.push('\n');
    }
    for (path, why) in fixes.refused.iter().take(most) {
        style.push(out, Ink::Error, "cannot be put right");
        out.push_str(&format!(
            ": {}: {}\n\n",
            text::escape(&path.to_string_lossy()),
            text::escape_words(why)
        ));
    }
}

/// Errors that are beyond every fix, by rule.
fn write_left(out: &mut String, fixes: &Fixes) {
    if fixes.left_out > 0 {
        let count = text::count(fixes.left_out, "finding");
        out.push_str(&format!("{count} left out: a signature would be needed\n"));
    }
    let mut rules: Vec<&str> = fixes.beyond.iter().map(|finding| finding.code()).collect();
    rules.sort_unstable();
    rules.dedup();
    if !rules.is_empty() {
        let count = text::count(fixes.beyond.len(), "error");
        out.push_str(&format!(
            "{count} without a fix: {} (`jwtfix audit` tells of each)\n",
            rules.join(", ")
        ));
    }
}

fn write_proof(out: &mut String, fixes: &Fixes, ending: Ending<'_>, style: Style) {
    let held = match fixes.held.len() + fixes.plan.held.len() {
        0 => String::new(),
        1 => ", 1 is held back".to_owned(),
        many => format!(", {many} are held back"),
    };
    if fixes.is_empty() {
        out.push_str(&format!("nothing to put right{held}\n"));
        if let Some(verdicts) = fixes.verdicts.as_ref().filter(|verdicts| verdicts.refuses()) {
            write_verdicts(out, verdicts, style);
        }
        return;
    }
    match &fixes.proof {
        Some(proof) => {
            let signed = match fixes.plan.steps.len() {
                0 => String::new(),
                one => format!("{} verified; ", text::count(one, "new token")),
            };
            let gone = proof.before.saturating_sub(proof.after);
            let gone: String = match gone {
                0 => "no new finding".to_owned(),
                1 => "1 finding fewer and none new".to_owned(),
                many => format!("{many} findings fewer and none new"),
            };
            out.push_str(&format!("{} {signed}{gone}{held}\n", style.paint(Ink::Good, "✓")));
        }
        None => out.push_str(&format!("not proven yet: another program would sign{held}\n")),
    }
    if let Some(verdicts) = &fixes.verdicts {
        write_verdicts(out, verdicts, style);
    }
    let files = text::count(fixes.len(), "file");
    match ending {
        Ending::Planned => out.push_str(&format!("{files} would change; --write does it\n")),
        Ending::Written { run, .. } => {
            out.push_str(&format!("{files} changed; `jwtfix undo {run}` takes it back\n"));
        }
        Ending::Elsewhere { files, directory } => {
            out.push_str(&format!("{} in {}\n", text::count(files, "file"), text::escape(directory)));
        }
    }
}

/// What the server says before and after, and what to do where it still refuses somebody.
fn write_verdicts(out: &mut String, verdicts: &Verdicts, style: Style) {
    let of = |starts: bool, accepted: usize| match (starts, verdicts.clients) {
        (true, 0) => "starts".to_owned(),
        (true, _) => format!("lets in {accepted}"),
        (false, _) => "does not start".to_owned(),
    };
    let (before, after) =
        (of(verdicts.starts.0, verdicts.accepted.0), of(verdicts.starts.1, verdicts.accepted.1));
    let says = if before == after { after } else { format!("{before} before and {after} after") };
    let mark =
        if verdicts.refuses() { style.paint(Ink::Error, "✗") } else { style.paint(Ink::Good, "✓") };
    let server = text::escape(&verdicts.server.to_string_lossy());
    let clients = match verdicts.clients {
        0 => String::new(),
        some => format!("of {}, ", text::count(some, "client")),
    };
    out.push_str(&format!("{mark} {clients}a server with {server} {says}\n"));
    if verdicts.clients == 0 {
        out.push_str("  name credentials too, and it is asked whether it lets them in\n");
    }
    if !verdicts.refuses() {
        return;
    }
    match &verdicts.distrust {
        Some((why, remedy)) => {
            out.push_str(&format!("  {}\n  {}\n", text::escape_words(why), text::escape_words(remedy)))
        }
        None => {
            let first =
                verdicts.refused.first().map(|path| format!(" {}", shell::word(&path.to_string_lossy())));
            out.push_str(&format!(
                "  `jwtfix check --server {}{}` says why\n",
                text::escape_words(&shell::word(&verdicts.server.to_string_lossy())),
                text::escape_words(&first.unwrap_or_default())
            ));
        }
    }
}
