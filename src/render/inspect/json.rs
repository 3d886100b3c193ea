//! `jwtfix/inspect/v1`: what `inspect` found, for machines. The schema is `docs/schema/inspect-v1.json`.

use serde::Serialize;
use serde_json::Value;

use super::view::{DocumentView, Inspection, TokenView};
use crate::render::dto::{FindingDto, TimeDto};
use crate::render::text;
use crate::trust::{Link, Trusted};

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/inspect/v1";

#[derive(Serialize)]
struct InspectionDto<'a> {
    schema: &'static str,
    at: TimeDto,
    documents: Vec<DocumentDto<'a>>,
    unread: Vec<UnreadDto<'a>>,
}

#[derive(Serialize)]
struct UnreadDto<'a> {
    path: &'a str,
    error: &'a str,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct DocumentDto<'a> {
    path: &'a str,
    kind: &'a str,
    tokens: Vec<TokenDto<'a>>,
    keys: Vec<KeyDto<'a>>,
    damage: Vec<DamageDto<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clients: Vec<ClientDto>,
    findings: Vec<FindingDto<'a>>,
}

#[derive(Serialize)]
struct TokenDto<'a> {
    kind: &'a str,
    name: Option<&'a str>,
    layout: Option<&'static str>,
    header: Option<Value>,
    claims: Option<Value>,
    subject: Option<&'a str>,
    issuer: Option<&'a str>,
    issued: Option<TimeDto>,
    not_before: Option<TimeDto>,
    expires: Option<TimeDto>,
    signature: &'static str,
    go_error: Option<&'a str>,
    span: Option<[usize; 2]>,
    within: Option<&'a str>,
    seed_matches: Option<bool>,
    remarks: &'a [String],
    chain: Vec<LinkDto<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
}

#[derive(Serialize)]
struct LinkDto<'a> {
    kind: &'static str,
    name: &'a str,
    subject: &'a str,
    issuer: &'a str,
    source: &'a str,
    signature: bool,
    signed_by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    revoked: Option<RevokedDto<'a>>,
    timely: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted: Option<bool>,
    holds: bool,
}

#[derive(Serialize)]
struct RevokedDto<'a> {
    entry: &'a str,
    until: TimeDto,
}

#[derive(Serialize)]
struct KeyDto<'a> {
    role: &'a str,
    public: &'a str,
    form: &'static str,
    source: &'a str,
    belongs_to: &'a [String],
}

#[derive(Serialize)]
struct DamageDto<'a> {
    message: &'a str,
    span: Option<[usize; 2]>,
}

#[derive(Serialize)]
struct ClientDto {
    client: &'static str,
    outcome: &'static str,
}

/// The whole inspection as one JSON object, indented, ending in a line break. Nothing invisible is left unescaped, and no
/// seed and no token stands in it but where `raw` was asked for.
pub fn json(inspection: &Inspection) -> String {
    to_text(&InspectionDto {
        schema: SCHEMA,
        at: inspection.at.into(),
        documents: inspection.documents.iter().map(document).collect(),
        unread: inspection
            .unread
            .iter()
            .map(|unread| UnreadDto {
                path: &unread.path,
                error: &unread.error,
                hint: unread.hint.as_deref(),
            })
            .collect(),
    })
}

/// One document as JSON, of which `--field` takes a part.
pub fn document_value(document_view: &DocumentView) -> Value {
    serde_json::to_value(document(document_view)).unwrap_or_default()
}

/// Any value as indented JSON with everything invisible escaped.
pub fn to_text(value: &impl Serialize) -> String {
    // Findings quote what tokens say, and anybody may have written a seed into a token.
    let mut text = text::redact(&serde_json::to_string_pretty(value).unwrap_or_default());
    text.push('\n');
    text::visible_json(text)
}

fn document(document: &DocumentView) -> DocumentDto<'_> {
    DocumentDto {
        path: &document.path,
        kind: &document.kind,
        tokens: document.tokens.iter().map(token).collect(),
        keys: document
            .keys
            .iter()
            .map(|key| KeyDto {
                role: &key.role,
                public: &key.public,
                form: key.form,
                source: &key.source,
                belongs_to: &key.belongs,
            })
            .collect(),
        damage: document
            .damage
            .iter()
            .map(|damage| DamageDto {
                message: &damage.message,
                span: damage.span.as_ref().map(|span| [span.start, span.end]),
            })
            .collect(),
        clients: document
            .clients
            .iter()
            .map(|client| ClientDto { client: client.client, outcome: client.outcome.word() })
            .collect(),
        findings: document.findings.iter().map(FindingDto::from).collect(),
    }
}

fn token(token: &TokenView) -> TokenDto<'_> {
    TokenDto {
        kind: &token.kind,
        name: token.name(),
        layout: token.layout,
        header: token.header.clone().map(|value| safe(value, token.raw.is_some())),
        claims: token.claims.clone().map(|value| safe(value, token.raw.is_some())),
        subject: token.subject(),
        issuer: token.issuer(),
        issued: token.time(|claims| claims.data.iat, "iat").map(TimeDto::from),
        not_before: token.time(|claims| claims.data.nbf, "nbf").map(TimeDto::from),
        expires: token.time(|claims| claims.data.exp, "exp").map(TimeDto::from),
        signature: token.signature,
        go_error: token.go_error.as_deref(),
        span: token.span.as_ref().map(|span| [span.start, span.end]),
        within: Some(token.within.as_str()).filter(|within| !within.is_empty()),
        seed_matches: token.seed.as_ref().map(|(matches, _)| *matches),
        remarks: &token.remarks,
        chain: token.chain.iter().flat_map(|chain| &chain.links).map(link).collect(),
        raw: token.raw.as_deref(),
    }
}

fn link(link: &Link) -> LinkDto<'_> {
    LinkDto {
        kind: link.claims.kind().word(),
        name: &link.claims.data.name,
        subject: &link.claims.data.sub,
        issuer: &link.claims.data.iss,
        source: &link.source,
        signature: link.signature,
        signed_by: link.signer.word(),
        role: match &link.signer {
            crate::trust::Signer::Scoped { role } => Some(role),
            _ => None,
        },
        revoked: link
            .revoked
            .as_ref()
            .map(|revoked| RevokedDto { entry: &revoked.entry, until: revoked.until.into() }),
        timely: link.timely,
        trusted: match link.trusted {
            Trusted::Unasked => None,
            Trusted::At(_) => Some(true),
            Trusted::NotAt(_) => Some(false),
        },
        holds: link.holds(),
    }
}

/// The claims without what nobody may read off a screen: seeds, passwords of an authorization request, tokens inside.
pub(in crate::render) fn safe(value: Value, tokens: bool) -> Value {
    match value {
        Value::String(text) if !tokens && is_token(&text) => {
            Value::String(format!("(a token of {} characters; --raw prints it)", text.len()))
        }
        Value::String(text) => Value::String(text::redact(&text)),
        Value::Array(elements) => {
            Value::Array(elements.into_iter().map(|element| safe(element, tokens)).collect())
        }
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let hidden = matches!(name.as_str(), "pass" | "auth_token" | "password")
                        && value.as_str().is_some_and(|text| !text.is_empty());
                    let value =
                        if hidden { Value::String("(hidden)".to_owned()) } else { safe(value, tokens) };
                    (text::redact(&name), value)
                })
                .collect(),
        ),
        other => other,
    }
}

/// Three parts of base64, of which the first is a JSON object.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3
}
