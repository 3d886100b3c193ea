//! Which key is this? Public keys, seeds, signing, verifying one and verifying many; the only place that touches a secret.
//!
//! Two readings of a text stand beside each other: the strict one, which knows the one canonical spelling of a key
//! ([`PublicKey::parse`]), and [`go`], exactly as lenient as the Go library that nats-server is built with. What only
//! the second accepts works today and is worth a finding.

mod batch;
mod encoding;
mod error;
pub mod go;
mod identify;
mod public;
mod role;
mod seed;
mod verify;
mod weak;

pub use batch::{Batch, Signed};
pub use error::KeyError;
pub use identify::{Fault, Identity, Kind, Reading, identify};
pub use public::PublicKey;
pub use role::Role;
pub use seed::Seed;
pub use verify::verify;
pub use weak::is_weak;
