//! Which imports of an account work on this server, and why do the others not?
//!
//! A client of an account comes in whatever becomes of its imports: what the exporter does not allow is silently
//! inactive (server.md 4.3, 4.4). Only accounts that the imports name are looked at.

use std::borrow::Cow;
use std::collections::HashSet;

use super::approval::{Barred, Exporter, OutOfTime, Permit, Wanted, approve};
use super::{Account, Held};
use crate::server::decision::{Level, LogLine};
use crate::server::{subjects, tokens};
use crate::token::{self, ExportType, Import};

/// Accounts that a search for cycles walks through at most (`MaxAccountCycleSearchDepth`).
const DEEPEST: usize = 1024;

/// One import, and whether it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportState {
    /// The exporter.
    pub account: String,
    /// The exporter's subject.
    pub subject: String,
    /// Stream or service.
    pub kind: ExportType,
    /// Why it does not work, in words; `None`: it does.
    pub inactive: Option<String>,
    /// What the server logs about it.
    pub line: Option<LogLine>,
}

/// An import that the server does not put in force: its error, and the reason in words.
struct Refused {
    text: String,
    why: String,
}

fn refused(text: impl Into<String>, why: impl Into<String>) -> Refused {
    Refused { text: text.into(), why: why.into() }
}

/// `updateAccountClaims`, its loop over the imports.
pub(super) fn states(held: &Held<'_>, account: &Account) -> Vec<ImportState> {
    let Some(body) = account.body() else { return Vec::new() };
    let label = match account.name() {
        "" => account.key.clone(),
        name => format!("{}/{name}", account.key),
    };
    let mut streams = HashSet::new();
    let mut states = Vec::with_capacity(body.imports.len());
    for import in body.imports.iter().flatten() {
        let (inactive, line) = match import_state(held, account, import, &mut streams) {
            Ok(()) => (None, None),
            Err((None, refused)) => (Some(refused.why), Some(LogLine::new(Level::Error, refused.text))),
            Err((Some(()), refused)) => {
                let kind = import.kind.word();
                let text = format!("Error adding {kind} import to account [{label}]: {}", refused.text);
                (Some(refused.why), Some(LogLine::new(Level::Debug, text)))
            }
        };
        states.push(ImportState {
            account: import.account.clone(),
            subject: import.subject.clone(),
            kind: import.kind,
            inactive,
            line,
        });
    }
    states
}

/// `Err((None, …))`: there is no exporter; `Err((Some(()), …))`: it does not allow the import.
fn import_state<'i>(
    held: &Held<'_>,
    account: &Account,
    import: &'i Import,
    streams: &mut HashSet<(&'i str, &'i str)>,
) -> Result<(), (Option<()>, Refused)> {
    let lookup = held.lookup(&import.account);
    let Some(exporter) = lookup.held() else {
        let (error, why) = match (&lookup.refusal, &lookup.unknown) {
            (Some(refusal), _) => {
                let texts: Vec<&str> = refusal.conditions.iter().map(|c| c.text.as_str()).collect();
                (refusal.text.clone(), texts.join("; "))
            }
            (None, unknown) => {
                (String::new(), format!("it is not known: {}", unknown.as_deref().unwrap_or_default()))
            }
        };
        let text = format!(
            "Can't locate account [{}] for import of [{}] {} (err={error})",
            import.account,
            import.subject,
            import.kind.word()
        );
        return Err((None, refused(text, format!("the exporter {} cannot be used: {why}", import.account))));
    };
    let kind = import.kind.word();
    let told = |why: Barred| (Some(()), refused(format!("{kind} import not authorized"), why.to_string()));
    let remote = remote(import);
    if import.kind == ExportType::Service
        && !(subjects::is_valid(local(import).as_ref()) && subjects::is_valid(remote))
    {
        return Err((
            Some(()),
            refused("invalid subject", "one of its subjects is none that a server knows"),
        ));
    }
    authorized(held, exporter, account, import, remote).map_err(told)?;
    if import.kind == ExportType::Stream
        && subjects::has_wildcard(&import.to)
        && import.local_subject.is_empty()
    {
        let text = "stream import prefix can not contain wildcard tokens";
        return Err((Some(()), refused(text, "its prefix has a wildcard")));
    }
    let mut visited = HashSet::from([account.key.clone()]);
    if cycles(held, exporter, import.kind, &local(import), &mut visited) {
        let why = "the exporter imports the same subject from this account: whoever is loaded first has it";
        return Err((Some(()), refused("import forms a cycle", why)));
    }
    if import.kind == ExportType::Stream
        && !streams.insert((import.account.as_str(), import.subject.as_str()))
    {
        return Err((Some(()), refused("stream import already exists", "it is imported already")));
    }
    Ok(())
}

