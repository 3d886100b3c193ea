//! From a file that was read to the page that shows it.

use std::sync::Arc;

use super::view::{ClientView, DamageView, DocumentView, KeyView, TokenView};
use crate::file::What;
use crate::lint::{self, Place, reading};
use crate::nkey;
use crate::token::{Deviation, Kind, Token};
use crate::trust::{Fleet, OpenKey, OpenToken, Opened};

/// Everything there is to say of a file, with what is known of all that was given, at the Unix second `now`.
pub fn view(opened: &Opened, fleet: &Fleet, now: i64) -> DocumentView {
    let file = Place::file(Arc::clone(&opened.path));
    let mut view = DocumentView {
        path: Arc::clone(&opened.path),
        kind: opened.kind.word().into(),
        title: opened.kind.title().into(),
        clients: opened
            .clients
            .iter()
            .map(|&(client, outcome)| ClientView { client: client.name(), outcome })
            .collect(),
        ..DocumentView::default()
    };
    for damage in &opened.damage {
        match &damage.deviation {
            Some(deviation) => view.findings.push(reading::creds(deviation, &file)),
            None => view
                .damage
                .push(DamageView { message: damage.message.clone(), span: Some(damage.span.clone()) }),
        }
    }
    for token in &opened.tokens {
        let read = token.in_full();
        let shown = token_view(opened, token, &read, fleet, now);
        let place = file.clone().bytes(token.span.clone()).of(owner(&shown, &token.at));
        view.findings.extend(reading::token(&read, &place, now));
        if let Some((false, seed)) = &shown.seed {
            view.findings.push(reading::seed_mismatch(shown.subject().unwrap_or_default(), seed, &place));
        }
        if let Some(chain) = &shown.chain {
            view.findings.extend(reading::chain(chain, &place));
        }
        for message in &read.damage {
            view.damage.push(DamageView { message: message.clone(), span: Some(token.span.clone()) });
        }
        view.tokens.push(shown);
    }
    if opened.kind == crate::file::Kind::Creds {
        let seed = opened.keys.iter().find(|key| key.what == What::Seed);
        let role = seed.and_then(|key| Some(key.identity.as_ref()?.public?.role()));
        let token = opened.tokens.first().map(|token| &token.token);
        view.findings.extend(lint::creds_contents(token, role, &opened.clients, &file));
    }
    for key in &opened.keys {
        if let Some(identity) = &key.identity {
            let place = file.clone().bytes(key.span.clone());
            view.findings.extend(reading::key(identity, &place));
        }
        view.keys.extend(key_view(opened, key, fleet));
    }
    if let Some(mode) = opened.mode.filter(|mode| mode & 0o077 != 0 && opened.has_secret()) {
        view.findings.push(reading::mode(mode, &file));
    }
    view.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    view
}

/// Whose place it is, in words.
fn owner(token: &TokenView, at: &str) -> String {
    let name =
        token.name().map_or(String::new(), |name| format!(" \"{}\"", crate::render::text::escape(name)));
    let at = if at.is_empty() { String::new() } else { format!(" at {}", crate::render::text::escape(at)) };
    let kind = if token.kind == "unknown" { "damaged token" } else { &token.kind };
    format!("{kind}{name}{at}")
}

fn token_view(opened: &Opened, open: &OpenToken, read: &Token, fleet: &Fleet, now: i64) -> TokenView {
    let Token { kind, layout, header, claims, decoded, signature, refused, deviations, .. } = read;
    let chained = |kind: Kind| !matches!(kind, Kind::Generic | Kind::AuthorizationRequest);
    let chain = decoded
        .as_ref()
        .filter(|claims| chained(claims.kind()))
        .map(|claims| fleet.chain(claims, open.holds(), &opened.path, now));
    let subject = decoded.as_ref().map(|claims| claims.data.sub.as_str());
    let mut seeds = opened.seeds_of(open).peekable();
    let seed = match (subject, seeds.peek().cloned()) {
        // Seeds stand beside tokens in credentials; elsewhere they are keys of their own.
        (Some(subject), Some(first))
            if decoded.as_ref().is_some_and(|claims| claims.kind() == Kind::User) =>
        {
            let own = first == subject || seeds.any(|seed| seed == subject);
            Some((own, if own { subject.to_owned() } else { first }))
        }
        _ => None,
    };
    TokenView {
        kind: word(kind).into(),
        layout: layout.map(|layout| layout.word()),
        header: header.clone(),
        claims: claims.clone(),
        decoded: decoded.clone(),
        signature: signature.word(),
        go_error: refused.as_ref().map(ToString::to_string),
        span: Some(open.span.clone()),
        within: open.at.clone(),
        remarks: deviations.iter().filter_map(remark).collect(),
        chain,
        seed,
        ..TokenView::default()
    }
}

/// Kinds that the library does not know are generic; what they call themselves stands in the claims.
fn word(kind: &str) -> &str {
    let known = Kind::ALL.into_iter().map(Kind::word).chain(["server", "cluster", "unknown"]);
    if known.into_iter().any(|known| known == kind) { kind } else { Kind::Generic.word() }
}

/// What is told of the writing beside the findings: which library may have made it.
fn remark(deviation: &Deviation) -> Option<String> {
    match deviation {
        Deviation::Header(json) => Some(match json.as_str() {
            r#"{"typ":"JWT", "alg":"ed25519-nkey"}"# => "the header of nats.java".into(),
            r#"{"typ":"jwt","alg":"Ed25519"}"# => "the header of wascap".into(),
            r#"{"typ":"jwt","alg":"ed25519-nkey"}"# => "the header of drafts of May 2020".into(),
            other => format!("the header is {other}"),
        }),
        _ => None,
    }
}

fn key_view(opened: &Opened, key: &OpenKey, fleet: &Fleet) -> Option<KeyView> {
    let identity = key.identity.as_ref()?;
    let public = identity.public?.to_string();
    let role = match identity.kind {
        nkey::Kind::Public(role) | nkey::Kind::Seed(role) => role.word().to_owned(),
        kind => kind.to_string(),
    };
    Some(KeyView {
        role,
        belongs: fleet.belongs(&public),
        public,
        form: match key.what {
            What::Seed => "seed",
            What::PrivateKey => "private-key",
            _ => "public-key",
        },
        source: Arc::clone(&opened.path),
    })
}
