//! Are the imports of configured accounts allowed? The end of `parseAccounts`, once all accounts are known.
//!
//! Exports are added first, then imports, each held against what was added before.

use std::collections::{HashMap, HashSet};

use super::shares::{Export, Import, Share, Way};
use super::walk::{Walk, q};
use crate::file::config::Node;
use crate::file::version::Version;
use crate::server::load::mappings::is_function;
use crate::server::options::{ConfigExport, ConfigImport};
use crate::server::{subjects, version};

/// Accounts that a search for cycles walks through at most (`MaxAccountCycleSearchDepth`).
const DEEPEST: usize = 1024;

const NOT_A_SUBJECT: &str = "sublist: invalid subject";

/// What was added so far.
#[derive(Default)]
struct Added {
    /// Each account's exports, then imports.
    exports: HashMap<String, Vec<ConfigExport>>,
    imports: HashMap<String, Vec<ConfigImport>>,
}

/// Adds everything, and keeps what was added with the accounts.
pub(super) fn settle(walk: &mut Walk<'_>, node: &Node, shares: &[Share]) {
    let known: HashSet<String> = walk.options.accounts.iter().map(|a| a.name.clone()).collect();
    let mut added = Added::default();
    for service in [false, true] {
        let kind = if service { "service" } else { "stream" };
        for share in shares.iter().filter(|s| s.service == service) {
            let Way::Export(export) = &share.way else { continue };
            for account in export.accounts.iter().filter(|a| !known.contains(*a)) {
                walk.fail(node, format!("{} account not defined for {kind} export", q(account)));
            }
            // The option may be read before or after the accounts.
            let option = &["no_system_account", "no_system", "no_sys_acc"];
            walk.chance |= export.latency.is_some() && walk.config.root.any_case(option).next().is_some();
            if let Err(text) = added.export(share, export, walk.settings.no_system_account) {
                walk.fail(node, text);
            }
        }
    }
    for service in [false, true] {
        let kind = if service { "service" } else { "stream" };
        for share in shares.iter().filter(|s| s.service == service) {
            let Way::Import(import) = &share.way else { continue };
            if !known.contains(&import.account) {
                walk.fail(node, format!("{} account not defined for {kind} import", q(&import.account)));
                continue;
            }
            if let Err(text) = added.import(share, import, walk.version) {
                // Of two that make a cycle, the one that is added later is told.
                walk.chance |= text == CYCLE;
                walk.fail(node, format!("Error adding {kind} import {}: {text}", q(&share.subject)));
            }
        }
    }
    for account in &mut walk.options.accounts {
        account.exports = added.exports.remove(&account.name).unwrap_or_default();
        account.imports = added.imports.remove(&account.name).unwrap_or_default();
    }
}

const CYCLE: &str = "import forms a cycle";

impl Added {
    /// `addStreamExportWithAccountPos`, `addServiceExportWithResponseAndAccountPos`, `TrackServiceExportWithSampling`.
    fn export(&mut self, share: &Share, export: &Export, no_system: bool) -> Result<(), String> {
        let kind = if share.service { "service" } else { "stream" };
        let named = q(&share.subject);
        if export.position > 0 {
            let at = usize::try_from(export.position - 1).unwrap_or(usize::MAX);
            if share.subject.split('.').nth(at) != Some("*") {
                return Err(format!("Error adding {kind} export {named}: {NOT_A_SUBJECT}"));
            }
        }
        let exports = self.exports.entry(share.owner.clone()).or_default();
        let before = exports.iter().position(|e| e.service == share.service && e.subject == share.subject);
        let at = before.unwrap_or(exports.len());
        if before.is_none() {
            exports.push(ConfigExport {
                service: share.service,
                subject: share.subject.clone(),
                ..ConfigExport::default()
            });
        }
        if let Some(entry) = exports.get_mut(at) {
            entry.accounts.extend(export.accounts.iter().cloned());
            if !export.accounts.is_empty() || export.position > 0 {
                entry.position = export.position;
            }
        }
        let Some(results) = export.latency.as_ref().filter(|_| share.service) else { return Ok(()) };
        if no_system {
            return Err(format!(
                "Error adding service latency sampling for {named}: system account not setup"
            ));
        }
        let told = |text: &str| {
            Err(format!(
                "Error adding service latency sampling for {named} on subject {}: {text}",
                q(results)
            ))
        };
        let served = exports.iter().any(|e| e.service && subjects::is_subset(results, &e.subject));
        if !subjects::is_valid(results) || subjects::has_wildcard(results) || served {
            return told("invalid publish subject");
        }
        if !export.single { told("bad service response type") } else { Ok(()) }
    }

