//! What would `check` put right of this server? A misspelled key of its configuration, a file of its resolver with another
//! name: what lets the server start, or a client in, that does not now.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::around::{Then, becoming, real};
use super::files::After;
use super::place::Edited;
use super::verdict::{Answer, Question};
use super::{Deed, FileChange, FixError, Fixes, HeldFix, Wanted};
use crate::lint::{Edit, Finding, Fix, Place, Safety};

/// How many things one after another: the next may come to light by the one before.
const MOST: usize = 20;

/// What becomes of a file of the server.
enum Change {
    Text { edited: Edited, span: Range<usize>, before: String, after: String },
    Renamed { from: PathBuf, to: PathBuf, bytes: Vec<u8> },
}

impl Change {
    /// The accounts whose tokens change for the server by it, if nothing else does.
    fn accounts(&self) -> Option<[&str; 2]> {
        match self {
            Change::Text { .. } => None,
            Change::Renamed { from, to, .. } => Some([key(from)?, key(to)?]),
        }
    }
}

/// The account whose token a resolver reads from this file.
fn key(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(".jwt")
}

impl Fixes {
    /// Puts right what `check` finds of the server and its clients, as far as that helps; what the server says then.
    pub(super) fn correct(
        &mut self,
        question: &Question<'_>,
        wanted: &Wanted,
        mut answer: Answer,
    ) -> Result<Answer, FixError> {
        let mut met = BTreeSet::new();
        for _ in 0..MOST {
            let new = |finding: &&Finding| !met.contains(&(finding.code(), finding.message.clone()));
            let means = |finding: &&Finding| wanted.only.is_empty() || wanted.only.contains(finding.code());
            let Some(finding) = answer.correctable().filter(means).find(new).cloned() else { break };
            met.insert((finding.code(), finding.message.clone()));
            let Some(fix) = finding.fix.as_ref() else { continue };
            let then = becoming(&self.after);
            let Some(change) = change(fix, question, &then) else { continue };
            let mut with = then.clone();
            match &change {
                Change::Text { edited, .. } => {
                    with.insert(real(&edited.path), Then::Bytes(&edited.bytes));
                }
                Change::Renamed { from, to, bytes } => {
                    with.insert(real(from), Then::Nothing);
                    with.insert(real(to), Then::Bytes(bytes));
                }
            }
            let helped = match change.accounts() {
                Some(accounts) => question.answer_for(&with, (&answer, &accounts))?,
                None => question.answer(&with)?,
            };
            drop(with);
            if !helped.betters(&answer) {
                continue;
            }
            if fix.safety == Safety::Unsafe && !wanted.lets(finding.code()) {
                let word = finding.code();
                self.held.push(HeldFix { finding, word, file: None });
                continue;
            }
            drop(then);
            self.take(change, finding.code())?;
            answer = helped;
        }
        Ok(answer)
    }

    fn take(&mut self, change: Change, code: &'static str) -> Result<(), FixError> {
        let codes = BTreeSet::from([code]);
        match change {
            Change::Text { edited, span, before, after } => {
                let line = edited.bytes[..span.start].iter().filter(|byte| **byte == b'\n').count() + 1;
                self.edit(&edited, vec![Deed::Text { line, before, after }], codes)?;
            }
            Change::Renamed { from, to, .. } => {
                let deeds = vec![Deed::Renamed { to: to.clone() }];
                self.after.push(After { path: to, ..After::as_is(&from)? });
                self.files.push(FileChange { path: from, deeds, codes });
            }
        }
        Ok(())
    }
}

/// What a fix makes of a file; none where that is planned for another reason, or cannot be done.
fn change(fix: &Fix, question: &Question<'_>, then: &HashMap<PathBuf, Then<'_>>) -> Option<Change> {
    let [edit] = fix.edits.as_slice() else { return None };
    let path = Path::new(&*fix.file);
    let around = question.around(then);
    let bytes = around.read(path).ok()?.to_vec();
    match edit {
        Edit::Text { span, with } => {
            let before = String::from_utf8_lossy(bytes.get(span.clone())?).into_owned();
            let after = in_the_quotes_of(&before, with);
            let mut new = bytes;
            new.splice(span.clone(), after.bytes());
            let pieces = vec![(span.clone(), after.clone())];
            let edited = Edited { path: path.to_owned(), bytes: new, pieces };
            Some(Change::Text { edited, span: span.clone(), before, after })
        }
        Edit::Rename { to } => {
            let to = path.with_file_name(to);
            let free = !around.is_taken(&to) && !then.contains_key(&real(path));
            free.then(|| Change::Renamed { from: path.to_owned(), to, bytes })
        }
        _ => None,
    }
}

/// A quoted word in the quotes that another one has, or in none.
fn in_the_quotes_of(other: &str, quoted: &str) -> String {
    let word = quoted.trim_matches('"');
    if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return quoted.to_owned();
    }
    let quote = other.chars().next().filter(|quote| ['"', '\''].contains(quote)).map(String::from);
    let quote = quote.unwrap_or_default();
    format!("{quote}{word}{quote}")
}

/// The file of a client as a place of findings.
pub(super) fn place(path: &Path) -> Place {
    Place::file(Arc::from(path.to_string_lossy()))
}
