//! The rules of accounts (account_claims.go, signingkeys.go, and `Info` of types.go).

use std::collections::BTreeMap;

use super::permissions::permissions;
use super::subjects::subject;
use super::{At, NATS, ReadActivation, Report, Role, exports, go_url, imports, is_public};
use crate::token::subject::has_wildcards;
use crate::token::{
    Account, ClaimsData, ExternalAuthorization, JetStreamLimits, MsgTrace, OperatorLimits, UNLIMITED,
    WeightedMapping,
};

/// `MaxInfoLength`, bytes.
const MAX_INFO: usize = 8 * 1024;

/// `AccountClaims.Validate` behind the common rules.
pub(super) fn account(data: &ClaimsData, account: &Account, read: ReadActivation<'_>, report: &mut Report) {
    imports::imports(&account.imports, &data.sub, read, report);
    exports::exports(&account.exports, report);
    tiers(&account.limits, report);
    permissions(&account.default_permissions, NATS.member("default_permissions"), report);
    let mappings_at = NATS.member("mappings");
    for (from, to) in &account.mappings {
        mapping(from, to.as_deref().unwrap_or_default(), mappings_at.member(from), report);
    }
    authorization(&account.authorization, report);
    if let Some(trace) = &account.trace {
        self::trace(trace, report);
    }
    counts(account, report);
    for (key, scope) in &account.signing_keys {
        let keys = NATS.member("signing_keys");
        match scope {
            Some(scope) if !is_public(Role::Account, &scope.key) => report.error(
                "scoped-key-invalid",
                scope.place.0.map_or(keys, |index| keys.index(index)),
                format!("{} is not an account public key", scope.key),
            ),
            // Of a key without a scope nobody keeps where it is written: the place is the list.
            None if !is_public(Role::Account, key) => report.error(
                "signing-key-invalid",
                keys,
                format!("{} is not a valid account signing key", report.quote(key)),
            ),
            _ => {}
        }
    }
    info(&account.description, &account.info_url, NATS, report);
    if !matches!(account.cluster_traffic.as_str(), "" | "system" | "owner") {
        report.error(
            "acct-cluster-traffic",
            NATS.member("cluster_traffic"),
            format!("unknown cluster traffic option: {}", report.quote(&account.cluster_traffic)),
        );
    }
    if !is_empty(&account.limits) && is_public(Role::Account, &data.iss) {
        report.warning(
            "acct-selfsigned-limits",
            NATS.member("limits"),
            "self-signed account JWTs shouldn't contain operator limits",
        );
    }
}

/// `OperatorLimits.Validate`.
fn tiers(limits: &OperatorLimits, report: &mut Report) {
    let place = NATS.member("limits");
    let place = place.member("tiered_limits");
    if limits.tiered_limits.is_empty() {
        return;
    }
    if limits.jetstream != JetStreamLimits::default() {
        report.error(
            "acct-js-flat-and-tiered",
            place,
            "JetStream Limits and tiered JetStream Limits are mutually exclusive",
        );
    }
    if limits.tiered_limits.contains_key("") {
        report.error(
            "acct-js-blank-tier",
            place.member(""),
            "Tiered JetStream Limits can not contain a blank \"\" tier name",
        );
    }
}

/// `OperatorLimits.IsEmpty`.
fn is_empty(limits: &OperatorLimits) -> bool {
    let numbers =
        [limits.subs, limits.data, limits.payload, limits.imports, limits.exports, limits.conn, limits.leaf];
    numbers.iter().all(|number| *number == 0)
        && !limits.wildcards
        && !limits.disallow_bearer
        && limits.jetstream == JetStreamLimits::default()
        && limits.tiered_limits.is_empty()
}

/// `Mapping.Validate`, of one subject.
fn mapping(from: &str, to: &[WeightedMapping], place: At<'_>, report: &mut Report) {
    subject(from, place, report);
    let weight = |target: &WeightedMapping| if target.weight == 0 { 100 } else { u32::from(target.weight) };
    let (mut total, mut here) = (0_u32, BTreeMap::new());
    for (index, target) in to.iter().enumerate() {
        let target_at = place.index(index);
        subject(&target.subject, target_at.member("subject"), report);
        let added = weight(target);
        if added > 100 {
            report.error(
                "mapping-weight",
                target_at.member("weight"),
                format!("Mapping {} has a weight {added} that exceeds 100", report.quote(from)),
            );
        }
        if target.cluster.is_empty() {
            total = total.wrapping_add(added);
            continue;
        }
        let sum = here.entry(target.cluster.as_str()).or_insert(0_u32);
        *sum = sum.wrapping_add(added);
        if *sum > 100 {
            report.error(
                "mapping-cluster-total",
                target_at,
                format!(
                    "Mapping {} in cluster {} exceeds 100% among all of it's weighted to mappings",
                    report.quote(from),
                    report.quote(&target.cluster)
                ),
            );
        }
    }
    if total > 100 {
        report.error(
            "mapping-total",
            place,
            format!("Mapping {} exceeds 100% among all of it's weighted to mappings", report.quote(from)),
        );
    }
}

