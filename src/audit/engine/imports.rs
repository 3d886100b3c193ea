//! Which imports does no export answer? Asked of what was kept of all accounts, with the code that decides for one server:
//! [`crate::server::load`].

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use super::across::{Teller, View};
use super::facts::{Import, Imports, Standing};
use super::graph::Edges;
use crate::audit::{Unread, Unreads};
use crate::lint::imports::code;
use crate::lint::{Finding, shell};
use crate::server::load::{Barred, Exporter, Permit, Wanted, Web, approve, cycles, meets, signer};
use crate::server::subjects;
use crate::token::{ExportType, quote};

/// The imports of an account, each against its exporter.
pub(super) fn of_account(
    teller: &mut Teller<'_>,
    web: &ByFacts<'_>,
    index: usize,
    edges: &mut Edges,
    unread: &mut Unreads,
) {
    let view = teller.view;
    let account = &view.facts.accounts[index];
    if account.refused() {
        return;
    }
    for import in view.facts.imports(account).iter() {
        let import = &import;
        let exporter = web.exporter(import);
        exporter.into_iter().for_each(|exporter| web.mark(import, exporter));
        // A server has none of the imports of an account that it refuses for what it says.
        if account.standing == Standing::Invalid {
            edges.add(view, account, import, Some("servers refuse the importing account"));
            continue;
        }
        let matter = web.matter(index, import, exporter);
        edges.add(view, account, import, matter.as_ref().map(|(_, message)| message.as_str()));
        let Some((code, message)) = matter else { continue };
        teller.account(index, code, &|rule| {
            let pointer = format!("/nats/imports/{}", import.index);
            let unneeded = code == "import-token-unneeded";
            let label = if unneeded { "needs no token" } else { "does not work" };
            let place = view.place(index).at(pointer).showing(import.subject).saying(label);
            let kind = import.kind.word();
            let mut finding = Finding::new(rule, message.clone(), place);
            if let Some(exporter) = exporter {
                finding = finding.and(view.place(exporter).at("/nats/exports").saying("the exporter"));
            }
            let line = match code {
                _ if unneeded => return finding,
                "import-cycle" => "import forms a cycle".to_owned(),
                "import-exporter-missing" | "import-exporter-refused" => {
                    let exporter = view.facts.keys.text(import.exporter);
                    let line = format!(
                        "Can't locate account [{exporter}] for import of [{}] {kind}",
                        import.subject
                    );
                    return finding.server(line);
                }
                _ => format!("{kind} import not authorized"),
            };
            let label = match view.recall(index) {
                Some(recalled) if !recalled.claims.data.name.is_empty() => {
                    format!("{}/{}", account.text(), recalled.claims.data.name)
                }
                _ => account.text(),
            };
            finding.server(format!("Error adding {kind} import to account [{label}]: {line}"))
        });
    }
    if web.left.load(Relaxed) == 0 && !web.told.swap(true, Relaxed) {
        unread.push(Unread {
            path: view.path_of(account),
            error: format!(
                "imports are tied to more than {FOLLOWED} others: from here on cycles are not searched"
            ),
            hint: None,
        });
    }
}

/// Exports of these accounts that no account imports of.
pub(super) fn unused(teller: &mut Teller<'_>, accounts: Range<usize>) {
    let view = teller.view;
    if view.facts.accounts.len() < 2 {
        return;
    }
    for index in accounts {
        let account = &view.facts.accounts[index];
        if view.find(&account.key) != Some(index) || account.standing > Standing::Untimely {
            continue;
        }
        // The system account's are offered to everybody by nsc.
        let unused = view.facts.unused_exports(account);
        for export in unused.filter(|export| !export.offer.subject.starts_with("$SYS.")) {
            teller.account(index, "export-unused", &|rule| {
                let offer = &export.offer;
                let what = format!("{} {}", offer.kind.word(), quote(offer.subject.as_bytes()));
                let message = format!("no account that is here imports {what} of {}", view.words(index));
                let pointer = format!("/nats/exports/{}", export.index);
                let name = view.recall(index).map(|account| account.claims.data.name.clone()).unwrap_or_default();
                Finding::new(
                    rule,
                    message,
                    view.place(index).at(pointer).showing(offer.subject).saying("unused"),
                )
                .help(shell::filled(
                    "if nobody elsewhere imports it, remove it: nsc delete export --account NAME --subject SUBJECT",
                    &[("NAME", &name), ("SUBJECT", offer.subject)],
                ))
            });
        }
    }
}

