//! Which subject mappings of an account does the server put in force?
//!
//! `AddWeightedMappings`: one wrong target drops the mapping of its source, and servers before 2.15.1 say nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::server::permissions::Mapping;
use crate::server::subjects;
use crate::server::version::{AUTH_CALLOUT, Version};
use crate::token::{Account, WeightedMapping, quote};

/// The mappings in force, and the sources of the others with the server's error.
pub(super) fn of(account: &Account, version: Version) -> (Vec<Mapping>, Vec<(String, String)>) {
    let (mut active, mut dropped) = (Vec::new(), Vec::new());
    for (source, targets) in &account.mappings {
        let targets = targets.as_deref().unwrap_or_default();
        match check(source, targets, version) {
            Err(text) => dropped.push((source.clone(), text)),
            Ok(()) => {
                // Targets of one cluster replace the others there, and which cluster this is, is not known here.
                let everywhere = targets.iter().filter(|t| t.cluster.is_empty());
                let destinations = everywhere.map(|t| (t.subject.clone(), i64::from(weight(t)))).collect();
                active.push(Mapping { source: source.clone(), destinations });
            }
        }
    }
    (active, dropped)
}

/// The mappings that a server does not put in force: source and the server's error.
pub(crate) fn dropped(account: &Account, version: Version) -> Vec<(&str, String)> {
    let all = account.mappings.iter();
    all.filter_map(|(source, targets)| {
        let error = check(source, targets.as_deref().unwrap_or_default(), version).err()?;
        Some((source.as_str(), error))
    })
    .collect()
}

fn weight(target: &WeightedMapping) -> u8 {
    if target.weight == 0 { 100 } else { target.weight }
}

/// Where a mapping goes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target<'t> {
    pub(crate) subject: Cow<'t, str>,
    /// In percent.
    pub(crate) weight: u8,
    /// The cluster that it is for; empty: all.
    pub(crate) cluster: Cow<'t, str>,
}

/// As a token says it: no weight is the whole.
fn check<'t>(source: &str, targets: &'t [WeightedMapping], version: Version) -> Result<(), String> {
    let whole = |t: &'t WeightedMapping| Target {
        subject: t.subject.as_str().into(),
        weight: weight(t),
        cluster: t.cluster.as_str().into(),
    };
    refusal(source, &targets.iter().map(whole).collect::<Vec<_>>(), version)
}

/// Why `AddWeightedMappings` refuses a mapping.
pub(crate) fn refusal(source: &str, targets: &[Target<'_>], version: Version) -> Result<(), String> {
    if !subjects::is_valid(source) {
        return Err("invalid subject".into());
    }
    let mut seen = HashSet::new();
    let mut totals = BTreeMap::<&str, u8>::new();
    // Servers of 2.9 summed over all clusters.
    let clusters = version.has(&AUTH_CALLOUT);
    for target in targets {
        if !seen.insert(&*target.subject) {
            return Err(format!("duplicate entry for {}", quote(target.subject.as_bytes())));
        }
        if target.weight > 100 {
            return Err("individual weights need to be <= 100".into());
        }
        let total = totals.entry(if clusters { &target.cluster } else { "" }).or_default();
        *total = total.wrapping_add(target.weight);
        if *total > 100 {
            return Err("total weight needs to be <= 100".into());
        }
        destination(source, &target.subject)?;
    }
    Ok(())
}

/// `ValidateMapping` and `NewSubjectTransform`.
fn destination(source: &str, target: &str) -> Result<(), String> {
    if target.is_empty() {
        return Ok(());
    }
    let wrong = |token: &str, text: &str| Err(format!("invalid mapping destination: {text} in {token}"));
    let stars = source.split('.').filter(|t| *t == "*").count();
    let full = |s: &str| s.split('.').next_back() == Some(">");
    let wild = stars > 0 || full(source);
    let index = |token: &str, n: usize| match n {
        _ if !wild => wrong(token, "wildcard index out of range"),
        n if n > stars => wrong(&format!("{token}: [{n}]"), "wildcard index out of range"),
        _ => Ok(()),
    };
    let mut ended = false;
    for token in target.split('.') {
        if token.is_empty() || ended {
            return wrong(token, "invalid transform");
        }
        if token.len() > 4 && token.starts_with("{{") && token.ends_with("}}") {
            let Some(call) = Call::read(token) else { return wrong(token, "unknown function") };
            let free = call.indexes.is_empty() || (!wild && call.name == "partition");
            if !free {
                call.indexes.iter().try_for_each(|n| index(token, *n))?;
            }
            continue;
        }
        if let Some(n) = token.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()) {
            index(token, n)?;
            continue;
        }
        if token == "*" || token.contains(['\t', '\n', '\u{c}', '\r', ' ']) {
            return wrong(token, "invalid subject");
        }
        ended = token == ">";
    }
    if full(source) != full(target) {
        return Err("invalid subject".into());
    }
    Ok(())
}

