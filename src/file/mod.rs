//! What is in these bytes? Credentials files, seeds, server configurations, stores, packs, contexts, secrets.

pub mod config;
pub mod creds;
mod part;
mod scan;
mod text;
pub mod version;

pub use part::{Part, What};
