//! How does one changed claim look? What goes and what comes, by meaning: times as times, keys short, limits in words.

use serde::Serialize;
use serde_json::Value;

use crate::render::inspect::safe;
use crate::render::style::{Ink, Style};
use crate::render::{claim_path, text};
use crate::repair::Change;

/// The columns that a value may take.
const WIDEST: usize = 72;

/// A changed claim for machines: `pointer`, `element`, `before`, `after`.
#[derive(Serialize)]
pub struct ChangeDto {
    pointer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    element: String,
    before: Option<Value>,
    after: Option<Value>,
}

impl From<&Change> for ChangeDto {
    fn from(change: &Change) -> Self {
        let shown = |value: &Option<Value>| value.as_ref().map(|value| safe(value, false));
        ChangeDto {
            pointer: text::redact(&change.pointer),
            element: words(&change.element),
            before: shown(&change.before),
            after: shown(&change.after),
        }
    }
}

/// A text of a token without seeds, and no token.
fn words(text: &str) -> String {
    match safe(&Value::String(text.to_owned()), false) {
        Value::String(word) if word.starts_with("(a token") => "(a token)".to_owned(),
        Value::String(word) => word,
        other => other.to_string(),
    }
}

/// Changed claims, a line each, behind `+`, `-` or `~`. What every new signature brings is left out, unless all is asked for.
pub fn change_lines(changes: &[Change], indent: &str, style: Style, now: i64) -> String {
    let mut out = String::new();
    for change in changes.iter().filter(|change| style.verbose || !change.comes_with_a_signature()) {
        let (sign, ink, words) = match (&change.before, &change.after) {
            (None, Some(after)) => ('+', Ink::Good, value(after, &change.pointer, style, now)),
            (Some(before), None) => ('-', Ink::Error, value(before, &change.pointer, style, now)),
            (Some(before), Some(after)) => {
                let side = |side| value(side, &change.pointer, style, now);
                ('~', Ink::Warning, format!("{} → {}", side(before), side(after)))
            }
            (None, None) => continue,
        };
        out.push_str(indent);
        style.push(&mut out, ink, &sign.to_string());
        out.push(' ');
        style.push(&mut out, Ink::Strong, &place(change, style));
        out.push_str("  ");
        out.push_str(&words);
        out.push('\n');
    }
    out
}

/// Where it is: a claim path; of a list without order the element's name stands for its number.
fn place(change: &Change, style: Style) -> String {
    if change.element.is_empty() || change.element.starts_with('{') {
        return text::redact(&claim_path(&change.pointer));
    }
    let element = words(&change.element);
    let element: Vec<String> = element
        .split(' ')
        .map(|word| if is_key(word) { text::key(word, style.verbose) } else { text::escape(word) })
        .collect();
    let element = text::clip(&element.join(" "), WIDEST);
    let mut pointer = String::new();
    let mut named = false;
    for part in change.pointer.split('/').skip(1) {
        if !named && !pointer.is_empty() && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
        {
            named = true;
            pointer = format!("{}[{element}]", claim_path(&pointer));
        } else if named {
            pointer = format!("{pointer}.{}", text::escape(part));
        } else {
            pointer = format!("{pointer}/{part}");
        }
    }
    if named { pointer } else { text::redact(&claim_path(&change.pointer)) }
}

fn is_key(word: &str) -> bool {
    word.len() == 56 && crate::nkey::PublicKey::parse(word).is_ok()
}

fn value(value: &Value, pointer: &str, style: Style, now: i64) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let revocation = pointer.contains("/revocations/");
    match value {
        Value::Number(number) if matches!(pointer, "/exp" | "/nbf" | "/iat") || revocation => {
            match number.as_i64() {
                Some(0) | None => number.to_string(),
                Some(second) => text::time(second, now),
            }
        }
        Value::Number(number) if pointer.contains("limits") || pointer.contains("/template/") => {
            let bytes =
                last.ends_with("storage") || last.ends_with("bytes") || matches!(last, "payload" | "data");
            match number.as_i64() {
                Some(limit) if bytes => text::byte_limit(limit),
                Some(limit) => text::limit(limit),
                None => number.to_string(),
            }
        }
        Value::String(word) if is_key(word) => style.key(word),
        Value::String(word) => match words(word).as_str() {
            told @ "(a token)" => told.to_owned(),
            told => text::name(told),
        },
        other => text::clip(&text::escape_words(&text::redact(&safe(other, false).to_string())), WIDEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::diff;
    use serde_json::json;

    fn lines(before: Value, after: Value) -> String {
        change_lines(&diff(&before, &after), "  ", Style::default(), 1_000_000)
    }

    #[test]
    fn a_change_reads_by_its_meaning() {
        let key = crate::nkey::PublicKey::new(crate::nkey::Role::Account, [1; 32]).to_string();
        let said = lines(
            json!({"iat": 1, "exp": 1_000_060, "nats": {"limits": {"conn": 5, "payload": -1}, "signing_keys": [key]}}),
            json!({"iat": 2, "exp": 1_172_800, "name": "a\u{1b}", "nats": {"limits": {"conn": -1, "payload": 65536}}}),
        );
        assert_eq!(
            said,
            "  ~ exp  1970-01-12 13:47:40 UTC (in 60 seconds) → 1970-01-14 13:46:40 UTC (in 2 days)\n\
             \u{20} + name  \"a\\u{1b}\"\n\
             \u{20} ~ nats.limits.conn  5 → unlimited\n\
             \u{20} ~ nats.limits.payload  unlimited → 64 KiB\n\
             \u{20} - nats.signing_keys[AAAQCA…DPYC]  AAAQCA…DPYC\n"
        );
    }

    #[test]
    fn no_token_and_no_secret_is_shown() {
        let seed = "SUAAGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGA6BEM";
        let said = lines(json!({}), json!({"nats": {"token": "eyJa.eyJb.c", "x": seed, "y": [seed]}}));
        assert!(
            said.contains("(a token)") && !said.contains("eyJb") && !said.contains(&seed[..20]),
            "{said}"
        );
        let changes = diff(&json!({}), &json!({"x": {"token": "eyJa.eyJb.c", "y": seed}}));
        let dto =
            serde_json::to_string(&changes.iter().map(ChangeDto::from).collect::<Vec<_>>()).expect("JSON");
        assert!(!dto.contains("eyJb") && !dto.contains(&seed[..20]), "{dto}");
    }
}