    /// `checkStreamExportApproved`, `checkServiceExportApproved`, `checkAuth`.
    fn approves(&self, import: &Import, share: &Share, subject: &str) -> bool {
        let exports = self.exports.get(&import.account).map(Vec::as_slice).unwrap_or_default();
        crate::server::options::approves(exports, share.service, subject, &share.owner)
    }

    fn import(&mut self, share: &Share, import: &Import, version: Version) -> Result<(), String> {
        let local = match share.service {
            true => self.service(share, import, version)?,
            false => self.stream(share, import, version)?,
        };
        self.imports.entry(share.owner.clone()).or_default().push(ConfigImport {
            service: share.service,
            account: import.account.clone(),
            subject: share.subject.clone(),
            local,
            written: match (import.to.as_str(), import.prefix.as_str()) {
                ("", "") => String::new(),
                (_, prefix) if !share.service && !prefix.is_empty() => {
                    format!("{}.{}", prefix.strip_suffix('.').unwrap_or(prefix), share.subject)
                }
                (to, _) => to.to_owned(),
            },
        });
        Ok(())
    }

    /// `addStreamImportWithClaim`, `addMappedStreamImportWithClaim`: the subject in the importing account.
    fn stream(&self, share: &Share, import: &Import, version: Version) -> Result<String, String> {
        let from = share.subject.as_str();
        if !subjects::is_valid(from) || !self.approves(import, share, from) {
            return Err("stream import not authorized".into());
        }
        let mut to = import.to.clone();
        if !import.prefix.is_empty() {
            if subjects::has_wildcard(&import.prefix) {
                return Err("stream import prefix can not contain wildcard tokens".into());
            }
            to = format!("{}.{from}", import.prefix.strip_suffix('.').unwrap_or(&import.prefix));
        }
        if to.is_empty() {
            to = from.to_owned();
        }
        let also_from = version.has(&version::STREAM_CYCLES_BY_SOURCE);
        for subject in [Some(to.as_str()), also_from.then_some(from)].into_iter().flatten() {
            let mut visited = HashSet::from([share.owner.as_str()]);
            self.cycles(&import.account, false, subject, &mut visited)?;
        }
        if subjects::has_wildcard(from) && to != from {
            transform(from, &tokenized(&to), version)
                .map_err(|e| mapping("stream", from, &to, &e, version))?;
            to = untokenized(&to);
        }
        let of_owner = self.imports.get(&share.owner).map(Vec::as_slice).unwrap_or_default();
        if of_owner.iter().any(|i| !i.service && i.account == import.account && i.subject == from) {
            return Err("stream import already exists".into());
        }
        Ok(to)
    }

    /// `AddServiceImport`: the subject in the importing account.
    fn service(&self, share: &Share, import: &Import, version: Version) -> Result<String, String> {
        let (mut from, to) = (import.to.clone(), share.subject.as_str());
        if from.is_empty() {
            from = to.to_owned();
        }
        if !subjects::is_valid(&from) || !subjects::is_valid(to) {
            return Err(NOT_A_SUBJECT.into());
        }
        if !self.approves(import, share, to) {
            return Err("service import not authorized".into());
        }
        let known = if subjects::has_wildcard(to) { untokenized(&from) } else { from.clone() };
        let mut visited = HashSet::from([share.owner.as_str()]);
        self.cycles(&import.account, true, &known, &mut visited)?;
        let per_exporter = version.has(&version::IMPORTS_PER_EXPORTER);
        let of_owner = self.imports.get(&share.owner).map(Vec::as_slice).unwrap_or_default();
        let before = of_owner
            .iter()
            .find(|i| i.service && i.local == from && (!per_exporter || i.account == import.account));
        if let Some(before) = before {
            return Err(format!(
                "duplicate service import subject {}, previously used in import for account {}, subject {}",
                q(&from),
                q(&before.account),
                q(&before.subject)
            ));
        }
        if subjects::has_wildcard(to) && to != from {
            let plain = untokenized(to);
            transform(&plain, &tokenized(&from), version)
                .map_err(|e| mapping("service", &from, &plain, &e, version))?;
            from = untokenized(&from);
        }
        Ok(from)
    }

