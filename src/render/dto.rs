//! The shapes of jwtfix's JSON. They are their own types, never the core's, so that neither holds the other back.

use serde::Serialize;

use crate::audit::{self, Report};
use crate::lint::{Finding, Fix, Place, Safety};

/// A finding: `code`, `severity`, `message`, `places`, `server`, `help`, `fix`.
#[derive(Serialize)]
pub struct FindingDto<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    places: Vec<PlaceDto<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixDto<'a>>,
    fingerprint: String,
}

#[derive(Serialize)]
struct PlaceDto<'a> {
    file: &'a str,
    pointer: Option<&'a str>,
    span: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
}

#[derive(Serialize)]
struct FixDto<'a> {
    title: &'a str,
    safe: bool,
}

impl<'a> From<&'a Finding> for FindingDto<'a> {
    fn from(finding: &'a Finding) -> Self {
        FindingDto {
            code: finding.code(),
            severity: finding.severity.word(),
            message: &finding.message,
            places: finding.places.iter().map(PlaceDto::from).collect(),
            server: finding.server.as_deref(),
            help: &finding.help,
            fix: finding.fix.as_ref().map(FixDto::from),
            fingerprint: audit::fingerprint(finding),
        }
    }
}

impl<'a> From<&'a Place> for PlaceDto<'a> {
    fn from(place: &'a Place) -> Self {
        PlaceDto {
            file: &place.file,
            pointer: place.pointer.as_deref(),
            span: place.span.as_ref().map(|span| [span.start, span.end]),
            line: place.line.map(|(line, _)| line),
            column: place.line.map(|(_, column)| column),
            text: place.text.as_deref(),
            label: &place.label,
            owner: place.owner.as_deref(),
        }
    }
}

impl<'a> From<&'a Fix> for FixDto<'a> {
    fn from(fix: &'a Fix) -> Self {
        FixDto { title: &fix.title, safe: fix.safety == Safety::Safe }
    }
}

/// Unix seconds, and the same in RFC 3339.
#[derive(Serialize)]
pub struct TimeDto {
    unix: i64,
    rfc3339: Option<String>,
}

impl From<i64> for TimeDto {
    fn from(unix: i64) -> Self {
        TimeDto { unix, rfc3339: jiff::Timestamp::from_second(unix).ok().map(|at| at.to_string()) }
    }
}

/// The head of a `jwtfix/report/v1`: everything but its findings.
#[derive(Serialize)]
pub(super) struct ReportHead<'a> {
    schema: &'static str,
    version: &'static str,
    at: TimeDto,
    inputs: InputsDto,
    summary: Summary,
    unread: Vec<UnreadDto<'a>>,
    /// Those that are counted and not listed.
    more_unread: u64,
    stale_ignores: &'a [String],
    expirations: Vec<ExpirationDto<'a>>,
    endless: u64,
    later: u64,
    graph: GraphDto<'a>,
}

/// When credentials end, the soonest first.
#[derive(Serialize)]
pub(super) struct ExpirationsDto<'a> {
    schema: &'static str,
    at: TimeDto,
    expirations: Vec<ExpirationDto<'a>>,
    /// Those that never end.
    endless: u64,
    /// Those that end later than all that are listed.
    later: u64,
}

impl<'a> From<&'a Report> for ExpirationsDto<'a> {
    fn from(report: &'a Report) -> Self {
        ExpirationsDto {
            schema: "jwtfix/expirations/v1",
            at: report.at.into(),
            expirations: report.expirations.iter().map(|e| ExpirationDto::new(e, report.at)).collect(),
            endless: report.endless,
            later: report.later,
        }
    }
}

#[derive(Serialize)]
struct InputsDto {
    files: u64,
    bytes: u64,
    operators: u64,
    accounts: u64,
    users: u64,
    others: u64,
    configs: u64,
}

#[derive(Serialize)]
struct Summary {
    error: u64,
    warning: u64,
    note: u64,
    ignored: u64,
    baselined: u64,
    /// Counted above, too many to be listed.
    not_listed: u64,
}

#[derive(Serialize)]
struct UnreadDto<'a> {
    path: &'a str,
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// When one credential ends.
#[derive(Serialize)]
pub(super) struct ExpirationDto<'a> {
    kind: &'a str,
    name: &'a str,
    subject: &'a str,
    file: &'a str,
    expires: Option<TimeDto>,
    expired: bool,
}

impl<'a> ExpirationDto<'a> {
    pub(super) fn new(expiration: &'a audit::Expiration, at: i64) -> Self {
        ExpirationDto {
            kind: expiration.kind,
            name: &expiration.name,
            subject: &expiration.subject,
            file: &expiration.file,
            expires: expiration.expires.map(TimeDto::from),
            expired: expiration.expires.is_some_and(|expires| expires < at),
        }
    }
}

#[derive(Serialize)]
struct GraphDto<'a> {
    accounts: &'a std::collections::BTreeMap<String, String>,
    imports: Vec<EdgeDto<'a>>,
    /// Imports that are not listed.
    more: u64,
}

#[derive(Serialize)]
struct EdgeDto<'a> {
    importer: &'a str,
    exporter: &'a str,
    subject: &'a str,
    kind: &'static str,
    broken: Option<&'a str>,
}

impl<'a> From<&'a Report> for ReportHead<'a> {
    fn from(report: &'a Report) -> Self {
        use crate::lint::Severity::{Error, Note, Warning};
        let audit::Inputs { files, bytes, operators, accounts, users, others, configs } = report.inputs;
        ReportHead {
            schema: super::report::SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            at: report.at.into(),
            inputs: InputsDto { files, bytes, operators, accounts, users, others, configs },
            summary: Summary {
                error: report.count(Error),
                warning: report.count(Warning),
                note: report.count(Note),
                ignored: report.ignored,
                baselined: report.baselined,
                not_listed: report.dropped(),
            },
            unread: report
                .unread
                .iter()
                .map(|unread| UnreadDto {
                    path: &unread.path,
                    error: &unread.error,
                    hint: unread.hint.as_deref(),
                })
                .collect(),
            more_unread: report.unread.more(),
            stale_ignores: &report.stale_ignores,
            expirations: report.expirations.iter().map(|e| ExpirationDto::new(e, report.at)).collect(),
            endless: report.endless,
            later: report.later,
            graph: GraphDto {
                accounts: &report.graph.accounts,
                more: report.graph.more,
                imports: report
                    .graph
                    .edges
                    .iter()
                    .map(|edge| EdgeDto {
                        importer: &edge.importer,
                        exporter: &edge.exporter,
                        subject: &edge.subject,
                        kind: if edge.service { "service" } else { "stream" },
                        broken: edge.broken.as_deref(),
                    })
                    .collect(),
            },
        }
    }
}
