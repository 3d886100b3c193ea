//! What is wrong? Rules, findings, places, fixes.
//!
//! The floors below state facts; rules state opinions. A rule that *is* a gate of nats-server refers to the gate and
//! has no logic of its own.

mod finding;
mod rule;
mod rules;

pub use finding::{Edit, Finding, Fix, Place, Safety, Severity};
pub use rule::{Check, Rule};

/// Every rule, by area and name.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().copied()
}

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code == code)
}

/// The code most like `code`, for people who mistyped it: at most three edits away, or the one that it begins.
pub fn nearest(code: &str) -> Option<&'static str> {
    rules()
        .map(|rule| (distance(code, rule.code), rule.code))
        .filter(|&(edits, known)| edits <= 3 || (code.len() > 3 && known.starts_with(code)))
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein's distance in bytes: the least number of inserted, removed and replaced bytes between `a` and `b`.
pub fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
