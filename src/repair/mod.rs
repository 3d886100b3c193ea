//! What would put it right? Plans, signatures, proofs, claim diffs.

mod carry_out;
mod claim_diff;
mod coded;
mod compare;
pub mod convert;
mod draft;
mod fix;
mod form;
mod journal;
mod keys;
#[cfg(test)]
mod laws;
mod order;
mod plan;
mod reading;
mod recover;
mod run;
mod signer;
mod survey;
mod widen;
mod wish;

pub use carry_out::{CarryError, Work};
pub use claim_diff::{Change, diff};
pub use compare::{Comparison, Pair, Scope, Side, compare};
pub use draft::{Refused, Renewed};
pub use fix::{
    Case, Deed, Environment, FileChange, FixError, Fixes, HeldFix, Proof, Verdicts, Wanted,
    plan as plan_fixes, whom_it_trusts,
};
pub use form::FormError;
pub use journal::{NewBytes, WouldKeepSecret};
pub use keys::{Elsewhere, Ring, SignError, Unusable};
pub use order::{Hold, Order, Permit};
pub use plan::{Failed, Held, Plan, Planner, Stale, Step, StepError};
pub use recover::{
    Broken, Content, Decided, Found, Item, Missing, RecoverError, Recovery, Remark, Source,
    Token as FoundToken, Why,
};
pub use run::{Head, Run, RunError, Runs, State};
pub use signer::{Candidate, Class, NoKey};
pub use survey::{Given, Place, Site, Spot, Survey, Unreadable, Way};
pub use widen::widened;
pub use wish::{Wish, WishError};
