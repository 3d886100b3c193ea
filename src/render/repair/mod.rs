//! How do changes look: of a claim, of a token, of a whole plan, of two sides?

mod change;
mod diff;
mod fixes;
mod fixes_json;
mod plan;
mod plan_json;

pub use change::{ChangeDto, change_lines};
pub use diff::{SCHEMA as DIFF_SCHEMA, human as diff_human, json as diff_json, unified as diff_unified};
pub use fixes::human as fixes;
pub use fixes_json::json as fixes_json;
pub use plan::{Ending, human as plan};
pub use plan_json::{SCHEMA as PLAN_SCHEMA, json as plan_json};
