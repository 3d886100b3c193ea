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
