//! Would this server start, and what is it told?
//!
//! The way of `nats-server` from its configuration file to `Server is ready`, phase by phase (server.md, section 1):
//! reading the file, mapping options, validating them, building the server, starting it. Each refusal carries the
//! server's own words. What the options came to is [`ServerOptions`], which the connect gates read.

mod accounts;
mod auth;
mod blocks;
mod duration;
mod fields;
mod forward;
mod leafnodes;
mod mappings;
mod outside;
mod reload;
mod running;
mod shares;
mod sharing;
mod start;
mod top;
mod trust;
mod url;
mod validate;
mod walk;

pub use fields::known_fields;
pub use reload::{Change, Effect, reload};
pub use running::{Difference, Needs, Running, varz};

use super::options::ServerOptions;
use crate::file::config::{Cause, Config, ConfigError, Entry, FileId, SourceFile, Sources, Span, parse};
use crate::file::version::Version;

/// How far the server comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// A: reading the words of the file.
    Parse,
    /// B: mapping options.
    Options,
    /// C: validating them together.
    Validate,
    /// D: building the server.
    Build,
    /// E: starting it.
    Start,
}

/// Whether it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartVerdict {
    /// `Server is ready`.
    Starts,
    /// It ends with an error.
    Fails,
    /// That depends on something that is not known here.
    Unknown,
}

/// One refusal or warning of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `FILE:LINE:COL`, where the server names one.
    pub place: Option<String>,
    /// The bytes that it is about, where they are known.
    pub span: Option<(FileId, Span)>,
    /// The server's text without the place.
    pub text: String,
}

impl Problem {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { place: None, span: None, text: text.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// What comes of starting a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Startup {
    /// Whether it starts.
    pub verdict: StartVerdict,
    /// The phase that decided.
    pub phase: Phase,
    /// What the server prints before it ends; several of phase B in the order of the file (the server's own order is
    /// random).
    pub errors: Vec<Problem>,
    /// What it warns about and goes on; `nats-server -t` fails for those of phase B.
    pub warnings: Vec<Problem>,
    /// How many of the warnings are of phase B.
    pub config_warnings: usize,
    /// What is missing for a verdict.
    pub unknown: Vec<String>,
    /// What the server was told; what was readable of it where it fails.
    pub options: ServerOptions,
    /// The configuration was read far enough to say whom the server lets in: no error and nothing unknown is in a part
    /// of it that decides about that.
    pub tells_of_clients: bool,
    /// The system account could not be fetched: the server injects one and retries every second (CFG-65).
    pub bootstrapped: bool,
    /// What may come of it instead: the server walks the maps of its configuration in random order, and here that
    /// decides.
    pub otherwise: Vec<Startup>,
    /// The configuration, unless it does not parse.
    pub config: Option<Config>,
    half_read: Vec<SourceFile>,
}

impl Startup {
    /// The line that the server ends with: on stderr, or as `[FTL]` in its log in phase E.
    pub fn error(&self) -> Option<String> {
        if self.errors.is_empty() {
            return None;
        }
        let joined = self.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Some(match self.phase {
            Phase::Start => format!("[FTL] {joined}"),
            _ => format!("nats-server: {joined}"),
        })
    }

    /// The files that the configuration was read from, as far as that went where it does not parse; the first is the
    /// configuration itself.
    pub fn files(&self) -> &[SourceFile] {
        self.config.as_ref().map_or(&self.half_read, |config| &config.files)
    }

