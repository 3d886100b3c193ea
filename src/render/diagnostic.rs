//! How does a finding look to a person? Like rustc's diagnostic, with claim paths where line numbers stand.

use super::style::{Ink, Style, pad, width};
use super::text;
use crate::lint::{Finding, Place, Severity};

/// Which line (from 1) and column (from 1) a byte of a file stands on, and that line, where the file is known.
pub type Locate<'a> = &'a dyn Fn(&str, usize) -> Option<(usize, usize, String)>;

/// The columns that a claim's text may take.
const WIDEST: usize = 72;

/// The finding as people read it, ending in a blank line.
pub fn human(finding: &Finding, style: Style, locate: Locate<'_>) -> String {
    let mut out = String::new();
    let severity = finding.severity;
    style.push(&mut out, severity.into(), &format!("{}[{}]", severity.word(), finding.code()));
    style.push(&mut out, Ink::Strong, &format!(": {}", words(&finding.message, style)));
    out.push('\n');
    let gutter = gutter(finding, locate);
    for (index, place) in finding.places.iter().enumerate() {
        write_place(&mut out, place, index == 0, severity, gutter, style, locate);
    }
    if finding.server.is_some() || !finding.help.is_empty() {
        line(&mut out, gutter, "|", "", style);
    }
    if let Some(server) = &finding.server {
        note(&mut out, gutter, "server", server, style);
    }
    for help in &finding.help {
        note(&mut out, gutter, "help", help, style);
    }
    out.push('\n');
    text::redact(&out)
}

/// Columns for line numbers: as many as the widest needs, one at least.
fn gutter(finding: &Finding, locate: Locate<'_>) -> usize {
    finding
        .places
        .iter()
        .filter_map(|place| {
            // A claim path stands in the text, not in the gutter.
            place.pointer.is_none().then_some(())?;
            locate(&place.file, place.span.as_ref()?.start)
        })
        .map(|(line, ..)| line.to_string().len())
        .max()
        .unwrap_or(1)
}

fn line(out: &mut String, gutter: usize, bar: &str, rest: &str, style: Style) {
    out.extend(std::iter::repeat_n(' ', gutter + 1));
    style.push(out, Ink::Label, bar);
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(rest);
    }
    out.push('\n');
}

fn note(out: &mut String, gutter: usize, label: &str, words: &str, style: Style) {
    let mut first = true;
    for words in words.lines() {
        let words = text::escape_words(words);
        if first {
            line(out, gutter, "=", &format!("{}: {words}", style.paint(Ink::Strong, label)), style);
        } else {
            line(out, gutter, " ", &format!("{}  {words}", " ".repeat(label.len())), style);
        }
        first = false;
    }
}

