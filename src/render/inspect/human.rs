//! How does a document look to a person? What it is, who stands behind it, what it says, what is wrong with it.

use super::chain::draw;
use super::facts::Facts;
use super::view::{ClientOutcome, ClientView, DocumentView, KeyView, TokenView};
use crate::render::diagnostic::{self, Locate};
use crate::render::style::{Ink, Style, width};
use crate::render::text;
use crate::token::{Kind, UserScope};
use crate::trust::Signer;

/// Columns of the labels of facts.
const LABELS: usize = 16;

/// One document in full, ending in a line break.
pub fn human(document: &DocumentView, style: Style, now: i64, locate: Locate<'_>) -> String {
    let mut out = String::new();
    style.push(&mut out, Ink::Strong, &text::escape(&document.path));
    out.push_str(": ");
    out.push_str(&title(document));
    out.push('\n');
    for token in &document.tokens {
        out.push('\n');
        if document.tokens.len() > 1 {
            out.push_str(&heading(document, token, locate));
        }
        write_token(&mut out, token, style, now);
    }
    write_keys(&mut out, document, style);
    if document.tokens.is_empty() && document.keys.is_empty() {
        out.push_str("\n  There is no token and no key in it.\n");
        if document.kind == "context" {
            out.push_str(
                "  `jwtfix check` follows what it names: give it the context in the place of credentials.\n",
            );
        }
    }
    for damage in &document.damage {
        let place = damage.span.as_ref().map(|span| format!("bytes {}-{}: ", span.start, span.end));
        fact(
            &mut out,
            "Damage",
            &format!("{}{}", place.unwrap_or_default(), text::escape_words(&damage.message)),
            style,
        );
    }
    facts(&mut out, "Clients", &clients(&document.clients, style), style);
    out.push('\n');
    for finding in &document.findings {
        out.push_str(&diagnostic::human(finding, style, locate));
    }
    out.push_str(&verdict(document, style, now));
    // What comes last leaves no empty line behind it.
    out.truncate(out.trim_end_matches('\n').len());
    out.push('\n');
    // Whatever stood in a name, a subject or a key that is none.
    text::redact(&out)
}

/// Where a token of several stands: `line 9, resolver_preload.AB…:`.
fn heading(document: &DocumentView, token: &TokenView, locate: Locate<'_>) -> String {
    let line = token.span.as_ref().and_then(|span| locate(&document.path, span.start));
    let line = line.map(|(line, ..)| format!("line {line}"));
    let within = (!token.within.is_empty()).then(|| text::escape(&token.within));
    let place: Vec<String> = line.into_iter().chain(within).collect();
    if place.is_empty() { String::new() } else { format!("  {}:\n\n", place.join(", ")) }
}

/// What the document is, in a few words with names.
pub fn title(document: &DocumentView) -> String {
    let container = match document.kind.as_str() {
        "token" | "creds" => String::new(),
        "text" => " in a text".to_owned(),
        "json" => " in JSON".to_owned(),
        _ => format!(" in a {}", document.title),
    };
    match (document.tokens.as_slice(), document.keys.as_slice()) {
        ([token], _) if document.kind != "config" => {
            let mut words = format!("{} {}", token_kind(token), name(token));
            if let Some(chain) = &token.chain {
                for link in chain.links.iter().skip(1) {
                    words.push_str(&format!(
                        " of {} {}",
                        link.claims.kind().word(),
                        text::name(&link.claims.data.name)
                    ));
                }
            }
            words + &container
        }
        ([], [key]) if matches!(document.kind.as_str(), "seed" | "public-key") => {
            match (key_form(key), key.belongs.first()) {
                (form, Some(belongs)) => format!("{form} of {}", text::escape_words(belongs)),
                (form, None) => format!("{} {form}", text::escape(&key.role)),
            }
        }
        (tokens, keys) => {
            let counts = [(tokens.len(), "token"), (keys.len(), "key")];
            let counts: Vec<String> = counts
                .into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, what)| text::count(number, what))
                .collect();
            match counts.is_empty() {
                true => document.title.clone(),
                false => format!("{} with {}", document.title, counts.join(" and ")),
            }
        }
    }
}

fn key_form(key: &KeyView) -> &'static str {
    match key.form {
        "seed" => "seed",
        "private-key" => "private key",
        _ => "public key",
    }
}

fn token_kind(token: &TokenView) -> &str {
    match token.kind.as_str() {
        "authorization_request" => "authorization request",
        "authorization_response" => "authorization response",
        "generic" => "generic token",
        "unknown" => "damaged token",
        kind => kind,
    }
}

fn name(token: &TokenView) -> String {
    token.name().map_or_else(|| "without a name".to_owned(), text::name)
}

