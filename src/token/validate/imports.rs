//! The rules of imports (imports.go).

use super::overlap::{FEW, Tree};
use super::subjects::{renaming, subject};
use super::{At, NATS, ReadActivation, Report, activation};
use crate::token::subject::{Own, contained, is_contained_in};
use crate::token::{Body, ExportType, Import};

/// Overlaps of one account's imports that are told; behind so many the imports are not compared any more. There can be
/// as many as pairs, millions in one token, and the first of them already makes nats-server refuse the account.
pub const MAX_OVERLAPS: usize = 1000;

/// `Imports.Validate`.
pub(super) fn imports(
    imports: &[Option<Import>],
    account: &str,
    read: ReadActivation<'_>,
    report: &mut Report,
) {
    let place = NATS.member("imports");
    let mut earlier = Earlier { imports, tree: None, told: 0 };
    for (index, import) in imports.iter().enumerate() {
        let place = place.index(index);
        match import {
            None => report.error("import-null", place, "null import is not allowed"),
            Some(import) => {
                if import.kind == ExportType::Service {
                    earlier.compare(index, import, place, report);
                }
                self::import(import, account, read, place, report);
            }
        }
    }
}

/// The services imported up to here.
struct Earlier<'a> {
    imports: &'a [Option<Import>],
    tree: Option<Tree<'a>>,
    told: usize,
}

impl<'a> Earlier<'a> {
    /// The service at `index` against those before it that come from the same account.
    fn compare(&mut self, index: usize, import: &'a Import, place: At<'_>, report: &mut Report) {
        if self.told >= MAX_OVERLAPS {
            return;
        }
        let own = Own::of(import);
        let mut found: Vec<usize> = Vec::new();
        if self.imports.len() <= FEW {
            found.extend(self.imports.iter().take(index).enumerate().filter_map(|(number, other)| {
                let other = other.as_ref()?;
                if other.kind != ExportType::Service || other.account != import.account {
                    return None;
                }
                let other = Own::of(other);
                (contained(own.tokens(), other.tokens()) || contained(other.tokens(), own.tokens()))
                    .then_some(number)
            }));
        } else {
            let tree = self.tree.get_or_insert_default();
            let tokens: Vec<&str> = own.tokens().collect();
            found = tree.around(&import.account, &tokens);
            found.append(&mut tree.inside(&import.account, &tokens));
            tree.insert(&import.account, tokens.into_iter(), index);
        }
        if found.is_empty() {
            return;
        }
        // Go keeps each subject once.
        let mut others: Vec<_> =
            found.iter().filter_map(|n| self.imports.get(*n)?.as_ref()).map(|i| Own::of(i).text()).collect();
        others.sort_unstable();
        others.dedup();
        let text = own.text();
        let account = report.quote(&import.account);
        for other in others.iter().take(MAX_OVERLAPS - self.told) {
            self.told += 1;
            report.error(
                "import-overlap",
                place,
                format!(
                    "overlapping subject namespace for {} and {} in same account {account}",
                    report.quote(&text),
                    report.quote(other)
                ),
            );
        }
        if others.contains(&text) {
            report.error(
                "import-duplicate",
                place,
                format!("overlapping subject namespace for {} in account {account}", report.quote(&text)),
            );
        }
    }
}

/// `Import.Validate`.
fn import(import: &Import, account: &str, read: ReadActivation<'_>, place: At<'_>, report: &mut Report) {
    let service = import.kind == ExportType::Service;
    if import.kind == ExportType::Unknown {
        report.error("import-type", place.member("type"), "invalid import type: \"unknown\"");
    }
    if service && import.allow_trace {
        report.error(
            "import-service-trace",
            place.member("allow_trace"),
            "AllowTrace only valid for stream import",
        );
    }
    if import.account.is_empty() {
        report.error("import-no-account", place.member("account"), "account to import from is not specified");
    }
    if !import.to.is_empty() {
        report.warning(
            "import-to-deprecated",
            place.member("to"),
            "the field to has been deprecated (use LocalSubject instead)",
        );
    }
    subject(&import.subject, place.member("subject"), report);
    if !import.local_subject.is_empty() {
        renaming(&import.local_subject, &import.subject, place.member("local_subject"), report);
        if !import.to.is_empty() {
            report.error("import-local-and-to", place.member("to"), "Local Subject replaces To");
        }
    }
    if import.share && !service {
        report.error(
            "import-share-stream",
            place.member("share"),
            format!(
                "sharing information (for latency tracking) is only valid for services: {}",
                report.quote(&import.subject)
            ),
        );
    }
    if !import.token.is_empty() {
        token(import, account, read, place.member("token"), report);
    }
}

/// The activation token of an import. Its times are not asked for: an expired one passes.
fn token(import: &Import, account: &str, read: ReadActivation<'_>, place: At<'_>, report: &mut Report) {
    let subject = report.quote(&import.subject);
    let claims = read(&import.token);
    let Some((data, act)) = claims.as_ref().and_then(|claims| match &claims.body {
        Body::Activation(activation) => Some((&claims.data, activation)),
        _ => None,
    }) else {
        return report.error(
            "import-token-invalid",
            place,
            format!("import {subject} contains an invalid activation token"),
        );
    };
    if data.iss != import.account && act.issuer_account != import.account {
        report.error(
            "import-token-issuer",
            place,
            format!("activation token doesn't match account for import {subject}"),
        );
    }
    if data.sub != account {
        report.error(
            "import-token-subject",
            place,
            format!("activation token doesn't match account it is being included in, {subject}"),
        );
    }
    if act.kind != import.kind {
        report.error(
            "import-token-kind",
            place,
            format!(
                "mismatch between token import type {} and type of import {}",
                act.kind.word(),
                import.kind.word()
            ),
        );
    }
    activation(act, Some(place), report);
    let service = import.kind == ExportType::Service;
    let wanted = if service && !import.to.is_empty() { &import.to } else { &import.subject };
    if !is_contained_in(wanted, &act.subject) {
        report.error(
            "import-token-scope",
            place,
            format!(
                "activation token import subject {} doesn't match import {subject}",
                report.quote(&act.subject)
            ),
        );
    }
}
