//! The rules of permissions and of users (user_claims.go, types.go).

use super::subjects::subject;
use super::{At, NATS, Report, go_net, go_time, issuer_account};
use crate::token::{Permission, Permissions, TimeRange, User, UserPermissionLimits};

/// `UserClaims.Validate` behind the common rules.
pub(super) fn user(user: &User, report: &mut Report) {
    terms(&user.permissions, report);
    issuer_account(
        "user-issuer-account",
        &user.issuer_account,
        NATS.member("issuer_account"),
        "account_id is not an account public key",
        report,
    );
}

/// What a user may do and how it may connect. Nobody asks it of a scope's template, until a user of it connects.
pub(super) fn terms(limits: &UserPermissionLimits, report: &mut Report) {
    permissions(&limits.permissions, NATS, report);
    let src = NATS.member("src");
    for (index, network) in limits.src.iter().flatten().enumerate() {
        if !go_net::is_cidr(network) {
            report.error(
                "user-cidr",
                src.index(index),
                format!("invalid cidr {} in user src limits", report.quote(network)),
            );
        }
    }
    let times = NATS.member("times");
    for (index, range) in limits.times.iter().flatten().enumerate() {
        time_range(range, times.index(index), report);
    }
    if let Some(error) = go_time::location_error(&limits.times_location) {
        report.error(
            "times-location",
            NATS.member("times_location"),
            format!("could not parse iana time zone by name: {error}"),
        );
    }
}

/// `Permissions.Validate`. Responses have no rules.
pub(super) fn permissions(permissions: &Permissions, place: At<'_>, report: &mut Report) {
    permission(&permissions.subscribe, true, place.member("sub"), report);
    permission(&permissions.publish, false, place.member("pub"), report);
}

fn permission(permission: &Permission, queues: bool, place: At<'_>, report: &mut Report) {
    for (list, name) in [(permission.allowed(), "allow"), (permission.denied(), "deny")] {
        let place = place.member(name);
        for (index, entry) in list.iter().enumerate() {
            self::entry(entry, queues, place.index(index), report);
        }
    }
}

/// `checkPermission`: a subject, or where `queues` a subject and a queue's name.
fn entry(entry: &str, queues: bool, place: At<'_>, report: &mut Report) {
    let mut parts = entry.split(' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => subject(name, place, report),
        (Some(name), Some(queue), None) => {
            subject(name, place, report);
            subject(queue, place, report);
            if !queues {
                report.error(
                    "perm-queue-not-allowed",
                    place,
                    format!("Permission Subject \"{entry}\" is not allowed to contain queue"),
                );
            }
        }
        _ => report.error(
            "perm-too-many-spaces",
            place,
            format!("Permission Subject \"{entry}\" contains too many spaces"),
        ),
    }
}

/// `TimeRange.Validate`.
fn time_range(range: &TimeRange, place: At<'_>, report: &mut Report) {
    if range.start.is_empty() {
        report.error("time-start-missing", place.member("start"), "time ranges start must contain a start");
    } else if go_time::clock(&range.start).is_none() {
        report.error(
            "time-start-invalid",
            place.member("start"),
            format!("start in time range is invalid {}", report.quote(&range.start)),
        );
    }
    if range.end.is_empty() {
        report.error("time-end-missing", place.member("end"), "time ranges end must contain an end");
    } else if go_time::clock(&range.end).is_none() {
        report.error(
            "time-end-invalid",
            place.member("end"),
            format!("end in time range is invalid {}", report.quote(&range.end)),
        );
    }
}