fn write_token(out: &mut String, token: &TokenView, style: Style, now: i64) {
    let mut own = Vec::new();
    if let Some((matches, key)) = &token.seed {
        own.push(if *matches {
            (true, format!("the seed in this file is this {}'s", token_kind(token)))
        } else {
            (false, format!("the seed in this file is of another key: {}", style.key(key)))
        });
    }
    match &token.chain {
        Some(chain) => out.push_str(&draw(chain, &own, style, now)),
        None => {
            if let Some(subject) = token.subject() {
                out.push_str(&format!("  subject {}\n", style.key(subject)));
            }
            if let Some(issuer) = token.issuer() {
                out.push_str(&format!("  issuer  {}\n", style.key(issuer)));
            }
        }
    }
    if let Some(error) = &token.go_error {
        out.push('\n');
        fact(out, "nats-server", &format!("cannot read it: {}", text::escape_words(error)), style);
    }
    if let Some(claims) = &token.decoded {
        out.push('\n');
        for fact in Facts::of(claims, scope(token), is_signed(token), style, now) {
            facts(out, fact.label, &fact.lines, style);
        }
    } else if let Some(claims) = &token.claims {
        out.push('\n');
        let shown = super::json::to_text(&super::json::safe(claims, token.raw.is_some()));
        facts(out, "Claims", &shown.lines().take(200).map(str::to_owned).collect::<Vec<_>>(), style);
    }
    match token.layout {
        Some(layout) if layout != "v2" || style.verbose => fact(out, "Layout", layout, style),
        _ => {}
    }
    for remark in &token.remarks {
        fact(out, "Written oddly", &text::escape_words(remark), style);
    }
    if let Some(raw) = &token.raw {
        out.push('\n');
        out.push_str(&text::redact(&text::escape(raw)));
        out.push('\n');
    }
}

/// Whether it is known who signed a token.
fn is_signed(token: &TokenView) -> bool {
    let signer = token.chain.as_ref().and_then(|chain| chain.links.first()).map(|link| &link.signer);
    signer.is_some_and(|signer| *signer != Signer::Unknown)
}

/// The role that a user's signing key stands for.
fn scope(token: &TokenView) -> Option<&UserScope> {
    let [first, above, ..] = token.chain.as_ref()?.links.as_slice() else { return None };
    matches!(first.signer, Signer::Scoped { .. }).then_some(())?;
    above.claims.account()?.signing_keys.get(&first.claims.data.iss)?.as_deref()
}

fn write_keys(out: &mut String, document: &DocumentView, style: Style) {
    // In a credentials file the seed's line stands in the chain.
    if document.keys.is_empty() || document.tokens.iter().any(|token| token.seed.is_some()) {
        return;
    }
    out.push('\n');
    for key in &document.keys {
        let form = key_form(key);
        let belongs = match key.belongs.as_slice() {
            [] => String::new(),
            belongs => format!("   of {}", belongs.join(", ")),
        };
        let role = text::escape(&key.role);
        fact(
            out,
            &format!("{} {form}", capital(&role)),
            &format!("{}{belongs}", style.key(&key.public)),
            style,
        );
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn fact(out: &mut String, label: &str, line: &str, style: Style) {
    facts(out, label, &[line.to_owned()], style);
}

fn facts(out: &mut String, label: &str, lines: &[String], style: Style) {
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { format!("{label}:") } else { String::new() };
        out.extend(std::iter::repeat_n(' ', LABELS.saturating_sub(width(&label))));
        style.push(out, Ink::Label, &label);
        out.push(' ');
        out.push_str(line);
        out.push('\n');
    }
}

/// Who reads it and who does not, and what happens there: a line for each outcome.
fn clients(clients: &[ClientView], style: Style) -> Vec<String> {
    if !style.verbose && !clients.is_empty() && clients.iter().all(|c| c.outcome == ClientOutcome::Reads) {
        return vec![format!(
            "{} all {} read it (-v names them)",
            style.paint(Ink::Good, "✓"),
            clients.len()
        )];
    }
    let outcomes = [
        (ClientOutcome::Reads, ["reads it", "read it"]),
        (ClientOutcome::Breaks, ["cannot read it", "cannot read it"]),
        (
            ClientOutcome::LeaksSeed,
            [
                "sends the seed to the server instead of the token",
                "send the seed to the server instead of the token",
            ],
        ),
        (
            ClientOutcome::LeaksFile,
            [
                "sends the whole file, seed and all, to the server",
                "send the whole file, seed and all, to the server",
            ],
        ),
        (ClientOutcome::Hangs, ["loops for ever on it", "loop for ever on it"]),
    ];
    let line = |(outcome, [one, many]): (ClientOutcome, [&str; 2])| {
        let names: Vec<&str> = clients.iter().filter(|c| c.outcome == outcome).map(|c| c.client).collect();
        let good = outcome == ClientOutcome::Reads;
        let sign = if good { style.paint(Ink::Good, "✓") } else { style.paint(Ink::Error, "✗") };
        let words = if names.len() == 1 { one } else { many };
        (!names.is_empty()).then(|| format!("{sign} {} {words}", names.join(", ")))
    };
    outcomes.into_iter().filter_map(line).collect()
}

/// The last line: whether every link holds, and for when that was judged.
fn verdict(document: &DocumentView, style: Style, now: i64) -> String {
    let [token] = document.tokens.as_slice() else { return String::new() };
    let Some(chain) = &token.chain else { return String::new() };
    let judged = format!("(judged for {})", text::instant(now));
    let seed = token.seed.as_ref().is_none_or(|(matches, _)| *matches);
    if chain.holds() && seed {
        let words = match token.is(Kind::Operator) {
            true => "the signature holds".to_owned(),
            false => format!("every link up to operator {} holds", {
                text::name(&chain.operator().map(|link| link.claims.data.name.clone()).unwrap_or_default())
            }),
        };
        format!("{} {words} {judged}\n", style.paint(Ink::Good, "✓"))
    } else if let Some(last) = chain.open_at()
        && seed
    {
        let option = match last.claims.kind() {
            Kind::Account => "--operator FILE",
            _ => "--accounts DIR or --store DIR",
        };
        format!(
            "{} the signature holds; the chain ends at {} {judged}\n  give {option} to see who that is\n",
            style.paint(Ink::Warning, "?"),
            style.key(&last.claims.data.iss)
        )
    } else {
        format!("{} the chain does not hold {judged}\n", style.paint(Ink::Error, "✗"))
    }
}
