//! How do we say so? One file for each form of output.

mod audit;
pub mod can;
pub mod check;
mod diagnostic;
mod dto;
mod github;
mod graph;
mod html;
pub mod inspect;
mod junit;
mod prometheus;
pub mod recover;
pub mod repair;
mod report;
mod rules;
mod sarif;
mod style;
pub mod text;

pub use audit::{EXAMPLES as REPORT_EXAMPLES, brief as report_brief, human as report_human};
pub use diagnostic::{Locate, human as diagnostic, path as claim_path};
pub use dto::{FindingDto, TimeDto};
pub use github::github;
pub use graph::{dot, mermaid};
pub use html::html;
pub use junit::junit;
pub use prometheus::prometheus;
pub use report::{SCHEMA as REPORT_SCHEMA, expirations, json as report_json, json_line};
pub use rules::{explanation, rule_index, rule_list, rule_page};
pub use sarif::sarif;
pub use style::{Ink, Style};
