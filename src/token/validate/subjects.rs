//! Is this a subject? `Subject.Validate` and `RenamingSubject.Validate` (types.go).

use super::report::{At, Report};
use crate::token::subject::{reference, stars};

pub(super) fn subject(subject: &str, place: At<'_>, report: &mut Report) {
    if subject.is_empty() {
        report.error("subject-empty", place, "subject cannot be empty");
        return;
    }
    // One pass without a branch: nearly every subject is as it should be.
    let (mut space, mut double, mut before) = (false, false, 0);
    for &byte in subject.as_bytes() {
        space |= byte == b' ';
        double |= byte == b'.' && before == b'.';
        before = byte;
    }
    if space {
        spaces(subject, place, report);
    }
    if subject.starts_with('.') || subject.ends_with('.') {
        report.error(
            "subject-dot-edge",
            place,
            format!("subject {} cannot start or end with a `.`", report.quote(subject)),
        );
    }
    if double {
        report.error(
            "subject-dot-double",
            place,
            format!("subject {} cannot contain consecutive `.`", report.quote(subject)),
        );
    }
}

fn spaces(subject: &str, place: At<'_>, report: &mut Report) {
    report.error("subject-space", place, format!("subject {} cannot have spaces", report.quote(subject)));
}

pub(super) fn renaming(to: &str, from: &str, place: At<'_>, report: &mut Report) {
    subject(to, place, report);
    if from.is_empty() {
        report.error("subject-empty", place, "subject cannot be empty");
    }
    if to.contains(' ') {
        spaces(to, place, report);
    }
    let tail = |s: &str| s == ">" || s.ends_with(".>");
    if tail(to) != tail(from) {
        report.error("rename-tail", place, "both, renaming subject and subject, need to end or not end in >");
    }
    let wanted = stars(from);
    let mut named = stars(to);
    for index in to.split('.').filter_map(reference) {
        if usize::try_from(index).is_ok_and(|index| index > wanted) {
            report.error(
                "rename-ref-range",
                place,
                format!(
                    "Reference ${index} in {} reference * in {} that do not exist",
                    report.quote(to),
                    report.quote(from)
                ),
            );
        } else {
            named += 1;
        }
    }
    if named != wanted {
        report.error(
            "rename-ref-count",
            place,
            "subject does not contain enough * or reference wildcards $[0-9]",
        );
    }
}
