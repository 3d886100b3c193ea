//! What does this JWT say? Decoding as Go decodes, encoding, the claim tree, typed claims, validation, NATS subjects.

mod claims;
pub mod json;
mod quote;

pub use claims::*;
pub use quote::quote;
