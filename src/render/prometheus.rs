//! Expirations as a textfile for Prometheus' node exporter.

use std::io::{self, Write};

use super::text::is_invisible;
use crate::audit::Report;
use crate::lint::Severity;

/// Writes one gauge for each credential that ends, and the counts of findings.
pub fn prometheus(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# HELP jwtfix_expires_seconds When the credential ends, Unix seconds.")?;
    writeln!(out, "# TYPE jwtfix_expires_seconds gauge")?;
    for expiration in &report.expirations {
        let Some(expires) = expiration.expires else { continue };
        writeln!(
            out,
            "jwtfix_expires_seconds{{kind=\"{}\",name=\"{}\",subject=\"{}\",file=\"{}\"}} {expires}",
            expiration.kind,
            label(&expiration.name),
            label(&expiration.subject),
            label(&expiration.file)
        )?;
    }
    writeln!(out, "# HELP jwtfix_findings Findings of the last audit.")?;
    writeln!(out, "# TYPE jwtfix_findings gauge")?;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        writeln!(out, "jwtfix_findings{{severity=\"{}\"}} {}", severity.word(), report.count(severity))?;
    }
    writeln!(out, "# HELP jwtfix_audit_seconds The time that the audit was judged for, Unix seconds.")?;
    writeln!(out, "# TYPE jwtfix_audit_seconds gauge")?;
    writeln!(out, "jwtfix_audit_seconds {}", report.at)
}

/// Escapes a label's value as the exposition format asks.
fn label(text: &str) -> String {
    let shown: String =
        text.chars().map(|c| if c != '\n' && is_invisible(c) { '\u{fffd}' } else { c }).collect();
    shown.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