    /// Whether `nats-server -t` calls the configuration valid: only phases A and B, warnings count as errors.
    pub fn passes_test(&self) -> bool {
        self.phase > Phase::Parse
            && self.config_warnings == 0
            && (self.errors.is_empty() || self.phase > Phase::Options)
    }
}

/// Top-level keys that decide whom the server lets in.
const DECIDING: &[&str] = &[
    "operator",
    "operators",
    "roots",
    "root",
    "root_operators",
    "root_operator",
    "resolver",
    "account_resolver",
    "accounts_resolver",
    "resolver_preload",
    "trusted",
    "trusted_keys",
    "accounts",
    "authorization",
    "jwt",
];

/// Whether an error stands in a part of the configuration that does not decide about clients.
fn elsewhere(config: &Config, problem: &Problem) -> bool {
    let Some((file, span)) = problem.span else { return false };
    let around = |entry: &&Entry| {
        let node = &entry.node;
        node.file == file && entry.key_span.start <= span.start && span.end <= node.span.end
    };
    config.root.entries().find(around).is_some_and(|entry| {
        let key = entry.key.to_lowercase();
        !DECIDING.iter().any(|deciding| crate::token::distance(&key, deciding) <= 2)
    })
}

/// Starts the server of a release in thought, at a time in Unix seconds. `path` is what `-c` would name.
pub fn startup(path: &str, bytes: &[u8], version: Version, now: i64, sources: &dyn Sources) -> Startup {
    let config = match parse(path, bytes, version, sources) {
        Ok(config) => config,
        Err(e) => return unreadable(e),
    };
    let (mut outcome, chance) = walked(&config, version, now, sources, 0);
    if chance {
        for turn in 1..=TURNS {
            let (other, _) = walked(&config, version, now, sources, turn);
            let same = |s: &Startup| s.errors == other.errors && s.warnings == other.warnings;
            if !same(&outcome) && !outcome.otherwise.iter().any(same) {
                outcome.otherwise.push(other);
            }
        }
        if let Some(other) = outcome.otherwise.iter().find(|other| other.verdict != outcome.verdict) {
            let other = other.error().unwrap_or_else(|| "it starts".into());
            outcome
                .unknown
                .push(format!("the order in which the server reads its options, which is random: {other}"));
            outcome.verdict = StartVerdict::Unknown;
        }
    }
    outcome.config = Some(config);
    outcome
}

/// Turns that a walk is repeated in where its order decides; maps that matter are smaller.
const TURNS: usize = 12;

fn nothing_yet() -> Startup {
    Startup {
        verdict: StartVerdict::Starts,
        phase: Phase::Parse,
        errors: Vec::new(),
        warnings: Vec::new(),
        config_warnings: 0,
        unknown: Vec::new(),
        options: ServerOptions::default(),
        tells_of_clients: false,
        bootstrapped: false,
        otherwise: Vec::new(),
        config: None,
        half_read: Vec::new(),
    }
}

/// What comes of a configuration that does not parse.
fn unreadable(error: ConfigError) -> Startup {
    let ConfigError { text, file, span, cause, files, .. } = error;
    let (verdict, unknown) = match cause {
        Cause::Refused | Cause::Crash => (StartVerdict::Fails, Vec::new()),
        Cause::Unreadable | Cause::Limit => (StartVerdict::Unknown, vec![text.clone()]),
    };
    let errors = vec![Problem { place: None, span: Some((file, span)), text }];
    Startup { verdict, unknown, errors, half_read: files, ..nothing_yet() }
}

/// What comes of a walk that begins its maps at a turn, and whether another order may come to something else.
fn walked(
    config: &Config,
    version: Version,
    now: i64,
    sources: &dyn Sources,
    turn: usize,
) -> (Startup, bool) {
    let mut walk = walk::Walk::new(config, version, now, sources, turn);
    top::walk(&mut walk);
    let walk::Walk { errors, warnings, unknown, options, settings, chance, .. } = walk;
    let mut outcome = Startup {
        phase: Phase::Options,
        tells_of_clients: unknown.is_empty() && errors.iter().all(|problem| elsewhere(config, problem)),
        config_warnings: warnings.len(),
        errors,
        warnings,
        unknown,
        options,
        ..nothing_yet()
    };
    let remotes = &outcome.options.leafnodes.remote_accounts;
    outcome.options.meshed = settings.cluster_port != 0
        || settings.gateway_port != 0
        || !settings.gateway_name.is_empty()
        || remotes.contains(&outcome.options.system_account);
    if outcome.errors.is_empty() {
        if let Err(text) = validate::validate(&mut outcome.options, &settings, version) {
            outcome.phase = Phase::Validate;
            outcome.errors.push(Problem::plain(text));
        } else {
            start::build(&mut outcome, &settings, version, now, sources);
        }
    }
    outcome.verdict = match (outcome.errors.is_empty(), outcome.unknown.is_empty()) {
        (false, _) => StartVerdict::Fails,
        (true, false) => StartVerdict::Unknown,
        (true, true) => StartVerdict::Starts,
    };
    (outcome, chance)
}

#[cfg(test)]
mod tests;
