//! An audit as people read it: grouped by rule, a few examples of each, and a summary; or one line for each finding.

use std::io::{self, Write};

use super::diagnostic::{Locate, human as diagnostic};
use super::style::{Ink, Style};
use super::text;
use crate::audit::Report;
use crate::lint::Severity;

/// Findings of a rule that are shown in full, unless all are wanted.
pub const EXAMPLES: usize = 3;

/// Writes the report for people, gravest rules first.
pub fn human(report: &Report, style: Style, locate: Locate<'_>, out: &mut dyn Write) -> io::Result<()> {
    for group in &report.groups {
        let shown = if style.verbose { group.findings.len() } else { EXAMPLES };
        for finding in group.findings.iter().take(shown) {
            out.write_all(diagnostic(finding, style, locate).as_bytes())?;
        }
        let more = group.total.saturating_sub(shown as u64);
        if more > 0 {
            let code = style.paint(group.severity.into(), &format!("[{}]", group.rule.code));
            writeln!(out, "… and {} more of {code}\n", text::grouped(number(more)))?;
        }
    }
    unread(report, style, out)?;
    summary(report, style, out)
}

/// Writes one line for each finding: file, claim, severity, code, message.
pub fn brief(report: &Report, style: Style, locate: Locate<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings() {
        let mut at = String::new();
        if let Some(place) = finding.places.first() {
            at.push_str(&text::escape(&place.file));
            match (&place.pointer, &place.span) {
                _ if place.line.is_some() => {
                    at.extend(place.line.map(|(line, column)| format!(":{line}:{column}")));
                }
                (Some(pointer), _) => at.push_str(&format!(": {}", super::claim_path(pointer))),
                (None, Some(span)) => match locate(&place.file, span.start) {
                    Some((line, column, _)) => at.push_str(&format!(":{line}:{column}")),
                    None => at.push_str(&format!(":+{}", span.start)),
                },
                (None, None) => {}
            }
        }
        let severity = finding.severity;
        let head = style.paint(severity.into(), &format!("{}[{}]", severity.word(), finding.code()));
        writeln!(out, "{at}: {head}: {}", text::redact(&text::escape_words(&finding.message)))?;
    }
    for group in report.groups.iter().filter(|group| group.total > group.findings.len() as u64) {
        let more = group.total - group.findings.len() as u64;
        writeln!(out, "… and {} more of [{}]", text::grouped(number(more)), group.rule.code)?;
    }
    unread(report, style, out)?;
    summary(report, style, out)
}

fn unread(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for unread in &report.unread {
        writeln!(out, "{} {}", style.paint(Ink::Error, "not read:"), text::escape_words(&unread.error))?;
        if let Some(hint) = &unread.hint {
            writeln!(out, "          {}", text::escape_words(hint))?;
        }
    }
    if report.unread.more() > 0 {
        writeln!(out, "… and {} more", text::grouped(number(report.unread.more())))?;
    }
    if !report.unread.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn summary(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let inputs = &report.inputs;
    let mut parts = Vec::new();
    for (count, word) in [
        (inputs.operators, "operator"),
        (inputs.accounts, "account"),
        (inputs.users, "user"),
        (inputs.others, "other token"),
        (inputs.configs, "configuration"),
    ] {
        if count > 0 {
            parts.push(counted(count, word));
        }
    }
    let what = if parts.is_empty() { "no tokens".to_owned() } else { parts.join(", ") };
    writeln!(
        out,
        "{}, {}: {what}; judged for {}",
        counted(inputs.files, "file"),
        text::bytes(number(inputs.bytes)),
        text::instant(report.at)
    )?;
    let mut told: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| report.count(*severity) > 0)
        .map(|severity| style.paint(severity.into(), &counted(report.count(severity), severity.word())))
        .collect();
    if told.is_empty() {
        told.push(style.paint(Ink::Good, "nothing found"));
    }
    for (count, words) in [(report.ignored, "ignored"), (report.baselined, "known to the baseline")] {
        if count > 0 {
            told.push(format!("{} {words}", text::grouped(number(count))));
        }
    }
    if !report.unread.is_empty() {
        told.push(style.paint(Ink::Error, &format!("{} not read", report.unread.total())));
    }
    writeln!(out, "{}", told.join(", "))?;
    for ignore in &report.stale_ignores {
        writeln!(out, "the ignore of {} covers nothing any more", text::escape_words(ignore))?;
    }
    if let Some(gravest) = report.groups.first() {
        writeln!(out, "`jwtfix explain {}` says what it means and what to do", gravest.rule.code)?;
    }
    if report.findings().any(|finding| finding.fix.is_some()) {
        writeln!(
            out,
            "`jwtfix fix` with the same paths shows what it can put right; it changes nothing without --write"
        )?;
    }
    Ok(())
}

fn counted(count: u64, one: &str) -> String {
    text::count(usize::try_from(count).unwrap_or(usize::MAX), one)
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
