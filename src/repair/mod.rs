//! What would put it right? Plans, signatures, proofs, claim diffs.

mod claim_diff;

pub use claim_diff::{Change, diff};
