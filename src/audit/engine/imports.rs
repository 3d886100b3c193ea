//! Which imports does no export answer? Asked of what was kept of all accounts, with the code that decides for one server:
//! [`crate::server::load`].

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::across::{Teller, View};
use super::facts::{Account, Import, Standing, account_key};
use super::graph::Edges;
use crate::audit::Unread;
use crate::lint::Finding;
use crate::server::load::{Barred, Exporter, Permit, Wanted, Web, approve, cycles, meets, signer};
use crate::server::subjects;
use crate::token::{Export, ExportType, quote};

/// The imports of an account, each against its exporter.
pub(super) fn of_account(
    teller: &mut Teller<'_>,
    web: &ByFacts<'_>,
    index: usize,
    edges: &mut Edges,
    unread: &mut Vec<Unread>,
) {
    let view = teller.view;
    let account = &view.accounts[index];
    if account.refused() {
        return;
    }
    for import in account.imports() {
        web.mark(import);
        // A server has none of the imports of an account that it refuses for what it says.
        if account.standing == Standing::Invalid {
            edges.add(view, account, import, Some("servers refuse the importing account"));
            continue;
        }
        let matter = web.matter(index, import);
        edges.add(view, account, import, matter.as_ref().map(|(_, message)| message.as_str()));
        let Some((code, message)) = matter else { continue };
        teller.account(index, code, &|rule| {
            let pointer = format!("/nats/imports/{}", import.index);
            let unneeded = code == "import-token-unneeded";
            let label = if unneeded { "needs no token" } else { "does not work" };
            let place = view.place(index).at(pointer).showing(&*import.subject).saying(label);
            let kind = import.kind.word();
            let mut finding = Finding::new(rule, message.clone(), place);
            if let Some(exporter) = view.exporter(import) {
                finding = finding.and(view.place(exporter).at("/nats/exports").saying("the exporter"));
            }
            let line = match code {
                _ if unneeded => return finding,
                "import-cycle" => "import forms a cycle".to_owned(),
                "import-exporter-missing" | "import-exporter-refused" => {
                    let exporter = view.keys.text(import.exporter);
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
    if web.left.get() == 0 && !web.told.replace(true) {
        unread.push(Unread {
            path: view.path(account.place, &account.file()),
            error: format!(
                "imports are tied to more than {FOLLOWED} others: from here on cycles are not searched"
            ),
            hint: None,
        });
    }
}

/// Exports that no account imports of.
pub(super) fn unused(teller: &mut Teller<'_>) {
    let view = teller.view;
    if view.accounts.len() < 2 {
        return;
    }
    for (index, account) in view.accounts.iter().enumerate() {
        if view.find(&account.key) != Some(index) || account.standing > Standing::Untimely {
            continue;
        }
        // The system account's are offered to everybody by nsc.
        let unused = account
            .exports()
            .iter()
            .filter(|export| !export.used.get() && !export.subject.starts_with("$SYS."));
        for export in unused {
            teller.account(index, "export-unused", &|rule| {
                let what = format!("{} {}", export.kind.word(), quote(export.subject.as_bytes()));
                let message = format!("no account that is here imports {what} of {}", view.words(index));
                let pointer = format!("/nats/exports/{}", export.index);
                Finding::new(
                    rule,
                    message,
                    view.place(index).at(pointer).showing(&*export.subject).saying("unused"),
                )
                .help("if nobody elsewhere imports it, remove it: nsc delete export --subject SUBJECT")
            });
        }
    }
}

impl View<'_> {
    /// The account that an import is from.
    fn exporter(&self, import: &Import) -> Option<usize> {
        self.find(&account_key(self.keys.text(import.exporter))?)
    }
}

/// Imports that the search for cycles follows in all.
const FOLLOWED: u32 = 10_000_000;

/// Exporters whose exports are kept in full while they are asked about again and again.
const EXPORTERS: usize = 256;

/// The accounts, as the decision asks for them.
pub(super) struct ByFacts<'a> {
    view: &'a View<'a>,
    exports: RefCell<HashMap<usize, Rc<Vec<Option<Export>>>>>,
    left: Cell<u32>,
    told: Cell<bool>,
}

impl<'a> ByFacts<'a> {
    pub(super) fn new(view: &'a View<'a>) -> Self {
        ByFacts { view, exports: RefCell::default(), left: Cell::new(FOLLOWED), told: Cell::new(false) }
    }

    /// Marks the exports that this import can be meant to be of.
    fn mark(&self, import: &Import) {
        let Some(exporter) = self.view.exporter(import) else { return };
        for export in self.view.accounts[exporter].exports() {
            if export.kind == import.kind
                && (export.subject == import.subject || subjects::is_subset(&import.subject, &export.subject))
            {
                export.used.set(true);
            }
        }
    }

    /// What keeps an import from working, as a code and in words.
    fn matter(&self, importer: usize, import: &Import) -> Option<(&'static str, String)> {
        let view = self.view;
        let exporter = view.keys.text(import.exporter);
        let what = format!("{} {}", import.kind.word(), quote(import.subject.as_bytes()));
        // A key that is no account's is told by the account's own validation.
        let bytes = account_key(exporter)?;
        let Some(found) = view.find(&bytes) else {
            if view.damaged.contains(&bytes) {
                let words = format!("the import of {what} is from {exporter}, whose token cannot be read");
                return Some(("import-exporter-refused", words));
            }
            // Of a single file nothing else was given.
            return (view.accounts.len() > 1).then(|| {
                let words = format!("the import of {what} is from an account that is not here: {exporter}");
                ("import-exporter-missing", words)
            });
        };
        if !view.is_taken(&view.accounts[found]) {
            let words = format!("the import of {what} is from {exporter}, whose token servers refuse");
            return Some(("import-exporter-refused", words));
        }
        let export = match self.approve(importer, import, found) {
            Ok(export) => export,
            Err(barred) => {
                let words = format!("the import of {what} from {exporter} does not work: {barred}");
                return Some((code(&barred)?, words));
            }
        };
        let mut visited = HashSet::from([importer]);
        if cycles(self, &found, import.kind, import.own(), &mut visited) {
            let words = format!("the import of {what} from {exporter} comes back to this account");
            return Some(("import-cycle", words));
        }
        let public = view.accounts[found].exports().get(export).is_some_and(|export| !export.private);
        (public && import.token).then(|| {
            let words =
                format!("the import of {what} from {exporter} has an activation token, and needs none");
            ("import-token-unneeded", words)
        })
    }

    fn approve(&self, importer: usize, import: &Import, exporter: usize) -> Result<usize, Barred> {
        let view = self.view;
        let account = &view.accounts[exporter];
        let (key, wanting) = (account.text(), view.accounts[importer].text());
        let exports = self.exports_of(exporter, account);
        let signs = |text: &str| {
            let recalled = view.recall(exporter);
            let body = recalled.as_ref().and_then(|recalled| recalled.claims.account());
            signer(body, &key, view.trust.is_strict(account.issuer), text).is_some()
        };
        let exporter = Exporter { key: &key, exports: &exports, signs: &signs };
        let wanted = Wanted { importer: &wanting, kind: import.kind, subject: &import.subject };
        let permit = || match &import.pass {
            None if import.token => Err(Barred::Undecodable("it is no activation".into())),
            None => Err(Barred::NoToken),
            Some(pass) => Ok(Permit {
                subject: wanting.clone(),
                issuer: view.keys.text(pass.issuer).to_owned(),
                issuer_account: view.keys.text(pass.issuer_account).to_owned(),
                iat: pass.iat,
                time: pass.time,
                issue: pass.issue.as_deref().map(str::to_owned),
            }),
        };
        approve(&exporter, &wanted, &permit)
    }

    fn exports_of(&self, index: usize, account: &Account) -> Rc<Vec<Option<Export>>> {
        if let Some(known) = self.exports.borrow().get(&index) {
            return Rc::clone(known);
        }
        let full = account.exports().iter().map(|export| {
            Some(Export {
                kind: export.kind,
                subject: export.subject.to_string(),
                token_req: export.private,
                account_token_position: export.position,
                revocations: export.revocations.clone(),
                ..Export::default()
            })
        });
        let full = Rc::new(full.collect());
        let mut all = self.exports.borrow_mut();
        if all.len() >= EXPORTERS {
            all.clear();
        }
        all.insert(index, Rc::clone(&full));
        full
    }
}

impl Web for ByFacts<'_> {
    type Node = usize;

    fn exports(&self, account: &usize, kind: ExportType, subject: &str) -> bool {
        let mut exports = self.view.accounts[*account].exports().iter();
        exports.any(|export| export.kind == kind && subjects::is_subset(subject, &export.subject))
    }

    fn meeting(&self, account: &usize, kind: ExportType, subject: &str) -> Vec<(usize, String)> {
        let mut meeting = Vec::new();
        for import in near(self.view.accounts[*account].imports(), kind, subject) {
            let Some(left) = self.left.get().checked_sub(1) else { break };
            self.left.set(left);
            if meets(kind, subject, &import.subject, import.own())
                && let Some(next) = self.view.exporter(import)
                && self.view.is_taken(&self.view.accounts[next])
                && self.approve(*account, import, next).is_ok()
            {
                meeting.push((next, import.own().to_owned()));
            }
        }
        meeting
    }
}

/// The imports of this kind that can meet a subject: those with its very text, and those that agree with it up to a wildcard.
/// Imports are sorted by the subject that is compared.
fn near<'i>(
    imports: &'i [Import],
    kind: ExportType,
    subject: &str,
) -> impl Iterator<Item = &'i Import> + use<'i> {
    let starting = |prefix: &str| {
        let from = imports.partition_point(|import| (import.kind, import.met()) < (kind, prefix));
        let rest = imports.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|i| i.kind == kind && i.met().starts_with(prefix)))
            .unwrap_or_default()
    };
    let mut ranges: Vec<&'i [Import]> = Vec::new();
    let mut prefix = String::new();
    let mut wild = false;
    for token in subject.split('.') {
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
        ranges.push(from.get(..from.partition_point(|import| import.met() == subject)).unwrap_or_default());
    }
    ranges.into_iter().flatten()
}

