//! Does the server lack the account of a client, or its own, though its token is among the files? Then it is put there: into
//! the directory of its resolver, or among the preloads of its configuration.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::around::{Around, Then, real};
use super::files::name;
use super::preload;
use super::verdict::{Answer, Question};
use super::{FixError, Wanted};
use crate::file::config;
use crate::repair::survey::Survey;
use crate::server::causes;
use crate::server::decision::Decision;
use crate::server::options::{Resolver, ServerOptions};
use crate::server::startup::Startup;
use crate::token::Kind;
use crate::trust::Opened;

/// Where a server looks for the token of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In this file.
    File(PathBuf),
    /// Among the preloads of its configuration.
    Preload,
}

/// An account that a server lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lack {
    pub(super) account: String,
    /// The rule that says so.
    code: &'static str,
}

/// A token that is put where a server looks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) account: String,
    pub(super) home: Home,
    /// The file that has the token.
    pub(super) from: PathBuf,
    pub(super) token: Zeroizing<String>,
    pub(super) code: &'static str,
}

/// A file of the configuration with more preloads.
pub(super) struct Edited {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// What was put in: ranges of the bytes before, in their order, and what stands there then.
    pub(super) pieces: Vec<(Range<usize>, String)>,
}

/// Everything that is put somewhere for a server.
#[derive(Default)]
pub(super) struct Placing {
    pub(super) placed: Vec<Placed>,
    pub(super) edited: Option<Edited>,
    pub(super) refused: Vec<(PathBuf, String)>,
    met: BTreeSet<String>,
}

/// The account for want of whose token a server that starts refuses a client.
pub(super) fn lacking(decision: &Decision) -> Option<Lack> {
    let cause = decision.causes.iter().find(|cause| cause.id == causes::NOT_IN_RESOLVER)?;
    Some(Lack { account: cause.asked.clone(), code: "account-not-in-resolver" })
}

/// The system account for want of whose token a server does not start, or makes one up.
pub(super) fn lacks_its_own(startup: &Startup) -> Option<Lack> {
    let account = startup.options.system_account.clone();
    let missing =
        startup.errors.iter().any(|error| error.text == "error resolving system account: account missing");
    (missing || startup.bootstrapped).then_some(Lack { account, code: "system-account-unresolved" })
}

/// Where such a server looks for an account; none: it asks others.
fn home(options: &ServerOptions, account: &str, around: &Around<'_>) -> Option<Home> {
    match &options.resolver {
        Some(Resolver::Memory) => Some(Home::Preload),
        // What a cache lacks it asks others for.
        Some(Resolver::Directory(directory)) if !directory.cache => {
            Some(Home::File(around.named(&Path::new(&directory.dir).join(format!("{account}.jwt")))))
        }
        _ => None,
    }
}

impl Placing {
    /// Takes in what a server lacked that gave this answer. Says whether it is anything new.
    pub(super) fn take(
        &mut self,
        survey: &Survey,
        around: &Around<'_>,
        answer: &Answer,
        wanted: &Wanted,
    ) -> bool {
        let known = self.placed.len();
        for Lack { account, code } in answer.lacking() {
            if (!wanted.only.is_empty() && !wanted.only.contains(code)) || !self.met.insert(account.clone()) {
                continue;
            }
            let Some(home) = home(&answer.options, account, around) else { continue };
            let Some((from, token)) = newest(survey, around, account, Kind::Account) else { continue };
            if let Home::File(path) = &home {
                let deleted = path.with_extension("jwt.deleted");
                if around.is_taken(path) {
                    continue;
                }
                if around.is_taken(&deleted) {
                    let why = "the account was deleted here: move this file away if it is to come back";
                    self.refused.push((deleted, why.to_owned()));
                    continue;
                }
            }
            self.placed.push(Placed { account: account.clone(), home, from, token, code });
        }
        self.placed.len() > known
    }

