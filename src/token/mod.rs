//! What does this JWT say? Decoding as Go decodes, encoding, the claim tree, typed claims, validation, NATS subjects.

mod apart;
mod base64;
mod claims;
mod decode;
mod distance;
mod encode;
pub mod json;
mod pointer;
mod quote;
mod reader;
mod reading;
mod salvage;
mod schema;
pub mod subject;
#[cfg(test)]
mod tests;
mod time;
mod tree;
mod validate;

pub(crate) use apart::{Apart, Guess};
pub use claims::*;
pub use decode::*;
pub(crate) use decode::{hold, is_spelled_plainly, parse_of_any_size};
pub use distance::{distance, nearest};
pub use encode::{EncodeError, HEADER, Sign, assemble, encode, jti, payload};
pub(crate) use pointer::of_member as pointer_of_member;
pub use quote::quote;
pub use reader::Oddity;
pub use reading::{Deviation, Signature, Token};
pub use time::instant;
pub use tree::{Layout, Tree};
pub(crate) use validate::go_url as url;
pub(crate) use validate::validate_with;
pub use validate::{Issue, Level, MAX_OVERLAPS, is_blocking, validate};
pub(crate) use validate::{clock, of_terms, zone};
