//! What would put it right? Plans, signatures, proofs, claim diffs.

mod claim_diff;
mod keys;

pub use claim_diff::{Change, diff};
pub use keys::{Elsewhere, Ring, SignError, Unusable};
