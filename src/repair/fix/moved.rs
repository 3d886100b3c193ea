//! Does the server know an operator by an older token, or by a key that it has left, though the new token is among the files?
//! That takes the old one's place, in the configuration or in the file that it names: another key with a word only, for it
//! changes whom the server trusts.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::around::{Around, Then, becoming, real};
use super::files::name;
use super::place::{Edited, newest};
use super::verdict::{Answer, Question};
use super::{Deed, FixError, Fixes, HeldFix, Wanted};
use crate::file::config::{self, Config, Entry, Node};
use crate::file::{What, recognise};
use crate::lint::{
    Finding, Fix, Place, Safety, config_operator_moved as rule, operator_older_in_config as older, shell,
};
use crate::repair::survey::Survey;
use crate::server::options::OPERATORS;
use crate::token::{Claims, Kind, parse, quote};

const TRUSTED: &[&str] = &["trusted_keys", "trusted"];

/// Why a server does not trust the account of a client.
pub(super) struct Distrust {
    pub(super) account: String,
    /// What the configuration says, and who signed the account.
    pub(super) why: String,
    /// What to do about that.
    pub(super) remedy: String,
    pub(super) moved: Option<Moved>,
}

/// What would have the server trust an operator by its new key.
pub(super) struct Moved {
    pub(super) finding: Finding,
    pub(super) edited: Edited,
    pub(super) deed: Deed,
}

/// An operator that a configuration names.
struct Named<'a> {
    node: &'a Node,
    claims: Claims,
    /// The file that has its token.
    path: PathBuf,
    bytes: Vec<u8>,
    span: Range<usize>,
}

impl Fixes {
    /// Has the server trust an operator by its new token, where a client needs it and a word lets that in. What the server
    /// says then; and why it does not trust an account, and what to do about that.
    pub(super) fn trust(
        &mut self,
        survey: &Survey,
        question: &Question<'_>,
        wanted: &Wanted,
        answer: Answer,
    ) -> Result<(Answer, Option<(String, String)>), FixError> {
        let then = becoming(&self.after);
        let Some(Distrust { account, why, mut remedy, moved }) = distrust(survey, question, &then, &answer)
        else {
            return Ok((answer, None));
        };
        let means = |moved: &Moved| wanted.only.is_empty() || wanted.only.contains(moved.finding.code());
        if let Some(Moved { finding, edited, deed }) = moved.filter(means) {
            let code = finding.code();
            let mut with = then.clone();
            with.insert(real(&edited.path), Then::Bytes(&edited.bytes));
            let trusting = question.answer(&with)?;
            drop(with);
            let is_safe = finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
            if !trusting.takes(&account) {
                let why =
                    "with its operator's new token the server would not take the account of a client either";
                self.refused.push((edited.path, why.to_owned()));
            } else if is_safe || wanted.lets(code) {
                drop(then);
                self.edit(&edited, vec![deed], BTreeSet::from([code]))?;
                return Ok((trusting, None));
            } else {
                self.held.push(HeldFix { finding, word: code, file: None });
                remedy = format!(
                    "the same command with --unsafe={code} puts the operator's new token there: it changes whom the server trusts"
                );
            }
        }
        Ok((answer, Some((why, remedy))))
    }
}

/// The first account that a server does not trust which gave this answer, and what would help.
pub(super) fn distrust(
    survey: &Survey,
    question: &Question<'_>,
    then: &HashMap<PathBuf, Then<'_>>,
    answer: &Answer,
) -> Option<Distrust> {
    let around = question.around(then);
    let bytes = around.read(question.server).ok()?;
    let path = String::from_utf8_lossy(name(question.server));
    let config = config::parse(&path, &bytes, question.version, &around).ok()?;
    let places = Places { config: &config, around: &around };
    answer.untrusted().into_iter().find_map(|account| {
        let (_, token) = newest(survey, &around, account, Kind::Account)?;
        let signed = parse(token.as_bytes()).ok()?.claims.data;
        if answer.options.trust().any(|key| key == signed.iss) {
            return None;
        }
        let account = account.to_owned();
        let whose = format!("account {} is signed by {}", quote(signed.name.as_bytes()), signed.iss);
        let said = places.said()?;
        let Some(now) = signer(survey, &around, &signed.iss) else {
            let why = format!("{said}; {whose}, whose token is not among the files");
            let remedy = "give the token of that operator with --operator FILE or --store DIR".to_owned();
            return Some(Distrust { account, why, remedy, moved: None });
        };
        let why = format!("{said}; {whose}, and its operator is in {}", now.0.display());
        let (_, _, claims) = &now;
        let remedy = places.remedy(&claims.data.sub);
        let moved = places.named().into_iter().find(|named| {
            let (old, new) = (&named.claims.data, &claims.data);
            let known = answer.options.operators.iter().any(|told| told.subject == new.sub);
            let moved = old.name == new.name && !old.name.is_empty() && !known;
            moved || (old.sub == new.sub && old.iat < new.iat)
        });
        let moved = moved.map(|named| places.replace(&named, now));
        Some(Distrust { account, why, remedy, moved })
    })
}

/// The newest token of the operator whose key this is: its file, its text and what it says.
fn signer(survey: &Survey, around: &Around<'_>, key: &str) -> Option<(PathBuf, String, Claims)> {
    let known = &survey.fleet.operator_of(key)?.claims.data.sub;
    let (path, token) = newest(survey, around, known, Kind::Operator)?;
    let claims = parse(token.as_bytes()).ok()?.claims;
    let lists = claims.operator().is_some_and(|body| body.signing_keys.iter().any(|other| other == key));
    // Nobody but itself says which keys an operator has.
    let own = claims.data.iss == claims.data.sub;
    (own && (claims.data.sub == key || lists)).then(|| (path, token.to_string(), claims))
}

