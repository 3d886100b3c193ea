//! JSON as Go's `encoding/json` reads and writes it.

mod any;
mod scan;
mod words;
pub(crate) mod write;

pub use any::Any;
pub(crate) use any::{MAX_NESTING, object as write_object};
pub(crate) use scan::{syntax_error, value_end};
pub use words::{Go, JsonError};
pub(crate) use write::{integer as write_integer, string as write_string, value as write_value};
