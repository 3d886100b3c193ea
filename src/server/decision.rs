//! What came out when a server was asked?
//!
//! A [`Decision`] is a fact about one server of one version: the gate that refuses, the words that the client reads
//! and the lines that the server logs. The gates behind the first refusal are walked too, so that a person can put
//! all of it right at once; a gate that needs something an earlier gate did not yield is told as not asked.

use std::fmt;

/// What the server does with the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It lets the client in.
    Accept,
    /// It refuses the client.
    Refuse,
    /// It depends on something that the files do not say; [`Decision::missing`] names it.
    Unknown,
}

impl Verdict {
    /// `accept`, `refuse`, `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The level at which the server logs a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// `[DBG]`, only with `debug: true`.
    Debug,
    /// `[INF]`.
    Info,
    /// `[INF]` by the server's `Noticef`.
    Notice,
    /// `[WRN]`.
    Warn,
    /// `[ERR]`.
    Error,
    /// `[FTL]`, the server ends.
    Fatal,
}

impl Level {
    /// The tag in the server's log: `DBG`, `INF`, `WRN`, `ERR`, `FTL`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Debug => "DBG",
            Self::Info | Self::Notice => "INF",
            Self::Warn => "WRN",
            Self::Error => "ERR",
            Self::Fatal => "FTL",
        }
    }
}

/// A line of the server's log, without time and connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogLine {
    /// Its level.
    pub level: Level,
    /// Its text, exactly.
    pub text: String,
}

impl LogLine {
    /// A line at a level.
    pub fn new(level: Level, text: impl Into<String>) -> Self {
        Self { level, text: text.into() }
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.level.tag(), self.text)
    }
}

/// What one gate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The client comes through.
    Pass,
    /// The server refuses here.
    Refuse,
    /// It depends on something that is not known.
    Unknown,
    /// It cannot be asked, since an earlier gate yielded nothing to ask about, or the server never asks it here.
    NotAsked,
}

impl Outcome {
    /// `pass`, `refuse`, `unknown`, `not-asked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Refuse => "refuse",
            Self::Unknown => "unknown",
            Self::NotAsked => "not-asked",
        }
    }
}

/// One gate walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The rule id of the gate, a [`super::gates::Gate`].
    pub gate: &'static str,
    /// What it said.
    pub outcome: Outcome,
    /// What was found, in words: why it refused, or what it let pass.
    pub found: String,
    /// The finer condition, where the server folds several into one text: `trust`, `time`, `validation`, …
    pub cause: Option<&'static str>,
    /// What the server logs at this gate, should the client come so far.
    pub server_logs: Vec<LogLine>,
    /// What the client reads when it is refused here.
    pub client_sees: Option<String>,
}

/// Subjects that a user may and may not use in one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectRights {
    /// The allow list; `None`: everything that is not denied. An empty list allows nothing when publishing and
    /// everything when subscribing, which [`super::permissions`] knows.
    pub allow: Option<Vec<String>>,
    /// The deny list.
    pub deny: Vec<String>,
}

impl SubjectRights {
    /// Whether nothing is restricted.
    pub fn unrestricted(&self) -> bool {
        self.allow.is_none() && self.deny.is_empty()
    }
}

/// The right to publish to the reply subjects of messages received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Responses {
    /// Replies per request; negative: unlimited.
    pub max: i64,
    /// How long after the request, in nanoseconds; negative: for ever.
    pub expires: i64,
}

/// Which text the effective permissions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RightsFrom {
    /// Nothing restricts the user.
    #[default]
    Nowhere,
    /// The user's own permissions.
    User,
    /// The template of the scoped signing key.
    Scope,
    /// The account's default permissions.
    AccountDefaults,
    /// The `default_permissions` of an `authorization` or `accounts` block: the config's users.
    Config,
}

/// Limits of a connection once registered. `-1` is unlimited, `0` is a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Subscriptions.
    pub subs: i64,
    /// Bytes in a message.
    pub payload: i64,
    /// Bytes altogether: never enforced by any server.
    pub data: i64,
    /// Connections of the account at the same time.
    pub account_connections: i64,
    /// Leafnode connections of the account at the same time.
    pub account_leafnodes: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { subs: -1, payload: -1, data: -1, account_connections: -1, account_leafnodes: -1 }
    }
}

/// What the client has once it is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    /// The account: its public key, or its name in a config.
    pub account: String,
    /// The account's name, when its JWT has one.
    pub account_name: String,
    /// The user: its public key, name, or nkey; empty for an anonymous one.
    pub user: String,
    /// The user's name, when its JWT has one.
    pub user_name: String,
    /// Where the permissions come from.
    pub rights_from: RightsFrom,
    /// Publishing.
    pub publish: SubjectRights,
    /// Subscribing; an entry may be `subject queue`.
    pub subscribe: SubjectRights,
    /// Replying.
    pub responses: Option<Responses>,
    /// Limits.
    pub limits: Limits,
    /// When the server ends the connection, in Unix seconds: the earliest of the user's `exp`, the account's `exp`
    /// and the end of the time window.
    pub expires: Option<i64>,
    /// The transports allowed; empty: all.
    pub connection_types: Vec<String>,
    /// What works less than the account's JWT says: inactive imports, dropped mappings.
    pub inactive: Vec<String>,
}

/// A condition behind a refusal, finer than the server's words: what the server folds into one text, or does not say
/// at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its id: one of [`super::causes`].
    pub id: &'static str,
    /// What is wrong, in words that a person can act on.
    pub text: String,
    /// What was asked for and is wrong: an account's key or name.
    pub asked: String,
    /// What was probably meant: a key or name that exists.
    pub nearest: Option<String>,
}

/// What a server does with a client, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it does.
    pub verdict: Verdict,
    /// The gate that decides: the first that refuses or is unknown. `None` when the client is let in.
    pub gate: Option<&'static str>,
    /// What the client reads when it is refused (`Authorization Violation`), exactly.
    pub client_sees: Option<String>,
    /// What the server logs on the way to its decision, in its order.
    pub server_logs: Vec<LogLine>,
    /// Why, in words that a person can act on.
    pub reason: String,
    /// The finer condition at the deciding gate.
    pub cause: Option<&'static str>,
    /// Every finer condition found, those of the deciding gate first.
    pub causes: Vec<Cause>,
    /// What has to be known to turn `Unknown` into an answer, or what an `Accept` takes for granted.
    pub missing: Vec<String>,
    /// Every gate walked, in the server's order, those past the first refusal too.
    pub steps: Vec<Step>,
    /// What the client is granted; also told past a refusal, as far as it is known.
    pub granted: Option<Granted>,
}

impl Decision {
    /// Every gate that refuses, the deciding one first.
    pub fn refusals(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.outcome == Outcome::Refuse)
    }

    /// The step of a gate.
    pub fn step(&self, gate: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.gate == gate)
    }
}
