//! A rule: data, an explanation and a check. Each stands in one file under `rules/<area>/` and is one word in
//! the list of `rules/mod.rs`; `explain`, SARIF's table, the man page, the docs and the tests fold out of that list.

use super::Severity;
use super::view::{Credential, File, Out, Rights, Scene, Scoped, Secret, Setup};
use crate::token::{Account, Operator, User};

/// What a rule looks at, and so what it is given.
#[derive(Clone, Copy)]
pub enum Check {
    /// A decision of a lower floor (`token::validate`, `trust`, `server`) that only needs to be told: no logic here.
    Gate,
    /// A file: its name, its mode, what kind of thing is in it.
    File(fn(&File<'_>, &Scene<'_>, &mut Out<'_>)),
    /// A token of any kind, by itself.
    Token(fn(&Credential<'_>, &mut Out<'_>)),
    /// An operator, by itself.
    Operator(fn(&Credential<'_>, &Operator, &mut Out<'_>)),
    /// An account, by itself.
    Account(fn(&Credential<'_>, &Account, &mut Out<'_>)),
    /// A signing key with a scope.
    Scope(fn(&Scoped<'_>, &mut Out<'_>)),
    /// A user, by itself.
    User(fn(&Credential<'_>, &User, &mut Out<'_>)),
    /// Permissions, whosever they are.
    Rights(fn(&Rights<'_>, &mut Out<'_>)),
    /// A seed or private key in a file.
    Secret(fn(&Secret<'_>, &mut Out<'_>)),
    /// A server's configuration, and what comes of starting the server.
    Config(fn(&Setup<'_>, &mut Out<'_>)),
}

/// A rule's data.
pub struct Rule {
    /// The problem's name in kebab case, never the remedy: `account-issuer-untrusted`. Stable for ever.
    pub code: &'static str,
    /// Folder of the rule and heading of the documentation: `token`, `creds`, `chain`, `resolver`, …
    pub area: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The problem in one line, no final stop.
    pub title: &'static str,
    /// What it means, what nats-server does about it, what to do. Markdown, a few paragraphs.
    pub explanation: &'static str,
    /// Where the rule comes from: a function of nats-server or of Go's jwt library, an RFC, an advisory.
    pub citation: &'static str,
    /// Releases of nats-server that it concerns: `all`, `2.11.0-2.11.13, 2.12.0-2.12.4`.
    pub versions: &'static str,
    /// The check.
    pub check: Check,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}