/// `ExternalAuthorization.Validate`.
fn authorization(authorization: &ExternalAuthorization, report: &mut Report) {
    let place = NATS.member("authorization");
    let (users, accounts) = (&authorization.auth_users, &authorization.allowed_accounts);
    if !accounts.is_empty() && users.is_empty() {
        report.error(
            "auth-accounts-without-users",
            place,
            "External authorization cannot have accounts without users specified",
        );
    }
    let users_at = place.member("auth_users");
    for (index, user) in users.iter().enumerate() {
        if !is_public(Role::User, user) {
            report.error(
                "auth-user-invalid",
                users_at.index(index),
                format!("AuthUser {} is not a valid user public key", report.quote(user)),
            );
        }
    }
    let accounts_at = place.member("allowed_accounts");
    for (index, account) in accounts.iter().enumerate() {
        if account == "*" {
            if accounts.len() > 1 {
                report.error(
                    "auth-any-account-mixed",
                    accounts_at.index(index),
                    "AllowedAccounts can only be a list of accounts or \"*\"",
                );
            }
        } else if !is_public(Role::Account, account) {
            report.error(
                "auth-account-invalid",
                accounts_at.index(index),
                format!("Account {} is not a valid account public key", report.quote(account)),
            );
        }
    }
    let xkey = &authorization.xkey;
    if !xkey.is_empty() && !is_public(Role::Curve, xkey) {
        report.error(
            "auth-xkey-invalid",
            place.member("xkey"),
            format!("XKey {} is not a valid public xkey", report.quote(xkey)),
        );
    }
}

fn trace(trace: &MsgTrace, report: &mut Report) {
    let place = NATS.member("trace");
    let mut first = Report::default();
    subject(&trace.dest, place.member("dest"), &mut first);
    if let Some(issue) = first.issues.first() {
        report.error(
            "acct-trace-dest",
            place.member("dest"),
            format!("the account Trace.Destination {}", issue.text),
        );
    }
    if has_wildcards(&trace.dest) {
        report.error(
            "acct-trace-dest-wildcard",
            place.member("dest"),
            format!(
                "the account Trace.Destination subject {} is not a valid publish subject",
                report.quote(&trace.dest)
            ),
        );
    }
    if !(0..=100).contains(&trace.sampling) {
        report.error(
            "acct-trace-sampling",
            place.member("sampling"),
            format!(
                "the account Trace.Sampling value '{}' is not valid, should be in the range [1..100]",
                trace.sampling
            ),
        );
    }
}

/// Imports and exports against the operator's limits. Go counts imports twice, so one excess is two issues.
fn counts(account: &Account, report: &mut Report) {
    let limits = &account.limits;
    let more = |count: usize, limit: i64| i64::try_from(count).is_ok_and(|count| count > limit);
    let too_many = more(account.imports.len(), limits.imports);
    let mut complain = || {
        report.error(
            "acct-too-many-imports",
            NATS.member("imports"),
            "the account contains more imports than allowed by the operator",
        );
    };
    if too_many && limits.imports >= 0 && !is_empty(limits) {
        complain();
    }
    if too_many && limits.imports != UNLIMITED {
        complain();
    }
    if limits.exports == UNLIMITED {
        return;
    }
    let place = NATS.member("exports");
    if more(account.exports.len(), limits.exports) {
        report.error(
            "acct-too-many-exports",
            place,
            "the account contains more exports than allowed by the operator",
        );
    }
    if limits.wildcards {
        return;
    }
    // Go crashes here over a null export.
    for (index, export) in account.exports.iter().enumerate() {
        if export.as_ref().is_some_and(|export| has_wildcards(&export.subject)) {
            report.error(
                "acct-wildcard-export",
                place.index(index).member("subject"),
                "the account contains wildcard exports that are not allowed by the operator",
            );
        }
    }
}

/// `Info.Validate`, of an account and of an export.
pub(super) fn info(description: &str, url: &str, place: At<'_>, report: &mut Report) {
    if description.len() > MAX_INFO {
        report.error("info-description-long", place.member("description"), "Description is too long");
    }
    if url.is_empty() {
        return;
    }
    let place = place.member("info_url");
    if url.len() > MAX_INFO {
        report.error("info-url-long", place, "Info URL is too long");
    }
    match go_url::parse(url, true) {
        Err(error) => report.error("info-url-parse", place, format!("error parsing info url: {error}")),
        Ok(parsed) if !parsed.host || parsed.scheme.is_empty() => {
            report.error("info-url-parse", place, "error parsing info url: no hostname or scheme");
        }
        Ok(_) => {}
    }
}