/// The rule of a reason; none of one that the account's own validation tells.
fn code(barred: &Barred) -> Option<&'static str> {
    Some(match barred {
        Barred::Subject | Barred::NoExport { .. } => "import-not-exported",
        Barred::Position { .. } => "import-token-position-wrong",
        Barred::NoToken => "import-without-activation",
        Barred::Signer(_) => "import-activation-signer-unknown",
        Barred::Expired => "import-activation-expired",
        Barred::NotYet => "import-activation-not-yet-valid",
        Barred::Revoked { .. } => "import-activation-revoked",
        Barred::Undecodable(_) | Barred::OtherExporter(_) | Barred::Invalid(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meets_a_subject_is_near_it() {
        let subjects =
            ["a", "a.*", "a.>", "a.b", "a.b.c", "a.b.>", "ab", "b", "*", "*.b", ">", "*.*.c", "a.*.c"];
        for kind in [ExportType::Stream, ExportType::Service] {
            let mut imports: Vec<Import> = subjects.iter().map(|s| Import::of(kind, s)).collect();
            imports.sort_by(|a, b| (a.kind, a.met()).cmp(&(b.kind, b.met())));
            for subject in subjects {
                let count = |found: &dyn Fn(&Import) -> bool| imports.iter().filter(|i| found(i)).count();
                let near: Vec<&str> = near(&imports, kind, subject).map(Import::own).collect();
                let met = count(&|import| meets(kind, subject, import.own(), import.own()));
                let found = near.iter().filter(|own| meets(kind, subject, own, own)).count();
                assert_eq!(found, met, "{subject}: {near:?}");
            }
        }
    }
}
