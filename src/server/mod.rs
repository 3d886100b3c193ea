//! What would nats-server do? Its gates in its order with its own words.

pub mod causes;
pub mod client;
pub mod connect;
pub mod decision;
#[cfg(test)]
pub(crate) mod fixture;
pub mod gates;
pub mod load;
pub mod options;
pub(crate) mod password;
pub mod permissions;
pub mod reach;
pub mod resolver;
pub mod source;
pub mod startup;
pub mod subjects;
pub mod template;
pub mod terms;
pub mod times;
mod tokens;
pub mod via;
pub mod world;

pub use crate::file::version;
pub use client::Client;
pub use connect::connect;
pub use decision::{Cause, Decision, Granted, Level, Limits, LogLine, Outcome, Step, Verdict};
pub use load::{Held, Server};
pub use options::ServerOptions;
pub(crate) use tokens::issues as issues_of;
pub use version::Version;
pub use world::World;