/// Imports that the search for cycles follows in all.
const FOLLOWED: u32 = 10_000_000;

/// The accounts, as the decision asks for them.
pub(super) struct ByFacts<'a> {
    view: &'a View<'a>,
    left: AtomicU32,
    told: AtomicBool,
}

impl<'a> ByFacts<'a> {
    pub(super) fn new(view: &'a View<'a>) -> Self {
        ByFacts { view, left: AtomicU32::new(FOLLOWED), told: AtomicBool::new(false) }
    }

    /// The account that an import is from.
    fn exporter(&self, import: &Import<'_>) -> Option<usize> {
        self.view.find(&self.view.facts.keys.account(import.exporter)?)
    }

    /// Marks the exports that this import can be meant to be of.
    fn mark(&self, import: &Import<'_>, exporter: usize) {
        for export in self.view.facts.unused_exports(&self.view.facts.accounts[exporter]) {
            let offer = &export.offer;
            if offer.kind == import.kind
                && (offer.subject == import.subject || subjects::is_subset(import.subject, offer.subject))
            {
                export.mark_used();
            }
        }
    }

    /// What keeps an import from working, as a code and in words; the exporter, where it is here.
    fn matter(
        &self,
        importer: usize,
        import: &Import<'_>,
        found: Option<usize>,
    ) -> Option<(&'static str, String)> {
        let (view, facts) = (self.view, self.view.facts);
        // Words are made where there is something to say.
        let exporter = || facts.keys.text(import.exporter);
        let what = || format!("{} {}", import.kind.word(), quote(import.subject.as_bytes()));
        let Some(found) = found else {
            // A key that is no account's is told by the account's own validation.
            let bytes = facts.keys.account(import.exporter)?;
            let (what, exporter) = (what(), exporter());
            if view.damaged.contains(&bytes) {
                let words = format!("the import of {what} is from {exporter}, whose token cannot be read");
                return Some(("import-exporter-refused", words));
            }
            // Of a single file nothing else was given.
            return (facts.accounts.len() > 1).then(|| {
                let words = format!("the import of {what} is from an account that is not here: {exporter}");
                ("import-exporter-missing", words)
            });
        };
        let account = &facts.accounts[found];
        if !view.is_taken(account) {
            let words =
                format!("the import of {} is from {}, whose token servers refuse", what(), exporter());
            return Some(("import-exporter-refused", words));
        }
        let export = match self.approve(importer, import, found) {
            Ok(export) => export,
            Err(barred) => {
                let words = format!("the import of {} from {} does not work: {barred}", what(), exporter());
                return Some((code(&barred)?, words));
            }
        };
        // Who imports nothing passes nothing on.
        if account.has_imports() && cycles(self, importer, &found, import.kind, import.own) {
            let words = format!("the import of {} from {} comes back to this account", what(), exporter());
            return Some(("import-cycle", words));
        }
        let public = || facts.exports(account).nth(export).is_some_and(|export| !export.offer.private);
        (import.token && public()).then(|| {
            let words = format!(
                "the import of {} from {} has an activation token, and needs none",
                what(),
                exporter()
            );
            ("import-token-unneeded", words)
        })
    }

    fn approve(&self, importer: usize, import: &Import<'_>, exporter: usize) -> Result<usize, Barred> {
        let (view, facts) = (self.view, self.view.facts);
        let account = &facts.accounts[exporter];
        let (key, wanting) = (account.public(), facts.accounts[importer].public());
        let signs = |text: &str| {
            let recalled = view.recall(exporter);
            let body = recalled.as_ref().and_then(|recalled| recalled.claims.account());
            signer(body, &key.to_string(), view.trust.is_strict(account.issuer), text).is_some()
        };
        let exporter = Exporter { key: &key, signs: &signs };
        let wanted = Wanted { importer: &wanting, kind: import.kind, subject: import.subject };
        let permit = || match import.pass {
            None if import.token => Err(Barred::Undecodable("it is no activation".into())),
            None => Err(Barred::NoToken),
            Some(pass) => Ok(Permit {
                subject: wanting.to_string(),
                issuer: facts.keys.text(pass.issuer).into_owned(),
                issuer_account: facts.keys.text(pass.issuer_account).into_owned(),
                iat: pass.iat,
                time: pass.time,
                issue: pass.issue.as_deref().map(str::to_owned),
            }),
        };
        approve(&exporter, facts.exports(account).map(|export| export.offer), &wanted, &permit)
    }
}