    /// What the server says when all of it is where it looks. What it would not take even so is put nowhere; `told` is what
    /// it is told now, and what it is told besides its preloads stays.
    pub(super) fn ask(
        &mut self,
        question: &Question<'_>,
        then: &HashMap<PathBuf, Then<'_>>,
        told: &ServerOptions,
    ) -> Result<Answer, FixError> {
        loop {
            self.edited = None;
            let preloaded = self.placed.iter().any(|placed| placed.home == Home::Preload);
            if preloaded {
                match self.edit(question, &question.around(then))? {
                    Ok(edited) => self.edited = Some(edited),
                    Err(why) => {
                        self.preload_nothing(question, why);
                        continue;
                    }
                }
            }
            let mut with = then.clone();
            for placed in &self.placed {
                if let Home::File(path) = &placed.home {
                    with.insert(real(path), Then::Bytes(placed.token.as_bytes()));
                }
            }
            if let Some(Edited { path, bytes, .. }) = &self.edited {
                with.insert(real(path), Then::Bytes(bytes));
            }
            let answer = question.answer(&with)?;
            if preloaded && besides(&answer.options) != besides(told) {
                self.preload_nothing(
                    question,
                    "with its token there the configuration would say something else, too",
                );
                continue;
            }
            let all = self.placed.len();
            self.placed.retain(|placed| {
                let good = answer.takes(&placed.account);
                if !good {
                    let why = "the server lacks this account, and would not take this token of it";
                    self.refused.push((placed.from.clone(), why.to_owned()));
                }
                good
            });
            if self.placed.len() == all {
                return Ok(answer);
            }
        }
    }

    fn preload_nothing(&mut self, question: &Question<'_>, why: &str) {
        self.placed.retain(|placed| placed.home != Home::Preload);
        self.refused.push((question.server.to_owned(), format!("the server lacks an account, and {why}")));
    }

    /// The configuration with the tokens among its preloads, or why that cannot be.
    fn edit(
        &self,
        question: &Question<'_>,
        around: &Around<'_>,
    ) -> Result<Result<Edited, &'static str>, FixError> {
        let accounts: Vec<(&str, &str)> = self
            .placed
            .iter()
            .filter(|placed| placed.home == Home::Preload)
            .map(|placed| (placed.account.as_str(), placed.token.as_str()))
            .collect();
        let bytes = around.read(question.server)?;
        let path = String::from_utf8_lossy(name(question.server));
        let read = |bytes: &[u8], around: &Around<'_>| config::parse(&path, bytes, question.version, around);
        let Ok(config) = read(&bytes, around) else { return Ok(Err("its configuration does not parse")) };
        Ok(preload::insert(&config, &accounts).map(|inserted| {
            let file = &config.files[inserted.file.0];
            let mut new = file.bytes.clone();
            for (at, piece) in inserted.pieces.iter().rev() {
                new.splice(at.clone(), piece.bytes());
            }
            Edited { path: around.named(Path::new(&file.path)), bytes: new, pieces: inserted.pieces }
        }))
    }
}

/// What a server is told besides its preloads.
fn besides(options: &ServerOptions) -> ServerOptions {
    ServerOptions { preloads: Vec::new(), ..options.clone() }
}

/// The newest good token of a subject among the files as they would be, and the file that has it.
pub(super) fn newest(
    survey: &Survey,
    around: &Around<'_>,
    subject: &str,
    kind: Kind,
) -> Option<(PathBuf, Zeroizing<String>)> {
    let sites = survey.of_subject(subject).filter(|(_, site)| site.kind == kind);
    let paths = sites.flat_map(|(_, site)| &site.spots).map(|spot| &survey.places[spot.place].path);
    let mut newest: Option<(i64, PathBuf, Zeroizing<String>)> = None;
    for path in paths {
        let Ok(bytes) = around.read(path) else { continue };
        for open in Opened::read("".into(), &bytes, None, true).tokens {
            let good = open.holds() && open.token.refused.is_none();
            let (Some(claims), Some(text), true) = (&open.token.decoded, open.text, good) else { continue };
            if claims.data.sub == subject && newest.as_ref().is_none_or(|(iat, ..)| claims.data.iat > *iat) {
                newest = Some((claims.data.iat, path.clone(), text));
            }
        }
    }
    newest.map(|(_, path, token)| (path, token))
}
