//! `mappings` of an account of the configuration: sources and what they are turned into.

use super::walk::{Read, Walk, q, shown};
use crate::file::config::{Node, Value};
use crate::server::load::mappings::{Target, refusal};
use crate::server::subjects;
use crate::server::version::AUTH_CALLOUT;

/// `parseAccountMappings`, for the account at `at`.
pub(super) fn mappings(walk: &mut Walk<'_>, node: &Node, at: usize) {
    let read = read(walk, node, at);
    walk.keep(read);
}

fn read(walk: &mut Walk<'_>, node: &Node, at: usize) -> Read<()> {
    for entry in walk.map(node)?.turned(walk.turn) {
        if !subjects::is_valid(&entry.key) {
            walk.fail(node, format!("Subject {} is not a valid subject", q(&entry.key)));
            continue;
        }
        let value = &entry.node.value;
        let mut targets = Vec::new();
        // The place that a failed type assertion is told at.
        let mut last = &entry.node;
        let mut to = String::new();
        if let Some(text) = value.as_str() {
            to = format!(" to {}", q(&text));
            targets.push(Target { subject: text.into_owned().into(), weight: 100, ..Target::default() });
        } else if let Value::Array(list) = value {
            for member in list.iter() {
                last = member;
                targets.extend(target(walk, member)?);
            }
        } else {
            match target(walk, &entry.node)? {
                Some(found) => targets.push(found),
                None => continue,
            }
        }
        if let Err(text) = refusal(&entry.key, &targets, walk.version) {
            // Servers of 2.9 put together the error of a list as of a text, and fail at that.
            if to.is_empty() && !walk.version.has(&AUTH_CALLOUT) {
                let kind = value.go_type();
                let text = format!("interface conversion: interface {{}} is {kind}, not string");
                return Err(walk.problem(last, text));
            }
            walk.fail(&entry.node, format!("Error adding mapping for {}{to} : {text}", q(&entry.key)));
            continue;
        }
        if let Some(account) = walk.options.accounts.get_mut(at) {
            let targets =
                targets.into_iter().map(|t| (t.subject.into_owned(), i64::from(t.weight))).collect();
            account.mappings.push((entry.key.clone(), targets));
        }
    }
    Ok(())
}

/// `parseAccountMapDest`; `None`: its error is kept.
fn target(walk: &mut Walk<'_>, member: &Node) -> Read<Option<Target<'static>>> {
    let Some(map) = member.value.as_map() else {
        walk.fail(member, "Expected an entry for the mapping destination");
        return Ok(None);
    };
    let (mut target, mut weighed) = (Target::default(), false);
    for entry in map.turned(walk.turn) {
        let node = &entry.node;
        // The caller recovers from a failed assertion, and knows the member alone.
        let text = |walk: &Walk<'_>| walk.string(node).map_err(|e| walk.problem(member, e.text));
        match entry.key.to_lowercase().as_str() {
            "dest" | "destination" => target.subject = text(walk)?.into(),
            "cluster" => target.cluster = text(walk)?.into(),
            "weight" => {
                let number = match &node.value {
                    Value::Integer(n) => *n,
                    value => {
                        let Some(text) = value.as_str() else {
                            walk.fail(node, format!("Unknown entry type for weight of {}\n", shown(value)));
                            return Ok(None);
                        };
                        let digits = text.strip_suffix('%').unwrap_or(&text);
                        let Ok(number) = digits.parse() else {
                            walk.fail(node, format!("Invalid weight {} for mapping destination", q(digits)));
                            return Ok(None);
                        };
                        number
                    }
                };
                let Some(weight) = u8::try_from(number).ok().filter(|n| *n <= 100) else {
                    walk.fail(node, format!("Invalid weight {number} for mapping destination"));
                    return Ok(None);
                };
                (target.weight, weighed) = (weight, true);
            }
            _ => {
                walk.fail(node, format!("Unknown field {} for mapping destination", q(&entry.key)));
                return Ok(None);
            }
        }
    }
    if !weighed {
        walk.fail(member, format!("Missing weight for mapping destination {}", q(&target.subject)));
        return Ok(None);
    }
    Ok(Some(target))
}
