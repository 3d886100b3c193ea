//! What does the user say beside the files: what is told, and whom the servers trust?

use std::collections::HashSet;
use std::path::Path;

use jwtfix::audit::{Policy, PolicyError};
use jwtfix::disk;
use jwtfix::token;
use jwtfix::trust::Opened;

use super::{Args, Failure};
use crate::cli::gather::LARGEST;

/// Severities, selections, ignores and the baseline.
pub(super) fn policy(args: &Args, now: i64) -> Result<Policy, Failure> {
    let mut policy = Policy::new(now);
    let read = |path: &Path| -> Result<String, Failure> {
        let bytes = disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let wrong = |what: &Path, error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", what.display()));
    // From where the user stands, never from the tree under audit: that belongs to the suspect.
    let default = Path::new("jwtfix.toml");
    if let Some(path) = args.config.as_deref().or_else(|| default.exists().then_some(default)) {
        policy.configure(&read(path)?).map_err(|error| wrong(path, &error))?;
    }
    if let Some(path) = &args.baseline {
        policy.baseline(&read(path)?).map_err(|error| wrong(path, &error))?;
    }
    let unknown = |error: PolicyError| {
        Failure::new(error.to_string()).hint("`jwtfix explain` lists every code")
    };
    policy.only(args.only.iter().map(String::as_str)).map_err(unknown)?;
    policy.ignore(args.ignore.iter().map(String::as_str)).map_err(unknown)?;
    policy.min_severity = args.min_severity.or(policy.min_severity);
    Ok(policy)
}

/// The keys that may sign accounts, as the operators say that were named.
pub(super) fn trust(args: &Args) -> Result<Vec<String>, Failure> {
    let mut keys = HashSet::new();
    for path in &args.operator {
        let bytes = disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
        let opened = Opened::read(path.to_string_lossy().into(), &bytes, None, false);
        let operators: Vec<_> = opened
            .tokens
            .iter()
            .filter_map(|token| token.token.decoded.clone().filter(|_| token.holds()))
            .filter(|claims| claims.kind() == token::Kind::Operator)
            .collect();
        if operators.is_empty() {
            return Err(Failure::new(format!("{} has no operator's token in it", path.display()))
                .hint("`jwtfix inspect` says what a file is"));
        }
        for claims in &operators {
            if let Some(operator) = claims.operator() {
                keys.extend(operator.signing_keys.iter().cloned());
                keys.extend((!operator.strict_signing_key_usage).then(|| claims.data.sub.clone()));
            }
        }
    }
    Ok(keys.into_iter().collect())
}

