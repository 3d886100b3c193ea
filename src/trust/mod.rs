//! Who signed whom? The fleet that was given, and the chains in it.
//!
//! This is mathematics on keys: which key signed, and whether the one above lists it. Whether the signature itself holds is
//! said by `token`; what nats-server makes of it, with its versions and quirks, is left to `server`.

mod chain;
mod fleet;
mod opened;

pub use chain::{Chain, Link, Revoked, Signer};
pub use fleet::{Fleet, Id, Member, Trusted};
pub use opened::{OpenKey, OpenToken, Opened, Unopened};
