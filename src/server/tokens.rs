//! What does the jwt library of this server say of a token?
//!
//! The token floor speaks as the newest library does. Older servers are built with older ones; what they say otherwise
//! is here: no longest token, keys of a wrong length, and what they did not validate or validated differently.

use crate::nkey::{Batch, go};
use crate::token::json::Go;
use crate::token::{self, Account, Body, Claims, DecodeError, Issue, Kind, Level, Unverified};

use super::version::{
    AUTH_CALLOUT, CLUSTER_TRAFFIC_VALIDATED, GO_1_20, GO_1_27, MAPPING_WILDCARDS, SHORT_KEY_HANG_FIXED,
    SUBJECT_DOTS, TOKEN_SIZE_CAP, Version,
};

/// A token that the server does not take, and why.
#[derive(Debug, Clone)]
pub(crate) struct Unusable {
    /// The library's text.
    pub(crate) text: String,
    /// The condition: `damaged`, `wrong-kind`, `signature`, `issuer-kind`, `crash`.
    pub(crate) cause: &'static str,
    /// What it would claim, where it can be read.
    pub(crate) claims: Option<Box<Claims>>,
}

/// `jwt.DecodeUserClaims`.
pub(crate) fn user(text: &[u8], version: Version) -> Result<Claims, Unusable> {
    typed(text, Kind::User, version)
}

/// `jwt.DecodeAccountClaims`.
pub(crate) fn account(text: &[u8], version: Version) -> Result<Claims, Unusable> {
    typed(text, Kind::Account, version)
}

/// `jwt.DecodeOperatorClaims`.
pub(crate) fn operator(text: &[u8], version: Version) -> Result<Claims, Unusable> {
    typed(text, Kind::Operator, version)
}

/// `jwt.DecodeActivationClaims`.
pub(crate) fn activation(text: &[u8], version: Version) -> Result<Claims, Unusable> {
    typed(text, Kind::Activation, version)
}

/// [`account`] for many, whose signatures are verified together; in their order.
pub(crate) fn accounts(texts: &[&[u8]], version: Version, batch: &Batch) -> Vec<Result<Claims, Unusable>> {
    let read: Vec<_> = texts.iter().map(|text| parse(text, Kind::Account, version)).collect();
    let holds = token::hold(read.iter().map(|read| read.as_ref().ok()), |signed| batch.verify(signed));
    let judge = |((read, holds), text): ((Result<Unverified<'_>, _>, bool), &&[u8])| {
        judge(read?, holds, text, Kind::Account, version)
    };
    read.into_iter().zip(holds).zip(texts).map(judge).collect()
}

fn typed(text: &[u8], kind: Kind, version: Version) -> Result<Claims, Unusable> {
    let read = parse(text, kind, version)?;
    let holds = read.holds();
    judge(read, holds, text, kind, version)
}

/// What can be said of a token before its signature is looked at.
fn parse(text: &[u8], kind: Kind, version: Version) -> Result<Unverified<'_>, Unusable> {
    let read = undecided(text, version).map_err(|e| Unusable {
        text: of_known_kinds(e.words(go_of(version)), version),
        cause: "damaged",
        claims: None,
    })?;
    if let Some(length) = panics(&read.claims.data.iss, version) {
        return Err(Unusable {
            text: format!("the issuer's key has {length} bytes instead of 32"),
            cause: "crash",
            claims: fits(&read.claims, kind),
        });
    }
    // A library that does not know the kinds of auth callout takes them for generic claims, signed as of version 1.
    let callout = matches!(read.claims.kind(), Kind::AuthorizationRequest | Kind::AuthorizationResponse);
    if callout && !version.has(&AUTH_CALLOUT) {
        return Err(Unusable {
            text: DecodeError::SignatureV1.to_string(),
            cause: "signature",
            claims: None,
        });
    }
    Ok(read)
}

/// The rest of it, given whether the signature holds.
fn judge(
    read: Unverified<'_>,
    holds: bool,
    text: &[u8],
    kind: Kind,
    version: Version,
) -> Result<Claims, Unusable> {
    // Only a token that is refused is needed twice.
    let kept = if holds { None } else { fits(&read.claims, kind) };
    let claims = match read.judge(holds) {
        Ok(claims) => claims,
        Err(e) => {
            let cause = if matches!(e, DecodeError::Prefixes(_)) { "issuer-kind" } else { "signature" };
            let again = || undecided(text, version).ok().and_then(|read| fits(&read.claims, kind));
            return Err(Unusable { text: e.to_string(), cause, claims: kept.or_else(again) });
        }
    };
    if claims.kind() != kind {
        let text = format!("not {} claim", kind.word());
        return Err(Unusable { text, cause: "wrong-kind", claims: None });
    }
    Ok(claims)
}

fn undecided(text: &[u8], version: Version) -> Result<Unverified<'_>, DecodeError> {
    if version.has(&TOKEN_SIZE_CAP) { token::parse(text) } else { token::parse_of_any_size(text) }
}

/// The claims, where they are of this kind.
fn fits(claims: &Claims, kind: Kind) -> Option<Box<Claims>> {
    (claims.kind() == kind).then(|| Box::new(claims.clone()))
}

