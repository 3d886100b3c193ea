//! And for a million of them? Streaming, parallel, in bounded memory; policy.

mod engine;
mod policy;
mod report;

pub use engine::{Settings, Verify, When, audit, configuration};
pub use policy::{BASELINE_SCHEMA, Baseline, Ignore, Judgement, Policy, PolicyError, fingerprint};
pub use report::{Edge, Expiration, Gathered, Graph, Group, Inputs, KEPT_PER_RULE, Report, Unread};
