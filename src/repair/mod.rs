//! What would put it right? Plans, signatures, proofs, claim diffs.

mod claim_diff;
mod draft;
mod form;
mod keys;
mod signer;
mod widen;
mod wish;

pub use claim_diff::{Change, diff};
pub use draft::{Refused, Renewed};
pub use form::FormError;
pub use keys::{Elsewhere, Ring, SignError, Unusable};
pub use signer::{Candidate, Class, NoKey};
pub use widen::widened;
pub use wish::{Wish, WishError};
