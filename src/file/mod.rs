//! What is in these bytes? Credentials files, seeds, server configurations, stores, packs, contexts, secrets.

pub mod config;
pub mod version;
