//! How does a recovery look? What is rebuilt, what is kept aside and why, what is missing, and what to do next.

mod human;
mod json;
mod next;

pub use human::human;
pub use json::{SCHEMA, json};

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// Nothing was written.
    Planned,
    /// It stands in this directory.
    Written {
        /// The directory.
        directory: &'a str,
        /// Errors that an audit of it finds.
        errors: u64,
        /// Warnings that it finds.
        warnings: u64,
    },
}

impl Ending<'_> {
    /// The directory, or what stands for it where there is none yet.
    fn directory(&self) -> &str {
        match self {
            Ending::Planned => "OUT",
            Ending::Written { directory, .. } => directory,
        }
    }
}