impl Web for ByFacts<'_> {
    type Node = usize;

    fn exports(&self, account: &usize, kind: ExportType, subject: &str) -> bool {
        let facts = self.view.facts;
        let mut offers = facts.exports(&facts.accounts[*account]).map(|export| export.offer);
        offers.any(|offer| offer.kind == kind && subjects::is_subset(subject, offer.subject))
    }

    fn meeting(&self, account: &usize, kind: ExportType, subject: &str) -> Vec<(usize, String)> {
        let facts = self.view.facts;
        let mut meeting = Vec::new();
        for import in near(facts.imports(&facts.accounts[*account]), kind, subject) {
            let fewer = |left: u32| left.checked_sub(1);
            if self.left.fetch_update(Relaxed, Relaxed, fewer).is_err() {
                break;
            }
            if meets(kind, subject, import.subject, import.own)
                && let Some(next) = self.exporter(&import)
                && self.view.is_taken(&facts.accounts[next])
                && self.approve(*account, &import, next).is_ok()
            {
                meeting.push((next, import.own.to_owned()));
            }
        }
        meeting
    }
}

/// Imports that are all looked at, which is faster than looking for some.
const FEW: usize = 8;

/// The imports of this kind that can meet a subject: those with its very text, and those that agree with it up to a wildcard.
/// Imports are sorted by the subject that is compared.
fn near<'i>(
    imports: Imports<'i>,
    kind: ExportType,
    subject: &str,
) -> impl Iterator<Item = Import<'i>> + use<'i> {
    let all = imports.len();
    // The first of `range` that does not come before.
    let first = |mut range: Range<usize>, before: &dyn Fn(&Import<'_>) -> bool| {
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            match imports.get(middle) {
                Some(import) if before(&import) => range.start = middle + 1,
                _ => range.end = middle,
            }
        }
        range.start
    };
    let starting = |prefix: &str| {
        let from = first(0..all, &|import| (import.kind, import.met()) < (kind, prefix));
        from..first(from..all, &|import| import.kind == kind && import.met().starts_with(prefix))
    };
    let few = (all <= FEW).then_some(0..all);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut prefix = String::new();
    let mut wild = few.is_some();
    for token in subject.split('.').take_while(|_| all > FEW) {
        if matches!(token, "*" | ">") {
            ranges.push(starting(&prefix));
            wild = true;
            break;
        }
        for wildcard in ["*", ">"] {
            ranges.push(starting(&format!("{prefix}{wildcard}")));
        }
        prefix.push_str(token);
        prefix.push('.');
    }
    if !wild {
        let from = starting(subject);
        ranges.push(from.start..first(from, &|import| import.met() == subject));
    }
    let places = few.into_iter().chain(ranges).flatten();
    places.filter_map(move |place| imports.get(place)).filter(move |import| import.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::engine::facts::{Asked, Facts};
    use crate::nkey::{PublicKey, Role};
    use crate::token;

    #[test]
    fn what_meets_a_subject_is_near_it() {
        let subjects =
            ["a", "a.*", "a.>", "a.b", "a.b.c", "a.b.>", "ab", "b", "*", "*.b", ">", "*.*.c", "a.*.c"];
        for kind in [ExportType::Stream, ExportType::Service] {
            let import = |subject: &&str| {
                Some(token::Import { subject: (*subject).into(), kind, ..token::Import::default() })
            };
            let account = token::Account {
                imports: subjects.iter().map(import).collect(),
                ..token::Account::default()
            };
            let mut facts = Facts::default();
            let sub = PublicKey::new(Role::Account, [0; 32]).to_string();
            let data = token::ClaimsData { sub, ..token::ClaimsData::default() };
            let nothing = |_| None;
            let asked = &mut Asked::default();
            facts.add((0, "", None), &data, &account, Standing::Sound, &nothing, asked);
            let imports = facts.imports(&facts.accounts[0]);
            assert!(imports.len() > FEW);
            for subject in subjects {
                let near: Vec<&str> = near(imports, kind, subject).map(|import| import.own).collect();
                let met = imports.iter().filter(|i| meets(kind, subject, i.own, i.own)).count();
                let found = near.iter().filter(|own| meets(kind, subject, own, own)).count();
                assert_eq!(found, met, "{subject}: {near:?}");
            }
        }
    }
}