fn write_place(
    out: &mut String,
    place: &Place,
    primary: bool,
    severity: Severity,
    gutter: usize,
    style: Style,
    locate: Locate<'_>,
) {
    let located = match (&place.pointer, &place.span) {
        (None, Some(span)) => locate(&place.file, span.start).map(|at| (at, span.len())),
        _ => None,
    };
    out.extend(std::iter::repeat_n(' ', gutter));
    style.push(out, Ink::Label, if primary { "-->" } else { ":::" });
    out.push(' ');
    out.push_str(&text::escape(&place.file));
    match (&located, &place.span) {
        _ if place.line.is_some() => {
            out.extend(place.line.map(|(line, column)| format!(":{line}:{column}")));
        }
        (Some(((line, column, _), _)), _) => out.push_str(&format!(":{line}:{column}")),
        (None, Some(span)) if place.pointer.is_none() && !span.is_empty() => {
            out.push_str(&format!(" (bytes {}-{})", span.start, span.end));
        }
        _ => {}
    }
    if let Some(owner) = &place.owner {
        out.push_str(&format!(" ({})", words(owner, style)));
    }
    out.push('\n');
    let ink = if primary { severity.into() } else { Ink::Label };
    let mark = if primary { "^" } else { "-" };
    match (&place.pointer, located) {
        (Some(pointer), _) => {
            let label = if pointer.is_empty() { "(payload)".to_owned() } else { path(pointer) };
            let shown = place.text.as_deref().map(|text| shown(text, style)).unwrap_or_default();
            line(out, gutter, "|", "", style);
            let moment = moment(pointer, &shown).unwrap_or_default();
            line(
                out,
                gutter,
                "|",
                format!("{}  {shown}{moment}", style.paint(Ink::Strong, &label)).trim_end(),
                style,
            );
            let marked = if shown.is_empty() { width(&label) } else { width(&shown) };
            let indent = if shown.is_empty() { 0 } else { width(&label) + 2 };
            underline(out, gutter, indent, marked, &place.label, ink, mark, style);
        }
        // A line that is blacked out shows nothing.
        (None, Some(((.., source), _))) if source.trim_matches('·').trim().is_empty() => {}
        (None, Some(((number, column, source), length))) => {
            let before: String = source.chars().take(column.saturating_sub(1)).collect();
            // A long line is shown from a little before the place.
            let skipped = before.chars().count().saturating_sub(40);
            let before: String = before.chars().skip(skipped).collect();
            let visible = text::clip(&source.chars().skip(skipped).collect::<String>(), 100);
            let source = text::redact(&text::escape_words(&visible));
            line(out, gutter, "|", "", style);
            style.push(out, Ink::Label, &pad(&number.to_string(), gutter + 1));
            style.push(out, Ink::Label, "|");
            out.push(' ');
            out.push_str(&source);
            out.push('\n');
            let indent = width(&text::escape_words(&before));
            let room = width(&source).saturating_sub(indent).max(1);
            underline(out, gutter, indent, length.clamp(1, room), &place.label, ink, mark, style);
        }
        (None, None) => {
            let shown = place.text.as_deref().map(|text| shown(text, style)).unwrap_or_default();
            if !shown.is_empty() || !place.label.is_empty() {
                line(out, gutter, "|", "", style);
            }
            if shown.is_empty() {
                if !place.label.is_empty() {
                    line(out, gutter, "|", &style.paint(ink, &words(&place.label, style)), style);
                }
            } else {
                line(out, gutter, "|", &shown, style);
                underline(out, gutter, 0, width(&shown), &place.label, ink, mark, style);
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn underline(
    out: &mut String,
    gutter: usize,
    indent: usize,
    length: usize,
    label: &str,
    ink: Ink,
    mark: &str,
    style: Style,
) {
    let mut marked = mark.repeat(length.max(1));
    if !label.is_empty() {
        marked.push(' ');
        marked.push_str(&words(label, style));
    }
    line(out, gutter, "|", &format!("{}{}", " ".repeat(indent), style.paint(ink, &marked)), style);
}

/// A sentence: escaped, its keys short unless all is asked for. Commands and what a server logs are left as they are.
fn words(sentence: &str, style: Style) -> String {
    text::with_keys(&text::escape_words(sentence), style.verbose).into_owned()
}

/// A claim's text: escaped, one line, bounded; never a secret.
fn shown(found: &str, style: Style) -> String {
    text::redact(&text::clip(&words(found, style), WIDEST))
}

/// What a claim that is a time in Unix seconds says to people; nothing of any other claim.
fn moment(pointer: &str, shown: &str) -> Option<String> {
    let name = pointer.rsplit('/').next()?;
    let is_time = matches!(name, "iat" | "nbf" | "exp") || pointer.contains("/revocations/");
    let unix = shown.parse().ok().filter(|unix| is_time && *unix > 0)?;
    Some(format!("  ({})", text::instant(unix)))
}

/// A JSON pointer as people write paths: `nats.limits.conn`, `nats.exports[2].subject`.
pub fn path(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(&format!("[{part}]"));
        } else if part.is_empty() || part.contains(['.', '[', ']', '"', ' ', '/', '*', '>']) {
            out.push_str(&format!("[\"{}\"]", text::escape(&part)));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&text::escape(&part));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Check, Rule};

    static RULE: Rule = Rule {
        code: "account-issuer-untrusted",
        area: "chain",
        severity: Severity::Error,
        title: "an account is signed by an operator that the server does not trust",
        explanation: "",
        citation: "",
        versions: "all",
        check: Check::Gate,
    };

    #[test]
    fn a_finding_reads_like_a_compilers() {
        let finding = Finding::new(
            &RULE,
            "account is signed by an operator this server does not trust",
            Place::file("/var/a.jwt")
                .at("/iss")
                .showing("\"OCXM5T…YFH3\"")
                .saying("not one of the 3 keys")
                .of("account \"BILLING\""),
        )
        .and(Place::file("nats.conf").bytes(10..30).saying("trusts \"acme\""))
        .server("Account JWT lookup error: account validation failed")
        .help("put the new one in\nand restart");
        let locate = |file: &str, at: usize| {
            (file == "nats.conf" && at == 10).then(|| (12, 11, "operator: \"/etc/nats/acme.jwt\"".to_owned()))
        };
        assert_eq!(
            human(&finding, Style::default(), &locate),
            "error[account-issuer-untrusted]: account is signed by an operator this server does not trust\n\
             \x20 --> /var/a.jwt (account \"BILLING\")\n\
             \x20  |\n\
             \x20  | iss  \"OCXM5T…YFH3\"\n\
             \x20  |      ^^^^^^^^^^^^^ not one of the 3 keys\n\
             \x20 ::: nats.conf:12:11\n\
             \x20  |\n\
             12 | operator: \"/etc/nats/acme.jwt\"\n\
             \x20  |           -------------------- trusts \"acme\"\n\
             \x20  |\n\
             \x20  = server: Account JWT lookup error: account validation failed\n\
             \x20  = help: put the new one in\n\
             \x20          and restart\n\n"
        );
    }

    #[test]
    fn a_time_is_said_as_people_read_it() {
        assert_eq!(moment("/exp", "1795445000").as_deref(), Some("  (2026-11-23 14:43:20 UTC)"));
        assert!(moment("/nats/revocations/*", "1795445000").is_some());
        assert_eq!(moment("/exp", "0"), None);
        assert_eq!(moment("/nats/limits/conn", "1795445000"), None);
    }

    #[test]
    fn paths_are_read_as_people_write_them() {
        assert_eq!(path("/nats/limits/conn"), "nats.limits.conn");
        assert_eq!(path("/nats/exports/2/subject"), "nats.exports[2].subject");
        assert_eq!(path("/nats/mappings/a.b"), "nats.mappings[\"a.b\"]");
        assert_eq!(path("/a~1b"), "[\"a/b\"]");
    }
}
