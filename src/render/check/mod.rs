//! How do we tell what a server does with a client? For people and for machines.

mod human;
mod json;
mod view;

pub use human::human;
pub(super) use human::{line, prose};
pub(super) use json::rights_from;
pub use json::{SCHEMA, json};
pub use view::{Checked, ClientResult, RunningResult, ServerResult};
