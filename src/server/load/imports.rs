//! Which imports of an account work on this server, and why do the others not?
//!
//! A client of an account comes in whatever becomes of its imports: what the exporter does not allow is silently
//! inactive (server.md 4.3, 4.4). Only accounts that the imports name are looked at.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

use super::approval::{Barred, Exporter, Offer, Permit, Wanted, approve};
use super::{Account, Held};
use crate::server::decision::{Level, LogLine};
use crate::server::{Version, subjects, tokens};
use crate::token::{ExportType, Import};

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
    if cycles(held, account.key.clone(), &exporter.key, import.kind, &local(import)) {
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
    let exporter = Exporter { key: &exporter.key, signs: &signs };
    let offers = exports.iter().flatten().map(Offer::of);
    let wanted = Wanted { importer: &importer.key, kind: import.kind, subject };
    let permit = || permit(import, held.server.now, held.server.version);
    approve(&exporter, offers, &wanted, &permit).map(|_| ())
}

/// What the import's activation token says.
pub(crate) fn permit(import: &Import, now: i64, version: Version) -> Result<Permit, Barred> {
    if import.token.is_empty() {
        return Err(Barred::NoToken);
    }
    let claims =
        tokens::activation(import.token.as_bytes(), version).map_err(|bad| Barred::Undecodable(bad.text))?;
    let issues = tokens::issues(&claims, now, version);
    Ok(Permit::of(&claims, &issues, now))
}

/// Accounts and what they take from each other, as a search for cycles walks through them.
pub(crate) trait Web {
    /// Stands for an account.
    type Node: Clone + Eq + Hash;

    /// Whether an export of this account holds the subject.
    fn exports(&self, account: &Self::Node, kind: ExportType, subject: &str) -> bool;

    /// The imports of this account that its exporters allow and that meet the subject ([`meets`]): the exporter, and the
    /// subject in the account.
    fn meeting(&self, account: &Self::Node, kind: ExportType, subject: &str) -> Vec<(Self::Node, String)>;
}

/// A service is compared by the subject that it goes on to, a stream by the one that it comes in at.
pub(crate) fn meets(kind: ExportType, subject: &str, remote: &str, own: &str) -> bool {
    subjects::collide(subject, if kind == ExportType::Stream { own } else { remote })
}

/// `checkServiceImportsForCycles` and `checkStreamImportsForCycles`: whether what `importer` imports under `subject` from
/// `exporter` comes, in the end, from the importer itself or an account on the way. Whether the imports on the way are
/// part of another cycle is not asked again.
pub(crate) fn cycles<W: Web>(
    web: &W,
    importer: W::Node,
    exporter: &W::Node,
    kind: ExportType,
    subject: &str,
) -> bool {
    come_back(web, exporter, kind, subject, &mut Visited { importer, others: HashSet::new() })
}

/// Accounts on the way of a search for cycles. Mostly it ends at the first exporter, and `others` needs no memory.
struct Visited<N> {
    importer: N,
    others: HashSet<N>,
}

fn come_back<W: Web>(
    web: &W,
    exporter: &W::Node,
    kind: ExportType,
    subject: &str,
    visited: &mut Visited<W::Node>,
) -> bool {
    if visited.others.len() + 1 >= DEEPEST {
        return true;
    }
    if kind == ExportType::Stream && !web.exports(exporter, kind, subject) {
        return false;
    }
    for (next, own) in web.meeting(exporter, kind, subject) {
        if visited.importer == next || visited.others.contains(&next) {
            return true;
        }
        visited.others.insert(exporter.clone());
        let onward = if subjects::is_subset(&own, subject) { own.as_str() } else { subject };
        if come_back(web, &next, kind, onward, visited) {
            return true;
        }
    }
    false
}

impl Web for Held<'_> {
    type Node = String;

    fn exports(&self, account: &String, kind: ExportType, subject: &str) -> bool {
        let lookup = self.lookup(account);
        let exports = lookup.held().and_then(|account| account.body()).map(|body| body.exports.as_slice());
        let mut exports = exports.unwrap_or_default().iter().flatten();
        exports.any(|export| export.kind == kind && subjects::is_subset(subject, &export.subject))
    }

    fn meeting(&self, account: &String, kind: ExportType, subject: &str) -> Vec<(String, String)> {
        let lookup = self.lookup(account);
        let Some(account) = lookup.held() else { return Vec::new() };
        let imports = account.body().map(|body| body.imports.as_slice()).unwrap_or_default();
        let mut meeting = Vec::new();
        for import in imports.iter().flatten().filter(|import| import.kind == kind) {
            let (own, remote) = (local(import), remote(import));
            if meets(kind, subject, remote, &own)
                && let Some(next) = self.lookup(&import.account).held()
                && authorized(self, next, account, import, remote).is_ok()
            {
                meeting.push((import.account.clone(), own.into_owned()));
            }
        }
        meeting
    }
}
