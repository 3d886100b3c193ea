//! Workflow commands of GitHub Actions: an annotation for each finding.

use std::io::{self, Write};

use super::text;
use crate::audit::Report;
use crate::lint::{Finding, Severity};

/// Writes an annotation for each finding, then one for everything that could not be read.
pub fn github(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.findings().try_for_each(|finding| annotation(finding, out))?;
    for unread in &report.unread {
        writeln!(out, "::error file={}::{}", property(&unread.path), data(&unread.error))?;
    }
    if report.unread.more() > 0 {
        writeln!(out, "::error::{} more were not read", report.unread.more())?;
    }
    Ok(())
}

fn annotation(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut text = finding.message.clone();
    if let Some(pointer) = finding.places.first().and_then(|place| place.pointer.as_ref()) {
        text.push_str(&format!(" (at {pointer})"));
    }
    for help in &finding.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let place = finding.places.first();
    let file = place.map_or("", |place| &place.file);
    let line = place.and_then(|place| place.line);
    let line = line.map_or(String::new(), |(line, column)| format!(",line={line},col={column}"));
    writeln!(
        out,
        "::{command} file={}{line},title={}::{}",
        property(file),
        property(&format!("jwtfix: {}", finding.code())),
        data(&text)
    )
}

/// Escapes the text of a command, as the runner's toolkit does, and what a log would hide or obey.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(text::escape_words).collect();
    lines.join("\n").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command, as the runner's toolkit does.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
