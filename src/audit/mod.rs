//! And for a million of them? Streaming, parallel, in bounded memory; policy.

mod engine;
mod gathered;
mod policy;
mod report;
mod unread;

pub use engine::{Settings, Verify, When, audit, configuration};
pub use gathered::Gathered;
pub use policy::{BASELINE_SCHEMA, Baseline, Ignore, Judgement, Policy, PolicyError, fingerprint};
pub use report::{Edge, Expiration, Graph, Group, Inputs, KEPT_PER_RULE, Report};
pub use unread::{Unread, Unreads};
