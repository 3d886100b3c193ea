//! Does a changed token give more than before? Only what is known to take away, or to change nothing, passes for that;
//! whatever cannot be weighed counts as more, members that jwtfix does not know among them.
//!
//! The weights are nats-server's: a limit of -1 is none, a missing `exp` is never, a missing allow list allows everything.
//! What a 0 means differs from limit to limit, so a limit that becomes or was 0 is never weighed.

use serde_json::Value;

use super::claim_diff::{Change, diff};
use crate::token::JetStreamLimits;

/// How a change weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It takes away, or concerns nobody's rights.
    NoMore,
    /// It gives more, or cannot be weighed.
    More,
}

/// The changes between two payloads of layout v2 that give more.
pub fn widened(before: &Value, after: &Value) -> Vec<Change> {
    widening(&diff(before, after), before, after)
}

/// Of all changes between two such payloads those that give more.
pub(crate) fn widening(changes: &[Change], before: &Value, after: &Value) -> Vec<Change> {
    let more =
        |change: &&Change| !change.comes_with_a_signature() && weigh(change, before, after) == Weight::More;
    changes.iter().filter(more).cloned().collect()
}

pub(crate) fn weigh(change: &Change, before: &Value, after: &Value) -> Weight {
    let path: Vec<&str> = change.pointer.split('/').skip(1).collect();
    let name = path.last().copied().unwrap_or_default();
    let less = match path.as_slice() {
        ["exp"] => earlier(change),
        ["nbf"] => later(change),
        ["nats", "description" | "info_url"] => true,
        ["nats", "imports" | "exports", _, "name" | "description" | "info_url"] => true,
        // Another list of signers: one less is less.
        ["nats", "signing_keys", _] | ["nats", "imports" | "exports", _] => change.after.is_none(),
        ["nats", "signing_keys", _, "role" | "description"] => true,
        ["nats", "revocations", _] | ["nats", "exports", _, "revocations", _] => later(change),
        // Their names are subjects, which may read like anything.
        ["nats", "mappings", ..] => false,
        [.., "pub" | "sub", "allow", _]
        | [.., "src", _]
        | [.., "times", _]
        | [.., "allowed_connection_types", _] => allowed(change, before, after),
        [.., "allow" | "deny" | "src" | "times" | "allowed_connection_types"] => {
            change.before == change.after
        }
        [.., "pub" | "sub", "deny", _] => change.before.is_none(),
        [.., "resp", "max" | "ttl"] => change.after.is_none() && change.before.is_some(),
        _ => flag(name, change) || limit(name, change),
    };
    if less { Weight::NoMore } else { Weight::More }
}

/// A time limit that comes or moves towards the present.
fn earlier(change: &Change) -> bool {
    match (second(&change.before), second(&change.after)) {
        (_, 0) => false,
        (0, _) => true,
        (before, after) => after <= before,
    }
}

/// A beginning, or the end of what is revoked, that comes or moves away.
fn later(change: &Change) -> bool {
    let (before, after) = (second(&change.before), second(&change.after));
    after != 0 && after >= before
}

fn second(value: &Option<Value>) -> i64 {
    value.as_ref().and_then(Value::as_i64).filter(|second| *second > 0).unwrap_or_default()
}

/// An element of a list that allows; the list that is not there allows everything.
fn allowed(change: &Change, before: &Value, after: &Value) -> bool {
    let list = change.pointer.rsplit_once('/').map_or("", |(list, _)| list);
    let filled =
        |side: &Value| side.pointer(list).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    match (&change.before, &change.after) {
        (None, Some(_)) => !filled(before) && before.pointer(list).is_none(),
        (Some(_), None) => filled(after),
        _ => false,
    }
}

fn flag(name: &str, change: &Change) -> bool {
    // Those that hold back when they are set; and those that give.
    const HOLDS: [&str; 5] =
        ["disallow_bearer", "proxy_required", "max_bytes_required", "strict_signing_key_usage", "token_req"];
    const GIVES: [&str; 5] = ["wildcards", "bearer_token", "share", "allow_trace", "advertise"];
    let set = |value: &Option<Value>| match value {
        None => Some(false),
        Some(value) => value.as_bool(),
    };
    match (set(&change.before), set(&change.after)) {
        (Some(before), Some(after)) if HOLDS.contains(&name) => after >= before,
        (Some(before), Some(after)) if GIVES.contains(&name) => after <= before,
        _ => false,
    }
}

