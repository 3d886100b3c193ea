//! How is a credential shown? For people with its chain drawn, for machines as `jwtfix/inspect/v1`.

mod brief;
mod build;
mod chain;
mod facts;
mod human;
mod json;
mod keys;
mod view;

pub use brief::brief;
pub use build::view;
pub use human::{human, title};
pub(in crate::render) use json::safe;
pub use json::{Json, SCHEMA, json, to_text};
pub use keys::{KeyReport, human as keys_human, json as keys_json};
pub use view::{ClientOutcome, ClientView, DamageView, DocumentView, Inspection, KeyView, TokenView};
