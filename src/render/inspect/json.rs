//! `jwtfix/inspect/v1`: what `inspect` found, for machines. The schema is `docs/schema/inspect-v1.json`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::view::{DocumentView, Inspection, TokenView};
use crate::audit::Unread;
use crate::render::dto::{FindingDto, TimeDto};
use crate::render::text;
use crate::trust::{Link, Trusted};

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/inspect/v1";

/// What stands before the documents.
#[derive(Serialize)]
struct Head {
    schema: &'static str,
    at: TimeDto,
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

/// Writes an inspection as one JSON object, indented, ending in a line break, a document at a time. Nothing invisible is
/// left unescaped, and no seed and no token stands in it but where it was asked for.
pub struct Json<'o> {
    out: &'o mut dyn Write,
    any: bool,
}

impl<'o> Json<'o> {
    /// Begins one that is judged for the Unix second `at`.
    ///
    /// # Errors
    /// Those of `out`, as of all that follows.
    pub fn begin(at: i64, out: &'o mut dyn Write) -> io::Result<Json<'o>> {
        let head = indented(&Head { schema: SCHEMA, at: at.into() }, "");
        let open = head.strip_suffix("\n}").expect("a struct becomes a JSON object");
        write!(out, "{open},\n  \"documents\": [")?;
        Ok(Json { out, any: false })
    }

    /// The text of a document, which many may make at once.
    pub fn page(view: &DocumentView) -> String {
        indented(&document(view), "    ")
    }

    /// Writes the text of the next document.
    ///
    /// # Errors
    /// See [`begin`](Self::begin).
    pub fn push(&mut self, page: &str) -> io::Result<()> {
        write!(self.out, "{}\n    {page}", if self.any { "," } else { "" })?;
        self.any = true;
        Ok(())
    }

    /// Ends it with what could not be read.
    ///
    /// # Errors
    /// See [`begin`](Self::begin).
    pub fn end<'u>(self, unread: impl Iterator<Item = &'u Unread>) -> io::Result<()> {
        let told = |unread: &'u Unread| UnreadDto {
            path: &unread.path,
            error: &unread.error,
            hint: unread.hint.as_deref(),
        };
        let unread = indented(&unread.map(told).collect::<Vec<_>>(), "  ");
        writeln!(self.out, "{}],\n  \"unread\": {unread}\n}}", if self.any { "\n  " } else { "" })
    }
}

/// A whole inspection, as [`Json`] writes it.
pub fn json(inspection: &Inspection) -> String {
    let mut out = Vec::new();
    let mut write = || {
        let mut json = Json::begin(inspection.at, &mut out)?;
        inspection.documents.iter().try_for_each(|document| json.push(&Json::page(document)))?;
        json.end(inspection.unread.iter())
    };
    write().expect("memory takes everything");
    String::from_utf8(out).expect("it is made of texts")
}

/// Any value as indented JSON with everything invisible escaped, ending in a line break.
pub fn to_text(value: &impl Serialize) -> String {
    indented(value, "") + "\n"
}

/// A value as JSON, of which each line but the first has `margin` before it.
fn indented(value: &impl Serialize, margin: &str) -> String {
    // Findings quote what tokens say, and anybody may have written a seed into a token.
    let text = text::redact(&serde_json::to_string_pretty(value).unwrap_or_default());
    let text = text::visible_json(text);
    // A line end can only stand between values: in a string it is escaped.
    if margin.is_empty() { text } else { text.replace('\n', &format!("\n{margin}")) }
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
        header: token.header.as_ref().map(|value| safe(value, token.raw.is_some())),
        claims: token.claims.as_ref().map(|value| safe(value, token.raw.is_some())),
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
pub(in crate::render) fn safe(value: &Value, tokens: bool) -> Value {
    match value {
        Value::String(text) if !tokens && is_token(text) => {
            Value::String(format!("(a token of {} characters; --raw prints it)", text.len()))
        }
        Value::String(text) => Value::String(text::redact(text)),
        Value::Array(elements) => elements.iter().map(|element| safe(element, tokens)).collect(),
        Value::Object(members) => {
            let shown = |(name, value): (&String, &Value)| {
                let hidden = matches!(name.as_str(), "pass" | "auth_token" | "password")
                    && value.as_str().is_some_and(|text| !text.is_empty());
                (text::redact(name), if hidden { "(hidden)".into() } else { safe(value, tokens) })
            };
            Value::Object(members.iter().map(shown).collect())
        }
        other => other.clone(),
    }
}

/// Three parts of base64, of which the first is a JSON object.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3
}