/// The exporter's subject.
pub(crate) fn remote(import: &Import) -> &str {
    match import.kind {
        ExportType::Service if import.local_subject.is_empty() && !import.to.is_empty() => &import.to,
        _ => &import.subject,
    }
}

/// The subject in the importing account.
pub(crate) fn local(import: &Import) -> Cow<'_, str> {
    match (import.kind, import.local_subject.as_str(), import.to.as_str()) {
        (ExportType::Service, "", _) | (_, "", "") => Cow::from(import.subject.as_str()),
        (_, "", to) => Cow::from(format!("{}.{}", to.trim_end_matches('.'), import.subject)),
        (_, renamed, _) => {
            let star = |t: &'_ str| if t.starts_with('$') && t.len() > 1 { "*" } else { t }.to_owned();
            Cow::from(renamed.split('.').map(star).collect::<Vec<_>>().join("."))
        }
    }
}

/// `checkStreamExportApproved` and `checkServiceExportApproved`.
fn authorized(
    held: &Held<'_>,
    exporter: &Account,
    importer: &Account,
    import: &Import,
    subject: &str,
) -> Result<(), Barred> {
    let exports = exporter.body().map(|body| body.exports.as_slice()).unwrap_or_default();
    let signs = |key: &str| exporter.signer(key).is_some();
    let exporter = Exporter { key: &exporter.key, exports, signs: &signs };
    let wanted = Wanted { importer: &importer.key, kind: import.kind, subject };
    approve(&exporter, &wanted, &|| permit(held, import)).map(|_| ())
}

/// What the import's activation token says.
fn permit(held: &Held<'_>, import: &Import) -> Result<Permit, Barred> {
    let server = &held.server;
    if import.token.is_empty() {
        return Err(Barred::NoToken);
    }
    let claims = tokens::activation(import.token.as_bytes(), server.version)
        .map_err(|bad| Barred::Undecodable(bad.text))?;
    let issues = tokens::issues(&claims, server.now, server.version);
    let issue = issues.iter().find(|issue| issue.level == token::Level::Error).map(|i| i.text.clone());
    let data = &claims.data;
    // For `exp` a server asks twice: as every validation does, and then whether a timer could still be set.
    let time = if data.exp != 0 && data.exp <= server.now {
        Some(OutOfTime::Over)
    } else if data.nbf > server.now {
        Some(OutOfTime::NotYet)
    } else {
        None
    };
    Ok(Permit {
        subject: data.sub.clone(),
        issuer: data.iss.clone(),
        issuer_account: claims.issuer_account().to_owned(),
        iat: data.iat,
        time,
        issue,
    })
}

/// `checkServiceImportsForCycles` and `checkStreamImportsForCycles`. Imports of the exporter count where they are
/// allowed; whether they are part of another cycle is not asked again.
fn cycles(
    held: &Held<'_>,
    exporter: &Account,
    kind: ExportType,
    subject: &str,
    visited: &mut HashSet<String>,
) -> bool {
    let Some(body) = exporter.body() else { return false };
    if visited.len() >= DEEPEST {
        return true;
    }
    let streams = kind == ExportType::Stream;
    let exported =
        |s: &str| body.exports.iter().flatten().any(|e| e.kind == kind && subjects::is_subset(s, &e.subject));
    if streams && !exported(subject) {
        return false;
    }
    for import in body.imports.iter().flatten().filter(|i| i.kind == kind) {
        let own = local(import);
        // A service is compared by the subject that it goes on to, a stream by the one that it comes in at.
        let met = if streams { own.as_ref() } else { remote(import) };
        if !subjects::collide(subject, met) {
            continue;
        }
        let lookup = held.lookup(&import.account);
        let Some(next) = lookup.held() else { continue };
        if authorized(held, next, exporter, import, remote(import)).is_err() {
            continue;
        }
        if visited.contains(&import.account) {
            return true;
        }
        visited.insert(exporter.key.clone());
        let onward = if subjects::is_subset(&own, subject) { own.as_ref() } else { subject };
        if cycles(held, next, kind, onward, visited) {
            return true;
        }
    }
    false
}
