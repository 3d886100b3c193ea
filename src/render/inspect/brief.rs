//! One line for a file: when there are many.

use super::human::title;
use super::view::DocumentView;
use crate::lint::Severity;
use crate::render::style::{Ink, Style};
use crate::render::text;

/// What it is, whether its chain holds, when it ends, and what is wrong, ending in a line break.
pub fn brief(document: &DocumentView, style: Style, now: i64) -> String {
    let worst = document.findings.iter().map(|finding| finding.severity).max();
    let open = document.open_at();
    let sign = match worst {
        Some(Severity::Error) => style.paint(Ink::Error, "✗"),
        _ if !document.damage.is_empty() => style.paint(Ink::Error, "✗"),
        Some(Severity::Warning) => style.paint(Ink::Warning, "!"),
        _ if open.is_some() => style.paint(Ink::Warning, "?"),
        _ => style.paint(Ink::Good, "✓"),
    };
    let mut line = format!("{sign} {}: {}", text::escape(&document.path), title(document));
    if let Some(last) = open {
        line.push_str(&format!(", its chain ends at {}", style.key(&last.claims.data.iss)));
    }
    let ends =
        document.tokens.iter().filter_map(|token| token.decoded.as_ref().map(|claims| claims.data.exp));
    if let Some(exp) = ends.filter(|exp| *exp > 0).min() {
        let verb = if exp < now { "expired" } else { "expires" };
        line.push_str(&format!(", {verb} {}", text::relative(exp, now)));
    }
    let mut codes: Vec<&str> = document
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .map(|finding| finding.code())
        .collect();
    codes.dedup();
    if !codes.is_empty() {
        line.push_str(&format!(" [{}]", codes.join(", ")));
    } else if let Some(damage) = document.damage.first() {
        line.push_str(&format!(" ({})", text::escape_words(&damage.message)));
    }
    line.push('\n');
    text::redact(&line)
}
