//! JSON as Go's `encoding/json` reads and writes it.

mod any;
mod scan;
pub(crate) mod write;

pub use any::Any;
pub(crate) use any::object as write_object;
pub(crate) use scan::{MAX_DEPTH, syntax_error};
pub(crate) use write::{integer as write_integer, string as write_string};
