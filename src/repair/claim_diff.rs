//! What changed between two claims? Semantic: the order of a list that has none is no change, an absent limit is 0,
//! and an element of exports, imports or signing keys is the same one when what identifies it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One difference: at `pointer`, `before` became `after`; neither is absent on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// JSON pointer into the payload. For elements of unordered lists the index is that of the side that has it, the
    /// newer first.
    pub pointer: String,
    /// Which element of an unordered list, in words: `service orders.> of A…`; empty elsewhere.
    pub element: String,
    /// The value before; none: it was not there.
    pub before: Option<Value>,
    /// The value after; none: it is gone.
    pub after: Option<Value>,
}

impl Change {
    /// Whether every token that is signed anew has it: a new signature renews these, whatever else changes.
    pub fn comes_with_a_signature(&self) -> bool {
        matches!(self.pointer.as_str(), "/iat" | "/jti" | "/iss")
    }
}

/// Every difference of two payloads, in the order of the document, removed members last.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk("", before, after, &mut changes);
    changes
}

fn walk(pointer: &str, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => objects(pointer, a, b, changes),
        (Value::Array(a), Value::Array(b)) => lists(pointer, a, b, changes),
        _ if same(before, after) => {}
        _ => changes.push(Change {
            pointer: pointer.to_string(),
            element: String::new(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

fn objects(
    pointer: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<Change>,
) {
    for (name, new) in after {
        let pointer = join(pointer, name);
        match before.get(name) {
            Some(old) => walk(&pointer, old, new, changes),
            None if absent_means(&pointer, new) => {}
            None => appeared(pointer, new, changes),
        }
    }
    for (name, old) in before {
        let pointer = join(pointer, name);
        if !after.contains_key(name) && !absent_means(&pointer, old) {
            vanished(pointer, old, changes);
        }
    }
}

/// An object that comes or goes is told by its members, so that a diff names claims and not trees.
fn appeared(pointer: String, value: &Value, changes: &mut Vec<Change>) {
    match value {
        Value::Object(members) if !members.is_empty() => objects(&pointer, &Map::new(), members, changes),
        Value::Array(elements) if !elements.is_empty() => lists(&pointer, &[], elements, changes),
        _ => {
            changes.push(Change { pointer, element: String::new(), before: None, after: Some(value.clone()) })
        }
    }
}

fn vanished(pointer: String, value: &Value, changes: &mut Vec<Change>) {
    match value {
        Value::Object(members) if !members.is_empty() => objects(&pointer, members, &Map::new(), changes),
        Value::Array(elements) if !elements.is_empty() => lists(&pointer, elements, &[], changes),
        _ => {
            changes.push(Change { pointer, element: String::new(), before: Some(value.clone()), after: None })
        }
    }
}

fn lists(pointer: &str, before: &[Value], after: &[Value], changes: &mut Vec<Change>) {
    let mut old: BTreeMap<String, Vec<(usize, &Value)>> = BTreeMap::new();
    for (i, value) in before.iter().enumerate().rev() {
        old.entry(identity(value)).or_default().push((i, value));
    }
    for (i, new) in after.iter().enumerate() {
        let identity = identity(new);
        let at = format!("{pointer}/{i}");
        match old.get_mut(&identity).and_then(Vec::pop) {
            Some((_, value)) => {
                let first = changes.len();
                walk(&at, value, new, changes);
                for change in &mut changes[first..] {
                    if change.element.is_empty() {
                        change.element.clone_from(&identity);
                    }
                }
            }
            None => changes.push(Change {
                pointer: at,
                element: identity,
                before: None,
                after: Some(new.clone()),
            }),
        }
    }
    let mut gone: Vec<_> = old
        .into_iter()
        .flat_map(|(identity, values)| values.into_iter().map(move |(i, value)| (i, identity.clone(), value)))
        .collect();
    gone.sort_by_key(|(i, ..)| *i);
    changes.extend(gone.into_iter().map(|(i, element, value)| Change {
        pointer: format!("{pointer}/{i}"),
        element,
        before: Some(value.clone()),
        after: None,
    }));
}

/// What makes a list's element the same one: its key where it is a scope, kind, subject and account where it is an
/// export or import, start and end of a time range, else its whole text.
fn identity(value: &Value) -> String {
    let Value::Object(members) = value else {
        return value.as_str().map_or_else(|| value.to_string(), str::to_string);
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    if members.contains_key("key") {
        return text("key").to_string();
    }
    if members.contains_key("account") {
        return format!("{} {} of {}", text("type"), text("subject"), text("account"));
    }
    if members.contains_key("subject") {
        // A weighted mapping has a subject and a cluster, an export a type.
        return [text("type"), text("subject"), text("cluster")].join(" ").trim().to_string();
    }
    value.to_string()
}

/// Whether a member that is not there says the same as this value: false, 0, an empty text or list. Not so for
/// `sampling`, whose 0 is written, and not within lists.
fn absent_means(pointer: &str, value: &Value) -> bool {
    if unlimited_by_default(pointer) {
        return value.as_i64() == Some(-1);
    }
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty() && !presence_matters(pointer),
        Value::Object(members) => {
            members.iter().all(|(name, value)| absent_means(&join(pointer, name), value))
        }
        Value::Bool(true) => false,
    }
}

/// Lists whose empty form nats-server tells from an absent one: an empty allow list allows nothing to be published,
/// and a scoped user with an empty list is refused.
fn presence_matters(pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    matches!(name, "allow" | "deny" | "src" | "times" | "allowed_connection_types")
}

/// Limits of a role that Go's `NewUserScope` sets to -1 before it reads them.
fn unlimited_by_default(pointer: &str) -> bool {
    let limit = pointer.rsplit_once("/template/").map(|(_, limit)| limit);
    pointer.starts_with("/nats/signing_keys/") && matches!(limit, Some("subs" | "data" | "payload"))
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.as_f64().is_some() && a.as_f64() == b.as_f64() && a.as_i64() == b.as_i64())
        }
        _ => a == b,
    }
}

/// `pointer` with one more member, escaped as RFC 6901 says.
fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(before: Value, after: Value) -> Vec<String> {
        diff(&before, &after)
            .into_iter()
            .map(|change| match (&change.before, &change.after) {
                (None, _) => format!("+{} {}", change.pointer, change.element),
                (_, None) => format!("-{} {}", change.pointer, change.element),
                _ => format!("~{} {}", change.pointer, change.element),
            })
            .map(|line| line.trim_end().to_string())
            .collect()
    }

    #[test]
    fn order_of_lists_and_written_defaults_are_no_change() {
        assert!(
            pointers(
                json!({"nats": {"signing_keys": ["AB", "AC"], "limits": {"conn": 0}, "tags": []}}),
                json!({"nats": {"signing_keys": ["AC", "AB"], "limits": {}}}),
            )
            .is_empty()
        );
    }

    #[test]
    fn elements_are_told_by_what_identifies_them() {
        assert_eq!(
            pointers(
                json!({"imports": [
                    {"subject": "a", "account": "AX", "type": "stream"},
                    {"subject": "b", "account": "AX", "type": "stream", "to": "x"}]}),
                json!({"imports": [
                    {"subject": "b", "account": "AX", "type": "stream", "to": "y"},
                    {"subject": "c", "account": "AX", "type": "stream"}]}),
            ),
            ["~/imports/0/to stream b of AX", "+/imports/1 stream c of AX", "-/imports/0 stream a of AX"]
        );
    }

    #[test]
    fn a_tree_that_comes_is_told_by_its_claims() {
        assert_eq!(
            pointers(json!({}), json!({"nats": {"limits": {"conn": -1, "subs": 0}}})),
            ["+/nats/limits/conn"]
        );
    }

    #[test]
    fn a_role_s_limit_that_is_not_there_is_none() {
        let role = |template: Value| json!({"nats": {"signing_keys": [{"key": "A", "template": template}]}});
        assert!(pointers(role(json!({"subs": -1})), role(json!({}))).is_empty());
        assert_eq!(
            pointers(role(json!({"subs": 0})), role(json!({}))),
            ["-/nats/signing_keys/0/template/subs A"]
        );
    }

    #[test]
    fn an_empty_allow_list_is_not_an_absent_one() {
        assert_eq!(pointers(json!({"pub": {"allow": []}}), json!({"pub": {}})), ["-/pub/allow"]);
    }
}