fn limit(name: &str, change: &Change) -> bool {
    const LIMITS: [&str; 7] = ["subs", "data", "payload", "imports", "exports", "conn", "leaf"];
    let known = LIMITS.contains(&name) || JetStreamLimits::NUMBERS.contains(&name);
    let number = |value: &Option<Value>| value.as_ref().map_or(Some(0), Value::as_i64);
    let (Some(before), Some(after)) = (number(&change.before), number(&change.after)) else { return false };
    known && after > 0 && before != 0 && (before < 0 || after <= before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn more(before: Value, after: Value) {
        assert!(!widened(&before, &after).is_empty(), "{before} -> {after} gives more");
    }

    #[track_caller]
    fn no_more(before: Value, after: Value) {
        assert_eq!(widened(&before, &after), [], "{before} -> {after} gives no more");
    }

    /// One way takes away, the other gives.
    #[track_caller]
    fn less(before: Value, after: Value) {
        no_more(before.clone(), after.clone());
        more(after, before);
    }

    #[test]
    fn times() {
        less(json!({}), json!({"exp": 5}));
        less(json!({"exp": 9}), json!({"exp": 5}));
        less(json!({"nbf": 5}), json!({"nbf": 9}));
        less(json!({}), json!({"nbf": 9}));
        no_more(json!({"iat": 1, "jti": "a", "iss": "b"}), json!({"iat": 2, "jti": "c", "iss": "d"}));
    }

    #[test]
    fn limits_and_flags() {
        let limits = |limits: Value| json!({"nats": {"limits": limits}});
        less(limits(json!({"conn": -1})), limits(json!({"conn": 5})));
        less(limits(json!({"conn": 9})), limits(json!({"conn": 5})));
        less(
            limits(json!({"tiered_limits": {"R1": {"streams": 9}}})),
            limits(json!({"tiered_limits": {"R1": {"streams": 1}}})),
        );
        // What 0 means depends on whom one asks.
        more(limits(json!({"streams": 5})), limits(json!({})));
        more(limits(json!({})), limits(json!({"streams": 5})));
        less(limits(json!({"wildcards": true})), limits(json!({})));
        less(limits(json!({})), limits(json!({"disallow_bearer": true})));
        less(json!({"nats": {"bearer_token": true}}), json!({"nats": {}}));
        less(json!({"nats": {}}), json!({"nats": {"strict_signing_key_usage": true}}));
        more(limits(json!({"conn": 5})), limits(json!({"conn": "5"})));
    }

    #[test]
    fn keys_and_revocations() {
        let nats = |nats: Value| json!({"nats": nats});
        less(nats(json!({"signing_keys": ["A", "B"]})), nats(json!({"signing_keys": ["A"]})));
        less(nats(json!({})), nats(json!({"revocations": {"U": 5}})));
        less(nats(json!({"revocations": {"U": 5}})), nats(json!({"revocations": {"U": 9}})));
        let export = |revocations: Value| json!({"nats": {"exports": [{"subject": "x", "type": "stream", "revocations": revocations}]}});
        less(export(json!({})), export(json!({"A": 5})));
        let scope = |conn: i64| nats(json!({"signing_keys": [{"key": "A", "template": {"subs": conn}}]}));
        less(scope(-1), scope(3));
    }

    #[test]
    fn permissions() {
        let publish = |publish: Value| json!({"nats": {"pub": publish}});
        less(publish(json!({})), publish(json!({"allow": ["a"]})));
        less(publish(json!({"allow": ["a", "b"]})), publish(json!({"allow": ["b"]})));
        more(publish(json!({"allow": ["a"]})), publish(json!({"allow": ["b"]})));
        more(publish(json!({"allow": []})), publish(json!({"allow": ["b"]})));
        less(publish(json!({})), publish(json!({"deny": ["a"]})));
        let user = |user: Value| json!({"nats": user});
        less(user(json!({})), user(json!({"allowed_connection_types": ["MQTT"]})));
        less(user(json!({"resp": {"max": 1}})), user(json!({})));
        less(user(json!({})), user(json!({"src": ["10.0.0.0/8"]})));
    }

    #[test]
    fn what_cannot_be_weighed_is_more() {
        for (before, after) in [
            (json!({"name": "a"}), json!({"name": "b"})),
            (json!({"nats": {"tags": ["a"]}}), json!({"nats": {}})),
            (json!({"nats": {"mappings": {"a": [{"subject": "b"}]}}}), json!({"nats": {}})),
            (json!({"nats": {"newer": 1}}), json!({"nats": {}})),
            (json!({}), json!({"zzz": {"a": 1}})),
        ] {
            more(before, after);
        }
        no_more(json!({"nats": {"description": "a"}}), json!({"nats": {}}));
    }
}
