//! SARIF 2.1.0, the format that code scanning reads.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::text::visible_json;
use crate::audit::{self, Report};
use crate::lint::{Finding, Place, Severity};

/// Writes the report as a SARIF log with one run.
pub fn sarif(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Value> = report.groups.iter().map(|group| descriptor(group.rule)).collect();
    let index: BTreeMap<&str, usize> =
        report.groups.iter().enumerate().map(|(i, group)| (group.rule.code, i)).collect();
    let more = report.unread.more();
    let more = (more > 0)
        .then(|| json!({ "level": "error", "message": { "text": format!("{more} more were not read") } }));
    let notifications: Vec<Value> = report
        .unread
        .iter()
        .map(|unread| {
            json!({
                "level": "error",
                "message": { "text": format!("{}: {}", unread.path, unread.error) },
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&unread.path) } } }],
            })
        })
        .chain(more)
        .collect();
    let tool = json!({ "driver": {
        "name": "jwtfix",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    }});
    let invocations = json!([{
        "executionSuccessful": report.unread.is_empty(),
        "toolExecutionNotifications": notifications,
    }]);
    let invocations = visible_json(invocations.to_string());
    write!(
        out,
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\
         \"runs\":[{{\"tool\":{tool},\"invocations\":{invocations},\"results\":["
    )?;
    for (i, finding) in report.findings().enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        let result = result(finding, index.get(finding.code()).copied());
        out.write_all(visible_json(result.to_string()).as_bytes())?;
    }
    out.write_all(b"]}]}\n")
}

fn descriptor(rule: &crate::lint::Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.explanation },
        "help": { "text": rule.explanation, "markdown": rule.explanation },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "area": rule.area, "citation": rule.citation, "versions": rule.versions },
    })
}

fn result(finding: &Finding, index: Option<usize>) -> Value {
    let mut text = finding.message.clone();
    if let Some(line) = &finding.server {
        text.push_str(&format!("\nnats-server: {line}"));
    }
    for help in &finding.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let (primary, related) = finding.places.split_at(finding.places.len().min(1));
    let mut value = json!({
        "ruleId": finding.code(),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": primary.iter().map(location).collect::<Vec<_>>(),
        "partialFingerprints": { "jwtfix/v1": audit::fingerprint(finding) },
    });
    if let Some(index) = index {
        value["ruleIndex"] = index.into();
    }
    if !related.is_empty() {
        value["relatedLocations"] = related
            .iter()
            .enumerate()
            .map(|(id, place)| {
                let mut location = location(place);
                location["id"] = id.into();
                location["message"] = json!({ "text": place.label });
                location
            })
            .collect();
    }
    value
}

fn location(place: &Place) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&place.file) } });
    // A token is one long line: bytes say where, lines do not.
    if let Some(span) = &place.span {
        physical["region"] = json!({ "byteOffset": span.start, "byteLength": span.end - span.start });
    }
    if let Some((line, column)) = place.line {
        physical["region"] = json!({ "startLine": line, "startColumn": column });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(pointer) = &place.pointer {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": pointer, "kind": "member" }]);
    }
    location
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a URI reference (RFC 3986): unreserved characters and `/` stand, all else is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
