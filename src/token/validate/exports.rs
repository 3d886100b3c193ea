//! The rules of exports (exports.go).

use super::account::info;
use super::overlap::{FEW, Tree};
use super::subjects::subject;
use super::{At, NATS, Report};
use crate::token::subject::{has_wildcards, is_contained_in};
use crate::token::{Export, ExportType, ServiceLatency};

/// `Exports.Validate`.
pub(super) fn exports(exports: &[Option<Export>], report: &mut Report) {
    let place = NATS.member("exports");
    for (index, export) in exports.iter().enumerate() {
        match export {
            None => report.error("export-null", place.index(index), "null export is not allowed"),
            Some(export) => self::export(export, place.index(index), report),
        }
    }
    if exports.len() > 1 {
        overlaps(exports, ExportType::Service, report);
        overlaps(exports, ExportType::Stream, report);
    }
}

/// `Export.Validate`.
fn export(export: &Export, place: At<'_>, report: &mut Report) {
    let service = export.kind == ExportType::Service;
    match export.kind {
        ExportType::Unknown => {
            report.error("export-type", place.member("type"), "invalid export type: \"unknown\"");
        }
        ExportType::Service => {
            if !matches!(export.response_type.as_str(), "" | "Singleton" | "Stream" | "Chunked") {
                response_type("export-service-response-type", "service", export, place, report);
            }
        }
        ExportType::Stream => {
            if !export.response_type.is_empty() {
                response_type("export-stream-response-type", "stream", export, place, report);
            }
            if export.allow_trace {
                report.error(
                    "export-stream-trace",
                    place.member("allow_trace"),
                    "AllowTrace only valid for service export",
                );
            }
        }
    }
    if let Some(latency) = &export.service_latency {
        let place = place.member("service_latency");
        if !service {
            report.error("export-latency-nonservice", place, "latency tracking only permitted for services");
        }
        self::latency(latency, place, report);
    }
    if export.response_threshold < 0 {
        report.error(
            "export-threshold-negative",
            place.member("response_threshold"),
            "negative response threshold is invalid",
        );
    }
    if export.response_threshold > 0 && !service {
        report.error(
            "export-threshold-nonservice",
            place.member("response_threshold"),
            "response threshold only valid for services",
        );
    }
    subject(&export.subject, place.member("subject"), report);
    if export.account_token_position > 0 {
        token_position(export, place.member("account_token_position"), report);
    }
    info(&export.description, &export.info_url, place, report);
}

fn response_type(id: &'static str, kind: &str, export: &Export, place: At<'_>, report: &mut Report) {
    report.error(
        id,
        place.member("response_type"),
        format!("invalid response type for {kind}: {}", report.quote(&export.response_type)),
    );
}

/// `ServiceLatency.Validate`.
fn latency(latency: &ServiceLatency, place: At<'_>, report: &mut Report) {
    if !(0..=100).contains(&latency.sampling) {
        report.error(
            "latency-sampling",
            place.member("sampling"),
            "sampling percentage needs to be between 1-100",
        );
    }
    subject(&latency.results, place.member("results"), report);
    if has_wildcards(&latency.results) {
        report.error(
            "latency-results-wildcard",
            place.member("results"),
            "results subject can not contain wildcards",
        );
    }
}

fn token_position(export: &Export, place: At<'_>, report: &mut Report) {
    let (position, subject) = (export.account_token_position, &export.subject);
    if !has_wildcards(subject) {
        return report.error(
            "export-token-pos-nowild",
            place,
            format!("Account Token Position can only be used with wildcard subjects: {subject}"),
        );
    }
    let token = usize::try_from(position - 1).ok().and_then(|skipped| subject.split('.').nth(skipped));
    match token {
        None => report.error(
            "export-token-pos-range",
            place,
            format!("Account Token Position {position} exceeds length of subject '{subject}'"),
        ),
        Some("*") => {}
        Some(token) => report.error(
            "export-token-pos-star",
            place,
            format!("Account Token Position {position} matches '{token}' but must match a * in: {subject}"),
        ),
    }
}

/// `isContainedIn`: for each subject that holds another, the first that it holds. An export without a type counts as
/// a stream.
fn overlaps(exports: &[Option<Export>], kind: ExportType, report: &mut Report) {
    let is_service = kind == ExportType::Service;
    let same_kind = || {
        exports.iter().enumerate().filter_map(|(index, export)| {
            let export = export.as_ref()?;
            ((export.kind == ExportType::Service) == is_service).then_some((index, export.subject.as_str()))
        })
    };
    // (the one that holds, the first held, the place of the one that holds)
    let mut found: Vec<(&str, usize, usize)> = Vec::new();
    if exports.len() <= FEW {
        for (outer, holder) in same_kind() {
            let held = same_kind().find(|(index, held)| *index != outer && is_contained_in(held, holder));
            found.extend(held.map(|(inner, _)| (holder, inner, outer)));
        }
    } else {
        let mut tree = Tree::default();
        for (index, subject) in same_kind() {
            tree.insert("", subject.split('.'), index);
        }
        for (outer, holder) in same_kind() {
            let tokens: Vec<&str> = holder.split('.').collect();
            let held = tree.inside("", &tokens).into_iter().filter(|inner| *inner != outer).min();
            found.extend(held.map(|inner| (holder, inner, outer)));
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|(holder, ..)| *holder);
    let place = NATS.member("exports");
    for (holder, inner, outer) in found {
        let held = exports.get(inner).and_then(Option::as_ref).map_or("", |export| &export.subject);
        report.error(
            "export-overlap",
            place.index(outer).member("subject"),
            format!(
                "{} export subject {} already exports {}",
                kind.word(),
                report.quote(holder),
                report.quote(held)
            ),
        );
    }
}
