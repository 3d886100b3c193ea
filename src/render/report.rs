//! `jwtfix/report/v1`: an audit as one JSON object, or as a line of JSON for each finding.

use std::io::{self, Write};

use super::dto::{ExpirationsDto, FindingDto, ReportHead};
use super::text::visible_json;
use crate::audit::Report;
use crate::lint::Finding;

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/report/v1";

/// Writes the whole report as one JSON object; findings are written one at a time, never held twice.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let head = visible_json(serde_json::to_string(&ReportHead::from(report))?);
    let open = head.strip_suffix('}').expect("a struct becomes a JSON object");
    write!(out, "{open},\"findings\":[")?;
    for (i, finding) in report.findings().enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        out.write_all(line(finding)?.as_bytes())?;
    }
    out.write_all(b"]}\n")
}

/// Writes one finding as one line of JSON.
pub fn json_line(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(line(finding)?.as_bytes())?;
    out.write_all(b"\n")
}

fn line(finding: &Finding) -> io::Result<String> {
    Ok(visible_json(serde_json::to_string(&FindingDto::from(finding))?))
}

/// Writes when credentials end, as `jwtfix/expirations/v1`.
pub fn expirations(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&ExpirationsDto::from(report))?;
    writeln!(out, "{}", visible_json(text))
}
