//! `jwtfix/recovery/v1`: every file with where it comes from, as one JSON object. It has no secret in it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Ending;
use super::next::next;
use crate::render::inspect::to_text;
use crate::render::{TimeDto, text};
use crate::repair::{Content, Item, Missing, Recovery, Remark, Source};

/// The schema's name.
pub const SCHEMA: &str = "jwtfix/recovery/v1";

#[derive(Serialize)]
struct RecoveryDto<'a> {
    schema: &'static str,
    version: &'static str,
    at: TimeDto,
    written: bool,
    files: Vec<FileDto<'a>>,
    missing: Vec<MissingDto<'a>>,
    unusable: Vec<UnusableDto>,
    unread: Vec<String>,
    next: Vec<NextDto>,
}

#[derive(Serialize)]
struct FileDto<'a> {
    path: String,
    what: &'static str,
    kind: Option<&'static str>,
    name: Option<String>,
    subject: Option<String>,
    issuer: Option<String>,
    signed: Option<TimeDto>,
    /// Why it is not in the store.
    aside: Option<&'static str>,
    reason: Option<String>,
    remarks: Vec<&'static str>,
    from: Vec<SourceDto<'a>>,
}

#[derive(Serialize)]
struct SourceDto<'a> {
    file: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    at: &'a str,
}

#[derive(Serialize)]
struct MissingDto<'a> {
    what: &'static str,
    kind: &'static str,
    key: String,
    of: Option<&'a str>,
    needed_by: Option<usize>,
}

#[derive(Serialize)]
struct UnusableDto {
    file: String,
    reason: String,
}

#[derive(Serialize)]
struct NextDto {
    what: &'static str,
    command: String,
}

/// The recovery for machines.
pub fn json(recovery: &Recovery, ending: Ending<'_>, now: i64) -> String {
    // A token that stands in the store and in credentials comes from the same places.
    let mut paths: BTreeMap<usize, String> = BTreeMap::new();
    to_text(&RecoveryDto {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        at: now.into(),
        written: !matches!(ending, Ending::Planned),
        files: recovery.items.iter().map(|item| file(recovery, item, &mut paths)).collect(),
        missing: recovery.missing.iter().map(missing).collect(),
        unusable: recovery
            .found
            .broken
            .iter()
            .map(|broken| UnusableDto {
                file: text::redact(&broken.file.to_string_lossy()),
                reason: text::redact(&broken.reason),
            })
            .collect(),
        unread: recovery.found.unread.iter().map(|error| text::redact(&error.to_string())).collect(),
        next: next(recovery, ending).into_iter().map(|(what, command)| NextDto { what, command }).collect(),
    })
}

fn file<'a>(recovery: &'a Recovery, item: &'a Item, paths: &mut BTreeMap<usize, String>) -> FileDto<'a> {
    let token = recovery.token(item);
    let of = |text: &str| Some(text::redact(text));
    let (what, key, name) = match &item.what {
        Content::Token(_) => ("token", None, None),
        Content::Creds(..) => ("creds", None, None),
        Content::Made { subject, name, .. } => ("made-token", of(subject), of(name)),
        Content::Seed(key) => ("seed", Some(key.to_string()), None),
        Content::Public(key) => ("public-key", Some(key.to_string()), None),
        Content::Mark { name, .. } => ("mark", None, of(name)),
    };
    let kind = match &item.what {
        Content::Made { kind, .. } => Some(kind.word()),
        Content::Seed(key) | Content::Public(key) => Some(key.role().word()),
        _ => token.map(|token| token.kind.word()),
    };
    let from = recovery.sources(item).map(|source: &Source| SourceDto {
        file: paths
            .entry(source.file)
            .or_insert_with(|| text::redact(&recovery.found.files[source.file].to_string_lossy()))
            .clone(),
        at: &source.at,
    });
    let reason = item.aside.as_ref().map(|why| match why {
        crate::repair::Why::Refused(reason) => text::redact(reason),
        why => why.title().to_owned(),
    });
    FileDto {
        path: text::redact(&item.path.to_string_lossy()),
        what,
        kind,
        name: name.or_else(|| token.map(|token| text::redact(&token.name))),
        subject: key.or_else(|| token.map(|token| text::redact(&token.subject))),
        issuer: token.map(|token| text::redact(&token.issuer)),
        signed: token.map(|token| token.iat.into()),
        aside: item.aside.as_ref().map(crate::repair::Why::word),
        reason,
        remarks: item.remarks.iter().map(|remark: &Remark| remark.word()).collect(),
        from: from.collect(),
    }
}

fn missing(missing: &Missing) -> MissingDto<'_> {
    match missing {
        Missing::Token(kind, key, count) => MissingDto {
            what: "token",
            kind: kind.word(),
            key: text::redact(key),
            of: None,
            needed_by: Some(*count),
        },
        Missing::Seed(key, kind, of) => MissingDto {
            what: "seed",
            kind: kind.word(),
            key: text::redact(key),
            of: Some(of),
            needed_by: None,
        },
    }
}
