//! How far did the client come, and what was said on the way?

use std::fmt::Write as _;

use crate::server::causes;
use crate::server::client::Client;
use crate::server::decision::{Cause, Decision, Granted, Level, LogLine, Outcome, Step, Verdict};
use crate::server::gates::{CONNACK, VIOLATION};
use crate::server::load::Held;
use crate::server::version::LOGGED_IDENTITY;
use crate::token::quote;

/// Who the server thinks the client is, for its log: the members of CONNECT as authentication left them.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) nkey: String,
    pub(super) user: String,
    /// The key of the user whose JWT was let in.
    pub(super) jwt_user: Option<String>,
    pub(super) token: bool,
}

/// The steps made so far.
pub(super) struct Walk<'w> {
    pub(super) held: &'w Held<'w>,
    pub(super) client: &'w Client,
    pub(super) identity: Identity,
    steps: Vec<Step>,
    /// Causes, each with the number of its step.
    causes: Vec<(usize, Cause)>,
    missing: Vec<String>,
    /// What the server logs between the refusal and its `authentication error`.
    after: Vec<LogLine>,
}

/// A line at the debug level.
pub(super) fn debug(text: impl Into<String>) -> Vec<LogLine> {
    vec![LogLine::new(Level::Debug, text)]
}

impl<'w> Walk<'w> {
    pub(super) fn new(held: &'w Held<'w>, client: &'w Client) -> Self {
        let identity = Identity {
            nkey: client.nkey.clone(),
            user: client.user.clone(),
            jwt_user: None,
            token: !client.token.is_none() || (client.via.is_mqtt() && !client.password.is_none()),
        };
        Self {
            held,
            client,
            identity,
            steps: Vec::with_capacity(24),
            causes: Vec::new(),
            missing: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Whether some gate has refused.
    pub(super) fn refused(&self) -> bool {
        self.steps.iter().any(|s| s.outcome == Outcome::Refuse)
    }

    /// The gate that refused first.
    pub(super) fn first_refusal(&self) -> Option<&'static str> {
        self.steps.iter().find(|s| s.outcome == Outcome::Refuse).map(|s| s.gate)
    }

    fn step(&mut self, gate: &'static str, outcome: Outcome, found: String) -> &mut Step {
        let at = self.steps.len();
        self.steps.push(Step {
            gate,
            outcome,
            found,
            cause: None,
            server_logs: Vec::new(),
            client_sees: None,
        });
        &mut self.steps[at]
    }

    /// The client comes through.
    pub(super) fn pass(&mut self, gate: &'static str, found: impl Into<String>) {
        self.step(gate, Outcome::Pass, found.into());
    }

    /// The client comes through and the server logs something.
    pub(super) fn pass_logging(&mut self, gate: &'static str, lines: Vec<LogLine>, found: impl Into<String>) {
        self.step(gate, Outcome::Pass, found.into()).server_logs = lines;
    }

    /// The server refuses with its usual answer.
    pub(super) fn refuse(
        &mut self,
        gate: &'static str,
        cause: Option<&'static str>,
        lines: Vec<LogLine>,
        found: impl Into<String>,
    ) {
        let sees = if self.client.via.is_mqtt() { CONNACK } else { VIOLATION };
        self.refuse_with(gate, cause, lines, Some(sees.to_owned()), found);
    }

    /// The server refuses with an answer of its own.
    pub(super) fn refuse_with(
        &mut self,
        gate: &'static str,
        cause: Option<&'static str>,
        lines: Vec<LogLine>,
        sees: Option<String>,
        found: impl Into<String>,
    ) {
        let step = self.step(gate, Outcome::Refuse, found.into());
        step.cause = cause;
        step.server_logs = lines;
        step.client_sees = sees;
    }

    /// The server does not get as far as telling of the first refusal: it brings its process to an end.
    pub(super) fn crash(&mut self, found: &str) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.outcome == Outcome::Refuse) {
            step.cause = Some(causes::CRASH);
            step.client_sees = None;
            let _ = write!(step.found, "; {found}");
        }
    }

    /// It depends on something that is not known.
    pub(super) fn unknown(
        &mut self,
        gate: &'static str,
        found: impl Into<String>,
        missing: impl Into<String>,
    ) {
        self.step(gate, Outcome::Unknown, found.into());
        self.assume(missing);
    }

    /// The gate has nothing to ask about.
    pub(super) fn skip(&mut self, gate: &'static str, found: impl Into<String>) {
        self.step(gate, Outcome::NotAsked, found.into());
    }

    /// Gates that were not come to.
    pub(super) fn skip_all(&mut self, gates: &[&'static str], found: &str) {
        for gate in gates {
            self.skip(gate, found);
        }
    }

    /// Something that is taken for granted.
    pub(super) fn assume(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.missing.contains(&what) {
            self.missing.push(what);
        }
    }

    /// A finer condition at the last step.
    pub(super) fn cause(&mut self, cause: Cause) {
        let at = self.steps.len().saturating_sub(1);
        if let Some(step) = self.steps.get_mut(at) {
            step.cause = step.cause.or(Some(cause.id));
        }
        self.causes.push((at, cause));
    }

    /// Puts the step just made before what the server does a moment after it let the client in.
    pub(super) fn before_what_comes_later(&mut self) {
        let later = |step: &Step| matches!(step.gate, "CON-38" | "CON-40" | "CON-75");
        let (Some(to), Some(from)) = (self.steps.iter().position(later), self.steps.len().checked_sub(1))
        else {
            return;
        };
        let step = self.steps.remove(from);
        self.steps.insert(to, step);
        for (at, _) in self.causes.iter_mut().filter(|(at, _)| *at >= to) {
            *at = if *at == from { to } else { *at + 1 };
        }
    }

    /// A line between the refusal and `authentication error`.
    pub(super) fn log_after(&mut self, line: LogLine) {
        self.after.push(line);
    }

    /// What was refused so far does not decide: the authorization service is asked all the same.
    pub(super) fn delegate(&mut self) {
        for step in self.steps.iter_mut().filter(|s| s.outcome == Outcome::Refuse) {
            step.outcome = Outcome::Pass;
            step.client_sees = None;
            let _ = write!(step.found, "; the authorization service decides all the same");
        }
    }

    /// The text behind `authentication error`.
    fn suffix(&self) -> String {
        let Identity { nkey, user, jwt_user, token } = &self.identity;
        let options = self.held.server.options;
        let quoted = |what: &str, name: &str| format!(" - {what} {}", quote(name.as_bytes()));
        // A JWT that was not let in goes before a token, and has no name to tell.
        let sends_jwt = !self.client.via.is_mqtt()
            && (self.client.jwt.as_ref().is_some_and(|jwt| !jwt.is_empty())
                || !options.default_sentinel.is_empty());
        let token = *token && !(sends_jwt && options.operator_mode());
        if self.held.server.version.has(&LOGGED_IDENTITY) {
            return match (nkey.as_str(), user.as_str(), jwt_user) {
                ("", "", Some(key)) => quoted("JWT User", key),
                ("", "", None) if token => quoted("Token", "[REDACTED]"),
                ("", "", None) => String::new(),
                ("", user, _) => quoted("User", user),
                (nkey, _, _) => quoted("Nkey", nkey),
            };
        }
        if options.operator_mode() {
            String::new()
        } else if options.users.iter().any(|u| !u.nkey.is_empty()) {
            quoted("Nkey", nkey)
        } else if !options.users.is_empty() {
            quoted("User", user)
        } else {
            String::new()
        }
    }

    /// Draws the sum. A gate that refuses goes before one that is not known: the client stays outside whatever that
    /// one would say.
    pub(super) fn finish(mut self, granted: Option<Granted>) -> Decision {
        let first = |outcome| self.steps.iter().position(|s| s.outcome == outcome);
        let refuses = first(Outcome::Refuse);
        let decider = refuses.or_else(|| first(Outcome::Unknown));
        let verdict = match (refuses, decider) {
            (Some(_), _) => Verdict::Refuse,
            (None, Some(_)) => Verdict::Unknown,
            (None, None) => Verdict::Accept,
        };
        let come = decider.map_or(self.steps.len(), |at| at + 1);
        let mut server_logs: Vec<LogLine> =
            self.steps.iter().take(come).flat_map(|s| s.server_logs.iter().cloned()).collect();
        let step = decider.and_then(|at| self.steps.get(at));
        let client_sees = step.and_then(|s| s.client_sees.clone());
        if verdict == Verdict::Refuse {
            server_logs.append(&mut self.after);
            // Over MQTT the server forgets that it has refused already, and says no more to the client.
            let again = self.client.via.is_mqtt() && step.is_some_and(|step| step.gate == "CON-34");
            if again || matches!(client_sees.as_deref(), Some(VIOLATION | CONNACK)) {
                let text = format!("authentication error{}", self.suffix());
                server_logs.push(LogLine::new(Level::Error, text));
            }
        }
        let reason = match step {
            Some(step) => step.found.clone(),
            None => accepted(granted.as_ref()),
        };
        let at = decider.unwrap_or(usize::MAX);
        self.causes.sort_by_key(|(step, _)| *step != at);
        Decision {
            verdict,
            gate: step.map(|s| s.gate),
            client_sees,
            server_logs,
            reason,
            cause: step.and_then(|s| s.cause),
            causes: self.causes.into_iter().map(|(_, cause)| cause).collect(),
            missing: self.missing,
            granted,
            steps: self.steps,
        }
    }
}

fn accepted(granted: Option<&Granted>) -> String {
    match granted {
        Some(g) if g.user.is_empty() => format!("the server lets the client into account {}", g.account),
        Some(g) => format!("the server lets {} into account {}", g.user, g.account),
        None => "the server lets the client in".to_owned(),
    }
}
