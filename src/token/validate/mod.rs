//! What does Go's `Validate` say about these claims? nats-server asks it of every user and account and refuses what
//! blocks, so the answer is Go's to the byte: the same issues, in the same order, in the same words.
//!
//! Where Go walks a map, and so in no order, the order here is that of the keys. What Go does not bound is bounded here:
//! the number of overlaps ([`MAX_OVERLAPS`]), and behind 8 MiB of text the length of what an issue quotes.

mod account;
mod callout;
mod exports;
mod go_net;
mod go_time;
pub(crate) mod go_url;
mod imports;
mod operator;
mod overlap;
mod permissions;
mod report;
mod subjects;
#[cfg(test)]
mod tests;

pub(crate) use go_time::{clock, zone};
pub use imports::MAX_OVERLAPS;
pub use report::{Issue, Level};

use super::{Activation, Body, Claims, ClaimsData, UserPermissionLimits};
use crate::nkey::{Role, go::is_public};
use report::{At, NATS, Report, at};

/// Reads an activation token that stands in an import; `None` where Go's `DecodeActivationClaims` fails.
pub(crate) type ReadActivation<'a> = &'a dyn Fn(&str) -> Option<Claims>;

/// Everything that Go's `Validate` reports of these claims at the time `now`, Unix seconds.
///
/// Nothing is allocated for claims without an issue, but for the index over more than 32 imports or exports.
pub fn validate(claims: &Claims, now: i64) -> Vec<Issue> {
    validate_with(claims, now, &|token| super::decode(token.as_bytes()).ok())
}

/// [`validate`] with a reader of activation tokens of one's own: verifying their signatures costs more than all the rest.
pub(crate) fn validate_with(claims: &Claims, now: i64, read: ReadActivation<'_>) -> Vec<Issue> {
    let mut report = Report::default();
    // Callouts ask for the common rules last, the others first (`Validate` of each kind).
    match &claims.body {
        Body::AuthorizationRequest(request) => callout::request(request, &mut report),
        Body::AuthorizationResponse(response) => callout::response(&claims.data, response, &mut report),
        _ => {}
    }
    times(&claims.data, now, &mut report);
    match &claims.body {
        Body::Operator(body) => operator::operator(body, &mut report),
        Body::Account(body) => account::account(&claims.data, body, read, &mut report),
        Body::User(body) => permissions::user(body, &mut report),
        Body::Activation(body) => activation(body, None, &mut report),
        Body::AuthorizationRequest(_) | Body::AuthorizationResponse(_) | Body::Generic(_) => {}
    }
    report.issues
}

/// What `Validate` would report of a user with these terms: a server asks it of no template of a scope.
pub(crate) fn of_terms(terms: &UserPermissionLimits) -> Vec<Issue> {
    let mut report = Report::default();
    permissions::terms(terms, &mut report);
    report.issues
}

/// Whether nats-server refuses for these issues (`IsBlocking`): for an error, and for a time check where times count.
pub fn is_blocking(issues: &[Issue], times_count: bool) -> bool {
    issues.iter().any(|issue| issue.level == Level::Error || (times_count && issue.level == Level::TimeCheck))
}

/// `ClaimsData.Validate`.
fn times(data: &ClaimsData, now: i64, report: &mut Report) {
    if data.exp > 0 && now > data.exp {
        report.time_check("claim-expired", at("exp"), "claim is expired");
    }
    if data.nbf > 0 && data.nbf > now {
        report.time_check("claim-not-yet-valid", at("nbf"), "claim is not yet valid");
    }
}

/// `ActivationClaims.validateWithTimeChecks` without the times. `inside` is the place of a token that stands in an
/// import: there is no pointer into that one.
fn activation(activation: &Activation, inside: Option<At<'_>>, report: &mut Report) {
    let place = |member| inside.unwrap_or_else(|| NATS.member(member));
    if activation.kind == super::ExportType::Unknown {
        report.error("activation-kind", place("kind"), "invalid import type: \"unknown\"");
    }
    subjects::subject(&activation.subject, place("subject"), report);
    issuer_account(
        "activation-issuer-account",
        &activation.issuer_account,
        place("issuer_account"),
        "account_id is not an account public key",
        report,
    );
}

fn issuer_account(id: &'static str, key: &str, place: At<'_>, text: &str, report: &mut Report) {
    if !key.is_empty() && !is_public(Role::Account, key) {
        report.error(id, place, text);
    }
}
