//! What would nats-server do? Its gates in its order with its own words.

pub mod decision;
pub mod gates;
pub mod options;
pub mod permissions;
pub mod source;
pub mod startup;
pub mod subjects;
pub mod template;
pub mod terms;
pub mod times;

pub mod via;

pub use crate::file::version;
pub use decision::{Decision, Granted, Level, Limits, LogLine, Outcome, Step, Verdict};
pub use options::ServerOptions;
pub use version::Version;