    /// `checkServiceImportsForCycles`, `checkStreamImportsForCycles`.
    fn cycles<'a>(
        &'a self,
        account: &'a str,
        service: bool,
        subject: &str,
        visited: &mut HashSet<&'a str>,
    ) -> Result<(), String> {
        if visited.len() >= DEEPEST {
            return Err("search cycle depth exhausted".into());
        }
        let exports = self.exports.get(account).map(Vec::as_slice).unwrap_or_default();
        if !service && !exports.iter().any(|e| !e.service && subjects::is_subset(subject, &e.subject)) {
            return Ok(());
        }
        let imports = self.imports.get(account).map(Vec::as_slice).unwrap_or_default();
        for import in imports.iter().filter(|i| i.service == service) {
            let met = if service { &import.subject } else { &import.local };
            if !subjects::collide(subject, met) {
                continue;
            }
            if visited.contains(import.account.as_str()) {
                return Err(CYCLE.into());
            }
            visited.insert(account);
            let onward = if subjects::is_subset(&import.local, subject) { &import.local } else { subject };
            self.cycles(&import.account, service, onward, visited)?;
        }
        Ok(())
    }
}

fn mapping(kind: &str, from: &str, to: &str, error: &str, version: Version) -> String {
    let word = if version.has(&version::AUTH_CALLOUT) { "subject from" } else { "subject" };
    format!("failed to create mapping transform for {kind} import {word} {} to {}: {error}", q(from), q(to))
}

/// `transformTokenize`: stars numbered.
fn tokenized(subject: &str) -> String {
    let mut stars = 0;
    let numbered = subject.split('.').map(|token| {
        stars += usize::from(token == "*");
        if token == "*" { format!("${stars}") } else { token.to_owned() }
    });
    numbered.collect::<Vec<_>>().join(".")
}

/// `transformUntokenize`: numbers as stars again.
fn untokenized(subject: &str) -> String {
    let star = |token: &str| {
        let numbered =
            token.strip_prefix('$').is_some_and(|n| n.starts_with(|c: char| ('1'..='9').contains(&c)));
        if numbered || wildcard(token).is_some() { "*".to_owned() } else { token.to_owned() }
    };
    subject.split('.').map(star).collect::<Vec<_>>().join(".")
}

/// The number in `{{wildcard(1)}}`.
fn wildcard(token: &str) -> Option<usize> {
    let inner = token.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let (name, rest) = inner.split_once('(')?;
    let number = rest.strip_suffix(')')?.trim();
    name.trim().eq_ignore_ascii_case("wildcard").then(|| number.parse().ok())?
}

/// `NewSubjectTransformStrict`: whether a subject can be turned into another and back.
fn transform(source: &str, target: &str, version: Version) -> Result<(), String> {
    let wrong = |what: &str, token: &str| Err(format!("invalid mapping destination: {what} in {token}"));
    let full = |s: &str| s.split('.').next_back() == Some(">");
    let stars = source.split('.').filter(|t| *t == "*").count();
    if !subjects::is_valid(source)
        || !subjects::is_valid(target)
        || target.split('.').any(|t| t == "*")
        || full(source) != full(target)
    {
        return Err("invalid subject".into());
    }
    let mut used = 0;
    for token in target.split('.') {
        let number =
            token.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()).or_else(|| wildcard(token));
        if let Some(number) = number {
            used += 1;
            if number > stars {
                return wrong("wildcard index out of range", &format!("{token}: [{number}]"));
            }
        } else if token.len() > 4 && token.starts_with("{{") && token.ends_with("}}") {
            if version.has(&version::AUTH_CALLOUT) {
                let what = "the only mapping function allowed for import transforms is {{Wildcard()}}";
                return wrong(what, token);
            }
            if !is_function(token) {
                return wrong("unknown function", token);
            }
            used += 1;
        }
    }
    if used < stars {
        return wrong("not using all of the token wildcard(s)", target);
    }
    Ok(())
}
