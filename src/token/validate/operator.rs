//! The rules of operators (operator_claims.go).

use super::go_url;
use super::{At, NATS, Report, Role, is_public};
use crate::token::Operator;

/// `Operator.Validate`.
pub(super) fn operator(operator: &Operator, report: &mut Report) {
    account_server_url(&operator.account_server_url, report);
    let urls = NATS.member("operator_service_urls");
    for (index, url) in operator.operator_service_urls.iter().enumerate() {
        service_url(url, urls.index(index), report);
    }
    let keys = NATS.member("signing_keys");
    for (index, key) in operator.signing_keys.iter().enumerate() {
        if !is_public(Role::Operator, key) {
            report.error(
                "op-signing-key-invalid",
                keys.index(index),
                format!("{key} is not an operator public key"),
            );
        }
    }
    let system = &operator.system_account;
    if !system.is_empty() && !is_public(Role::Account, system) {
        report.error(
            "op-system-account-invalid",
            NATS.member("system_account"),
            format!("{system} is not an account public key"),
        );
    }
    if let Some(error) = version_error(&operator.assert_server_version) {
        report.error(
            "op-assert-server-version",
            NATS.member("assert_server_version"),
            format!("assert server version error: {error}"),
        );
    }
}

/// `validateAccountServerURL`.
fn account_server_url(url: &str, report: &mut Report) {
    if url.is_empty() {
        return;
    }
    let place = NATS.member("account_server_url");
    match go_url::parse(url, true) {
        Err(error) => report.error(
            "op-account-server-url-parse",
            place,
            format!("error parsing account server url: {error}"),
        ),
        Ok(parsed) if parsed.scheme.is_empty() => report.error(
            "op-account-server-url-scheme",
            place,
            format!("account server url {} requires a protocol", report.quote(url)),
        ),
        Ok(_) => {}
    }
}

/// `ValidateOperatorServiceURL`: the first thing that is wrong with it.
fn service_url(url: &str, place: At<'_>, report: &mut Report) {
    if url.is_empty() {
        return;
    }
    let parsed = match go_url::parse(url, true) {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = format!("error parsing operator service url {}: {error}", report.quote(url));
            return report.error("op-service-url-parse", place, text);
        }
    };
    let (id, problem) = if parsed.user {
        ("op-service-url-credentials", "credentials are not supported")
    } else if parsed.path {
        ("op-service-url-path", "paths are not supported")
    } else if !["nats", "tls", "ws", "wss"].iter().any(|s| parsed.scheme.eq_ignore_ascii_case(s)) {
        ("op-service-url-scheme", "protocol not supported (only 'nats', 'tls', 'ws', 'wss' only)")
    } else {
        return;
    };
    report.error(id, place, format!("operator service url {} - {problem}", report.quote(url)));
}

/// `ParseServerVersion`: what is wrong with it.
fn version_error(version: &str) -> Option<String> {
    if version.is_empty() {
        return None;
    }
    let mut parts = version.split('.');
    let (Some(major), Some(minor), Some(update), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Some("asserted server version must be of the form <major>.<minor>.<update>".into());
    };
    let mut negative = false;
    for part in [major, minor, update] {
        // Go's `Atoi` and this agree on signs, digits and range.
        match part.parse::<i64>() {
            Ok(number) => negative |= number < 0,
            Err(_) => return Some(format!("asserted server version cant parse {part} to int")),
        }
    }
    negative.then(|| format!("asserted server version can'b contain negative values: {version}"))
}
