//! How does a check look to a person? Whether the server starts; for each client the verdict, both sides' words, and why.

use super::json::rights_from;
use super::view::{Checked, ClientResult, RunningResult, ServerResult};
use crate::render::diagnostic::{self, Locate};
use crate::render::style::{Ink, Style, pad};
use crate::render::text;
use crate::server::decision::{Granted, RightsFrom, Step, SubjectRights};
use crate::server::gates::gate;
use crate::server::{Decision, Outcome, Verdict};

/// The whole check, ending in a line break.
pub fn human(checked: &Checked, style: Style, locate: Locate<'_>) -> String {
    let mut out = String::new();
    server(&mut out, &checked.server, style, locate);
    for result in &checked.results {
        out.push('\n');
        client(&mut out, result, style, checked.at, locate);
    }
    out
}

fn server(out: &mut String, server: &ServerResult, style: Style, locate: Locate<'_>) {
    let (ink, sign, words) = match server.verdict {
        "starts" => (Ink::Good, "✓", "starts"),
        "fails" => (Ink::Error, "✗", "does not start"),
        _ => (Ink::Warning, "?", "may or may not start"),
    };
    out.push_str(&format!(
        "{} nats-server {} {words} with {}\n",
        style.paint(ink, sign),
        server.version,
        style.paint(Ink::Strong, &text::escape(&server.path))
    ));
    if let Some(error) = &server.error {
        for (at, error) in error.lines().enumerate() {
            line(out, if at == 0 { "it ends with" } else { "" }, &text::escape_words(error), style);
        }
    }
    for warning in &server.warnings {
        line(out, "it warns", &text::escape_words(warning), style);
    }
    for missing in &server.missing {
        line(out, "not known", &text::escape_words(missing), style);
    }
    if let Some(from) = &server.accounts_from {
        line(
            out,
            "accounts",
            &format!("from {}, and not from the configuration's resolver", text::escape(from)),
            style,
        );
    }
    if style.verbose
        && let Some(digest) = &server.digest
    {
        line(out, "digest", digest, style);
    }
    if let Some(running) = &server.running {
        live(out, running, style);
    }
    findings(out, &server.findings, style, locate);
}

/// What the running server says of itself.
fn live(out: &mut String, live: &RunningResult, style: Style) {
    let running = &live.running;
    let (ink, sign, words) = match live.verdict() {
        "same" => (Ink::Good, "✓", "runs what the files say"),
        _ => (Ink::Error, "✗", "does not run what the files say"),
    };
    let loaded =
        running.loaded.map_or_else(String::new, |at| format!(", configuration read {}", text::instant(at)));
    out.push_str(&format!(
        "{} the server at {} {words} (nats-server {}{loaded})\n",
        style.paint(ink, sign),
        style.paint(Ink::Strong, &text::escape(&live.url)),
        text::escape(&running.version_text)
    ));
}

fn findings(out: &mut String, findings: &[crate::lint::Finding], style: Style, locate: Locate<'_>) {
    if !findings.is_empty() {
        out.push('\n');
    }
    for finding in findings {
        out.push_str(&diagnostic::human(finding, style, locate));
    }
}

pub(in crate::render) fn line(out: &mut String, label: &str, words: &str, style: Style) {
    out.push_str("    ");
    style.push(out, Ink::Label, &pad(label, 13));
    out.push(' ');
    out.push_str(words);
    out.push('\n');
}

fn client(out: &mut String, result: &ClientResult, style: Style, now: i64, locate: Locate<'_>) {
    let decision = &result.decision;
    out.push_str(&format!(
        "{}: {}\n",
        style.paint(Ink::Strong, &text::escape(&result.path)),
        text::escape_words(&result.who)
    ));
    verdict(out, decision, style, now);
    if style.verbose {
        out.push('\n');
        for step in &decision.steps {
            walked(out, step, style);
        }
    } else {
        further(out, decision, style);
    }
    if let Some(granted) = &decision.granted {
        rights(out, granted, decision.verdict, style, now);
    }
    findings(out, &result.findings, style, locate);
}

