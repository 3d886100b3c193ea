//! JUnit's XML: a test suite for each rule that found something, a failed case for each finding.

use std::io::{self, Write};

use super::text::is_invisible;
use crate::audit::Report;
use crate::lint::Severity;

/// Writes the report. Notes are cases that pass with their text as output; what could not be read is an error.
pub fn junit(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let failures: usize = report.findings().filter(|finding| finding.severity > Severity::Note).count();
    let tests = report.findings().count() + report.unread.iter().len();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"jwtfix\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{}\">",
        report.unread.iter().len()
    )?;
    for group in &report.groups {
        let failed = group.findings.iter().filter(|finding| finding.severity > Severity::Note).count();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">",
            xml(group.rule.code),
            group.findings.len()
        )?;
        for finding in &group.findings {
            let place = finding.places.first();
            let name = match place.and_then(|place| place.pointer.as_deref()) {
                Some(pointer) => format!("{} {pointer}", place.map_or("", |place| &place.file)),
                None => place.map_or("", |place| &place.file).to_string(),
            };
            write!(out, "    <testcase classname=\"{}\" name=\"{}\">", xml(group.rule.code), xml(&name))?;
            let help: String = finding.help.iter().map(|help| format!("\nhelp: {help}")).collect();
            if finding.severity > Severity::Note {
                write!(
                    out,
                    "<failure type=\"{}\" message=\"{}\">{}</failure>",
                    finding.severity.word(),
                    xml(&finding.message),
                    xml(&format!("{}{help}", finding.message))
                )?;
            } else {
                write!(out, "<system-out>{}</system-out>", xml(&format!("{}{help}", finding.message)))?;
            }
            writeln!(out, "</testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if !report.unread.is_empty() {
        writeln!(
            out,
            "  <testsuite name=\"unread\" tests=\"{0}\" failures=\"0\" errors=\"{0}\">",
            report.unread.iter().len()
        )?;
        for unread in &report.unread {
            writeln!(
                out,
                "    <testcase classname=\"unread\" name=\"{}\"><error message=\"{}\"/></testcase>",
                xml(&unread.path),
                xml(&unread.error)
            )?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Escapes text for XML 1.0; what XML cannot hold at all becomes U+FFFD.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            c if is_invisible(c) => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}
