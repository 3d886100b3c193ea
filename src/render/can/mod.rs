//! How do we tell what a client may publish or subscribe to? For people and for machines.

mod human;
mod json;

use std::sync::Arc;

pub use human::human;
pub use json::{SCHEMA, json};

use crate::server::Decision;
use crate::server::permissions::{Action, Answer};
use crate::server::reach::Reach;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// Publishing or subscribing.
    pub action: Action,
    /// The subject.
    pub subject: String,
    /// The queue to subscribe in.
    pub queue: Option<String>,
}

/// The answer for one client.
#[derive(Debug)]
pub struct Answered {
    /// The credentials, as the user named them.
    pub path: Arc<str>,
    /// Who it is, in words.
    pub who: String,
    /// What the server does with the client; without a configuration, with its account alone.
    pub decision: Decision,
    /// Whether it may, once it is in; `None`: what it has is not known.
    pub answer: Option<Answer>,
    /// The scope that the permissions are of: its role and key.
    pub scope: Option<(String, String)>,
    /// Other accounts that the subject leads to.
    pub reach: Vec<Reach>,
}

/// A question and its answers.
#[derive(Debug)]
pub struct Asked {
    /// The time it was judged for, Unix seconds.
    pub at: i64,
    /// The configuration, if one was given.
    pub server: Option<Arc<str>>,
    /// The server's release.
    pub version: String,
    /// What was asked.
    pub question: Question,
    /// For each client.
    pub answers: Vec<Answered>,
}

impl Answered {
    /// `allowed`, `denied`, `reply-only`, `depends`, `unknown`.
    pub fn word(&self) -> &'static str {
        self.answer.as_ref().map_or("unknown", |answer| answer.allowed.name())
    }
}