fn verdict(out: &mut String, decision: &Decision, style: Style, now: i64) {
    let judged = format!("(judged for {})", text::instant(now));
    let asked = decision.gate.and_then(gate).map_or("", |gate| gate.asks);
    match decision.verdict {
        Verdict::Accept => {
            out.push_str(&format!(
                "{} the server lets this client in {judged}\n",
                style.paint(Ink::Good, "✓")
            ));
        }
        Verdict::Refuse => {
            out.push_str(&format!(
                "{} the server refuses this client {judged}\n",
                style.paint(Ink::Error, "✗")
            ));
        }
        Verdict::Unknown => {
            out.push_str(&format!(
                "{} whether the server lets this client in cannot be known here {judged}\n",
                style.paint(Ink::Warning, "?")
            ));
        }
    }
    if let Some(id) = decision.gate {
        line(out, "at gate", &format!("{id}: {asked}"), style);
    }
    if let Some(seen) = &decision.client_sees {
        line(out, "client sees", &text::escape_words(seen), style);
    }
    for logged in &decision.server_logs {
        line(out, "server logs", &text::redact(&text::escape_words(&logged.to_string())), style);
    }
    if decision.verdict != Verdict::Accept && !decision.reason.is_empty() {
        line(out, "because", &prose(&decision.reason, style), style);
    }
    let assumed = decision.verdict != Verdict::Refuse || style.verbose;
    for missing in decision.missing.iter().filter(|_| assumed) {
        let label = if decision.verdict == Verdict::Accept { "assuming" } else { "not known" };
        line(out, label, &prose(missing, style), style);
    }
    if decision.verdict == Verdict::Refuse
        && let Some(gate) = decision.gate.and_then(gate)
    {
        line(out, "to do", gate.remedy, style);
    }
}

/// What refuses behind the first refusal: a server shows one, a person wants all.
fn further(out: &mut String, decision: &Decision, style: Style) {
    let others: Vec<&Step> = decision.refusals().filter(|step| Some(step.gate) != decision.gate).collect();
    if others.is_empty() {
        return;
    }
    out.push_str("  and when that is put right:\n");
    for step in others {
        walked(out, step, style);
    }
}

fn walked(out: &mut String, step: &Step, style: Style) {
    let (ink, sign) = match step.outcome {
        Outcome::Pass => (Ink::Good, "✓"),
        Outcome::Refuse => (Ink::Error, "✗"),
        Outcome::Unknown => (Ink::Warning, "?"),
        Outcome::NotAsked => (Ink::Dim, "-"),
    };
    let asks = gate(step.gate).map_or("", |gate| gate.asks);
    out.push_str(&format!("    {} {} {asks}\n", style.paint(ink, sign), pad(step.gate, 7)));
    if !step.found.is_empty() && (step.outcome != Outcome::Pass || style.verbose) {
        out.push_str(&format!("              {}\n", prose(&step.found, style)));
    }
}

fn rights(out: &mut String, granted: &Granted, verdict: Verdict, style: Style, now: i64) {
    if verdict == Verdict::Refuse && !style.verbose {
        return;
    }
    out.push('\n');
    let name = |key: &str, name: &str| match name {
        "" => style.key(key),
        name => format!("{} {}", text::name(name), style.key(key)),
    };
    line(out, "account", &name(&granted.account, &granted.account_name), style);
    if !granted.user.is_empty() {
        line(out, "user", &name(&granted.user, &granted.user_name), style);
    }
    let from = match granted.rights_from {
        RightsFrom::Nowhere => String::new(),
        from => format!("   (from the {})", rights_from(from).replace('-', "'s ")),
    };
    line(out, "publish", &format!("{}{from}", subjects(&granted.publish, "nothing")), style);
    line(out, "subscribe", &format!("{}{from}", subjects(&granted.subscribe, "everything")), style);
    if let Some(responses) = granted.responses {
        let max = if responses.max < 0 { "any number of".into() } else { text::grouped(responses.max) };
        line(out, "reply", &format!("{max} to a request, {}", text::nanoseconds(responses.expires)), style);
    }
    if let Some(expires) = granted.expires {
        line(out, "until", &text::time(expires, now), style);
    }
    if !granted.connection_types.is_empty() {
        line(out, "connects by", &text::escape(&granted.connection_types.join(", ")), style);
    }
    for inactive in &granted.inactive {
        line(out, "inactive", &prose(inactive, style), style);
    }
}

/// What was found, for a terminal: keys in the form that the verbosity asks for.
pub(in crate::render) fn prose(words: &str, style: Style) -> String {
    let shown = text::redact(&text::escape_words(words));
    let short = |word: &str| {
        let key = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if key.len() == 56 { word.replace(key, &text::key(key, style.verbose)) } else { word.to_owned() }
    };
    shown.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// Rights in words; `empty` is what an allow list without an element allows.
fn subjects(rights: &SubjectRights, empty: &str) -> String {
    let list = |subjects: &[String]| {
        let shown: Vec<String> =
            subjects.iter().take(8).map(|subject| text::clip(&text::escape(subject), 64)).collect();
        let more = subjects.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let mut words = match rights.allow.as_deref() {
        None => "everything".to_owned(),
        Some([]) => empty.to_owned(),
        Some(allowed) => list(allowed),
    };
    if !rights.deny.is_empty() {
        words.push_str(&format!(" but not {}", list(&rights.deny)));
    }
    words
}
