//! What is wrong? Rules, findings, places, fixes.
//!
//! The floors below state facts; rules state opinions. A rule that *is* a gate of nats-server refers to the gate and
//! has no logic of its own.

mod advisories;
pub mod connect;
mod example;
mod finding;
pub(crate) mod imports;
mod issues;
mod notes;
pub mod reading;
mod rule;
mod rules;
pub mod run;
pub mod shell;
pub mod view;

pub use crate::token::distance;
pub use example::example;
pub use finding::{Edit, Finding, Fix, Place, Safety, Severity};
pub use issues::{issue, issues, rule_of};
pub use notes::{creds_contents, notes};
pub use rule::{Check, Rule};
pub(crate) use rules::config::{config_operator_moved, operator_older_in_config};

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
