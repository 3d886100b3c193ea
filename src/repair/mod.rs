//! What would put it right? Plans, signatures, proofs, claim diffs.

mod claim_diff;
mod draft;
mod form;
mod journal;
mod keys;
mod run;
mod signer;
mod widen;
mod wish;

pub use claim_diff::{Change, diff};
pub use draft::{Refused, Renewed};
pub use form::FormError;
pub use journal::{NewBytes, WouldKeepSecret};
pub use keys::{Elsewhere, Ring, SignError, Unusable};
pub use run::{Head, Run, RunError, Runs, State};
pub use signer::{Candidate, Class, NoKey};
pub use widen::widened;
pub use wish::{Wish, WishError};