/// A configuration among the files as they would be.
struct Places<'a> {
    config: &'a Config,
    around: &'a Around<'a>,
}

impl<'a> Places<'a> {
    fn entry(&self, names: &[&str]) -> Option<&'a Entry> {
        let all = &self.config.root;
        names.iter().find_map(|name| all.entries().find(|entry| entry.key.eq_ignore_ascii_case(name)))
    }

    /// The entry that says whom it trusts.
    fn trusts(&self) -> Option<&'a Entry> {
        self.entry(OPERATORS).or_else(|| self.entry(TRUSTED))
    }

    /// Its file and its line.
    fn place(&self, entry: &Entry) -> Option<(PathBuf, usize)> {
        let file = self.config.files.get(entry.file.0)?;
        let (line, ..) = file.locate(entry.key_span.start);
        Some((self.around.named(Path::new(&file.path)), line))
    }

    /// `FILE:LINE` of where it says whom it trusts, and whom.
    fn said(&self) -> Option<String> {
        let entry = self.trusts()?;
        let (path, line) = self.place(entry)?;
        let name = |claims: &Claims| format!("{} as {}", quote(claims.data.name.as_bytes()), claims.data.sub);
        let mut told: Vec<String> = self.named().iter().map(|named| name(&named.claims)).collect();
        if told.is_empty() {
            told = texts(&entry.node).collect();
        }
        Some(format!("{}:{line}: {} names {}", path.display(), entry.key, told.join(", ")))
    }

    /// What has it trust another key.
    fn remedy(&self, key: &str) -> String {
        let entry = self.entry(TRUSTED);
        let old: Vec<String> = entry.map(|entry| texts(&entry.node).collect()).unwrap_or_default();
        match (entry.and_then(|entry| self.place(entry)), old.as_slice()) {
            (Some((path, line)), [old]) => format!(
                "`sed -i '{line}s/{old}/{key}/' {}` has it trust that one, once it is started again",
                shell::word(&path.to_string_lossy())
            ),
            (Some(_), _) => format!(
                "put {key} there in the place of the key that its operator has left, and restart the server"
            ),
            _ => "name that operator's token there if the server is to trust it, and restart the server"
                .to_owned(),
        }
    }

    /// The operators that it names whose tokens can be read.
    fn named(&self) -> Vec<Named<'a>> {
        let Some(entry) = self.entry(OPERATORS) else { return Vec::new() };
        nodes(&entry.node).filter_map(|node| self.operator(node)).collect()
    }

    fn operator(&self, node: &'a Node) -> Option<Named<'a>> {
        let text = node.value.as_str()?;
        let (path, bytes) = if text.starts_with("eyJ") {
            let file =
                self.config.files.get(node.file.0).filter(|_| node.variable.is_none() && !node.bare)?;
            (PathBuf::from(&file.path), file.bytes.clone())
        } else {
            let path = PathBuf::from(&*text);
            let bytes = self.around.read(&self.around.beside(&path)).ok()?.to_vec();
            (path, bytes)
        };
        let inline = text.starts_with("eyJ");
        let span = recognise(&bytes)
            .parts
            .iter()
            .filter(|part| part.what == What::Token)
            .filter(|part| !inline || (part.span.start >= node.span.start && part.span.end <= node.span.end))
            .map(|part| part.span.clone())
            .next()?;
        let claims = parse(bytes.get(span.clone())?).ok()?.claims;
        (claims.kind() == Kind::Operator).then(|| Named {
            node,
            claims,
            path: self.around.named(&path),
            bytes,
            span,
        })
    }

    fn replace(&self, named: &Named<'_>, (from, token, new): (PathBuf, String, Claims)) -> Moved {
        let file = &self.config.files[named.node.file.0];
        let (line, column, _) = file.locate(named.node.span.start);
        let here = Place::file(self.around.named(Path::new(&file.path)).to_string_lossy()).line(line, column);
        let there = Place::file(from.to_string_lossy());
        let (old, new) = (&named.claims.data, &new.data);
        let finding = if old.sub == new.sub {
            let fix = Fix::safe("put the newer token in its place", &here, []);
            older::told_of(&old.name, (here, &there)).fix(fix)
        } else {
            let fix = Fix::unsafe_(format!("have the server trust {} in its place", new.sub), &here, []);
            rule::told_of(&old.name, &old.sub, &new.sub, (here, &there)).fix(fix)
        };
        let mut bytes = named.bytes.clone();
        bytes.splice(named.span.clone(), token.bytes());
        let edited = Edited { path: named.path.clone(), bytes, pieces: vec![(named.span.clone(), token)] };
        let deed =
            Deed::Operator { name: old.name.clone(), before: old.sub.clone(), after: new.sub.clone(), from };
        Moved { finding, edited, deed }
    }
}

/// A value, or the members of a list.
fn nodes(node: &Node) -> impl Iterator<Item = &Node> {
    let members = node.value.as_array();
    members.into_iter().flatten().chain(members.is_none().then_some(node))
}

fn texts(node: &Node) -> impl Iterator<Item = String> + '_ {
    nodes(node).filter_map(|node| Some(node.value.as_str()?.into_owned()))
}
