//! What is in these bytes? Credentials files, seeds, server configurations, stores, packs, contexts, secrets.

pub mod config;
pub mod context;
pub mod creds;
mod document;
mod form;
mod json;
mod kubernetes;
pub mod layout;
pub mod lookup;
pub mod nsc;
mod options;
mod part;
mod recognise;
mod scan;
mod text;
pub mod version;

pub use document::{Damage, Document, Inner, Kind};
pub use part::{Part, What};
pub use recognise::{MOST, alone, recognise};

#[cfg(test)]
mod tests;