/// A library that does not know the kinds of auth callout reads them as generic claims, whose body is of any type.
fn of_known_kinds(words: String, version: Version) -> String {
    if version.has(&AUTH_CALLOUT) {
        return words;
    }
    for kind in ["AuthorizationRequest", "AuthorizationResponse"] {
        if words.contains(&format!(" {kind}.nats.")) {
            return DecodeError::SignatureV1.to_string();
        }
        if let Some((before, member)) = words.split_once(&format!(" {kind}Claims.")) {
            return format!("{before} GenericClaims.{member}");
        }
    }
    words
}

/// The Go that a release was built with, as its project builds it (`.travis.yml`, `.goreleaser.yml`).
fn go_of(version: Version) -> Go {
    if version.has(&GO_1_27) {
        Go::From1_27
    } else if version.has(&GO_1_20) {
        Go::From1_20
    } else {
        Go::UpTo1_19
    }
}

/// Whether verifying with this key panics in the library of this server: the length of the key.
pub(crate) fn panics(key: &str, version: Version) -> Option<usize> {
    if version.has(&SHORT_KEY_HANG_FIXED) {
        return None;
    }
    go::panics_before_0_4_16(key)
}

/// `Validate` as the library of this server does it.
pub(crate) fn issues(claims: &Claims, now: i64, version: Version) -> Vec<Issue> {
    let mut issues = token::validate(claims, now);
    if version.has(&TOKEN_SIZE_CAP) {
        return issues;
    }
    let dots = version.has(&SUBJECT_DOTS);
    issues.retain(|issue| match issue.id {
        "subject-dot-edge" | "subject-dot-double" => dots,
        "import-service-trace" | "export-stream-trace" => dots,
        "acct-trace-dest" | "acct-trace-dest-wildcard" | "acct-trace-sampling" => dots,
        "acct-cluster-traffic" => version.has(&CLUSTER_TRAFFIC_VALIDATED),
        id if id.starts_with("auth-") => version.has(&AUTH_CALLOUT),
        // Told below.
        "mapping-weight"
        | "mapping-cluster-total"
        | "mapping-total"
        | "import-overlap"
        | "import-duplicate" => false,
        _ => true,
    });
    if let Body::Account(account) = &claims.body {
        issues.extend(old_mappings(account, version));
        issues.extend(old_imports(claims, account));
    }
    issues
}

/// `Mapping.Validate` before v2.8.1: sums in eight bits, and before v2.7.0 over all clusters together.
fn old_mappings(account: &Account, version: Version) -> Vec<Issue> {
    let clusters = version.has(&CLUSTER_TRAFFIC_VALIDATED);
    let mut issues = Vec::new();
    let mut error = |id, text: String, source: &str| {
        let pointer = format!("/nats/mappings/{source}");
        issues.push(Issue { id, level: Level::Error, text, pointer });
    };
    let quote = |s: &str| token::quote(s.as_bytes());
    for (source, targets) in &account.mappings {
        let mut total = 0_u8;
        let mut per_cluster = std::collections::BTreeMap::<&str, u8>::new();
        for target in targets.iter().flatten() {
            if !version.has(&MAPPING_WILDCARDS) && token::subject::has_wildcards(&target.subject) {
                let text = format!(
                    "Subject {} in weighted mapping {} is not allowed to contains wildcard",
                    quote(&target.subject),
                    quote(source)
                );
                error("mapping-wildcard", text, source);
            }
            let weight = if target.weight == 0 { 100 } else { target.weight };
            if clusters && !target.cluster.is_empty() {
                let sum = per_cluster.entry(&target.cluster).or_default();
                *sum = sum.wrapping_add(target.weight);
                if *sum > 100 {
                    let text = format!(
                        "Mapping {} in cluster {} exceeds 100% among all of it's weighted to mappings",
                        quote(source),
                        quote(&target.cluster)
                    );
                    error("mapping-cluster-total", text, source);
                }
            } else {
                total = total.wrapping_add(weight);
            }
        }
        if total > 100 {
            let text =
                format!("Mapping {} exceeds 100% among all of it's weighted to mappings", quote(source));
            error("mapping-total", text, source);
        }
    }
    issues
}

/// `Imports.Validate` before v2.8.1: service imports of all exporters were compared.
fn old_imports(claims: &Claims, account: &Account) -> Vec<Issue> {
    let services = account.imports.iter().flatten().filter(|i| i.kind == token::ExportType::Service);
    let imports: Vec<_> = services
        .map(|i| Some(token::Import { account: "every".into(), token: String::new(), ..i.clone() }))
        .collect();
    if imports.len() < 2 {
        return Vec::new();
    }
    let body = Body::Account(Box::new(Account { imports, ..Account::default() }));
    let all =
        Claims { body, tags: Vec::new(), claim_type: String::new(), data: claims.data.clone(), version: 2 };
    let of_overlap = |issue: &Issue| matches!(issue.id, "import-overlap" | "import-duplicate");
    token::validate(&all, 0).into_iter().filter(of_overlap).collect()
}

/// The issues that make the server refuse, times included (`IsBlocking(true)`).
pub(crate) fn blocking(issues: &[Issue]) -> impl Iterator<Item = &Issue> {
    issues.iter().filter(|issue| issue.level != Level::Warning)
}

/// The condition that issues come to: `time` when it is the time alone.
pub(crate) fn cause(issues: &[Issue]) -> &'static str {
    let time_alone = blocking(issues).all(|issue| issue.level == Level::TimeCheck);
    if time_alone { "time" } else { "validation" }
}