/// Whether a token calls a mapping function.
pub(crate) fn is_function(token: &str) -> bool {
    Call::read(token).is_some()
}

/// A mapping function in a target.
struct Call {
    name: String,
    indexes: Vec<usize>,
}

impl Call {
    fn read(token: &str) -> Option<Self> {
        let inner = token.strip_prefix("{{")?.strip_suffix("}}")?.trim();
        let (name, rest) = inner.split_once('(')?;
        let arguments: Vec<&str> = rest.strip_suffix(')')?.split(',').map(str::trim).collect();
        let name = name.trim().to_ascii_lowercase();
        let number = |at: usize| arguments.get(at).and_then(|a| a.parse::<usize>().ok());
        let indexes = match name.as_str() {
            "wildcard" | "splitfromleft" | "splitfromright" | "slicefromleft" | "slicefromright"
            | "split" | "left" | "right" => vec![number(0)?],
            "partition" => (1..arguments.len()).map(number).collect::<Option<_>>()?,
            "random" => Vec::new(),
            _ => return None,
        };
        Some(Self { name, indexes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_drops() {
        let target = |subject: &str, weight, cluster: &str| WeightedMapping {
            subject: subject.into(),
            weight,
            cluster: cluster.into(),
        };
        let new = Version::NEWEST;
        for (source, targets, works) in [
            ("foo", vec![target("bar", 0, "")], true),
            ("foo", vec![target("bar", 50, ""), target("baz", 50, "")], true),
            ("foo", vec![target("bar", 50, ""), target("baz", 51, "")], false),
            ("foo", vec![target("bar", 50, ""), target("bar", 10, "")], false),
            ("foo", vec![target("bar", 50, "A"), target("bar", 50, "B")], false),
            ("foo", vec![target("bar", 60, "A"), target("baz", 60, "B")], true),
            ("foo..x", vec![target("bar", 0, "")], false),
            ("foo.*", vec![target("bar.$1", 0, "")], true),
            ("foo.*", vec![target("bar.{{wildcard(1)}}", 0, "")], true),
            ("foo.*", vec![target("bar.{{wildcard(2)}}", 0, "")], false),
            ("foo.*", vec![target("bar.$2", 0, "")], false),
            ("foo.*", vec![target("bar", 0, "")], true),
            ("foo.>", vec![target("bar.>", 0, "")], true),
            ("foo.>", vec![target("bar", 0, "")], false),
            ("foo", vec![target("bar.*", 0, "")], false),
            ("foo", vec![target("bar.{{what(1)}}", 0, "")], false),
            ("foo", vec![target("bar.{{partition(10)}}", 0, "")], true),
            ("foo", vec![target("bar baz", 0, "")], false),
        ] {
            assert_eq!(check(source, &targets, new).is_ok(), works, "{source} {targets:?}");
        }
        let clusters = [target("bar", 60, "A"), target("baz", 60, "B")];
        assert!(check("foo", &clusters, Version::new(2, 9, 10)).is_err());
    }
}
