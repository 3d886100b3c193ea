//! In what do two tokens differ, or all tokens of two sides? By what they claim, not by how they are written: the layout, the
//! order of lists and the time of a signature are no claims.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::claim_diff::{Change, diff};
use super::form::form;
use super::survey::{Site, Survey};
use crate::disk::DiskError;
use crate::token::{Kind, Layout, Signature, Token};

/// A token of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Its file.
    pub file: PathBuf,
    /// Its name.
    pub name: String,
    /// Who signed it.
    pub issuer: String,
    /// When, Unix seconds.
    pub iat: i64,
    /// Whether the signature holds.
    pub signature: Signature,
    /// How it is laid out.
    pub layout: Option<Layout>,
}

/// A token of both sides, or of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Its kind.
    pub kind: Kind,
    /// Whose it is.
    pub subject: String,
    /// On the first side.
    pub a: Option<Side>,
    /// On the second side.
    pub b: Option<Side>,
    /// What differs, the signature's own claims among it.
    pub changes: Vec<Change>,
}

impl Pair {
    /// Whether it is another token, in one way or another.
    pub fn is_other(&self) -> bool {
        self.differs() || !self.changes.is_empty()
    }

    /// Whether the sides claim different things: not where one was only signed again by the same key.
    pub fn differs(&self) -> bool {
        let (Some(a), Some(b)) = (&self.a, &self.b) else { return true };
        let claims = |change: &Change| !matches!(change.pointer.as_str(), "/iat" | "/jti");
        a.signature != b.signature || self.changes.iter().any(claims)
    }
}

/// All pairs of two sides.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What is not the same on both sides, or on one side alone: by kind and subject.
    pub pairs: Vec<Pair>,
    /// How many are the same, to the byte.
    pub same: usize,
    /// How many are of a kind that the other side has none of, and so were not asked about: users of a store that is
    /// compared with a resolver's directory.
    pub left_out: usize,
}

/// Which side names the tokens that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Both: what one side lacks is a difference.
    Both,
    /// The first: what the second has besides is not asked for.
    First,
    /// The second.
    Second,
}

/// Compares all tokens of two sides. Of several copies of a subject the one signed last counts. One token on each side is
/// compared whosever it is.
pub fn compare(a: &Survey, b: &Survey, scope: Scope) -> Result<Comparison, DiskError> {
    let mut comparison = Comparison::default();
    if let ([first], [second]) = (a.sites.as_slice(), b.sites.as_slice()) {
        comparison.take(Some((a, first)), Some((b, second)))?;
        return Ok(comparison);
    }
    let (mut left, mut right) = (best(a), best(b));
    if scope == Scope::Both && !left.is_empty() && !right.is_empty() {
        let kinds =
            |side: &BTreeMap<Key<'_>, &Site>| side.keys().map(|(kind, _)| *kind).collect::<BTreeSet<Kind>>();
        let (in_left, in_right) = (kinds(&left), kinds(&right));
        let before = left.len() + right.len();
        left.retain(|(kind, _), _| in_right.contains(kind));
        right.retain(|(kind, _), _| in_left.contains(kind));
        comparison.left_out = before - left.len() - right.len();
    }
    for (key, first) in &left {
        match right.get(key) {
            Some(second) => comparison.take(Some((a, first)), Some((b, second)))?,
            None if scope != Scope::Second => comparison.take(Some((a, first)), None)?,
            None => {}
        }
    }
    for (key, second) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        let _ = key;
        if scope != Scope::First {
            comparison.take(None, Some((b, second)))?;
        }
    }
    comparison.pairs.sort_by(|a, b| (a.kind, &a.subject).cmp(&(b.kind, &b.subject)));
    Ok(comparison)
}

type Key<'a> = (Kind, &'a str);

fn best(survey: &Survey) -> BTreeMap<Key<'_>, &Site> {
    let mut best: BTreeMap<Key<'_>, &Site> = BTreeMap::new();
    for site in &survey.sites {
        let known = best.entry((site.kind, &site.subject)).or_insert(site);
        if site.iat > known.iat {
            *known = site;
        }
    }
    best
}

impl Comparison {
    fn take(&mut self, a: Option<(&Survey, &Site)>, b: Option<(&Survey, &Site)>) -> Result<(), DiskError> {
        if let (Some((_, first)), Some((_, second))) = (a, b)
            && first.digest == second.digest
        {
            self.same += 1;
            return Ok(());
        }
        let Some((_, site)) = a.or(b) else { return Ok(()) };
        let (kind, subject) = (site.kind, site.subject.to_string());
        let (a, b) = (a.map(read).transpose()?, b.map(read).transpose()?);
        let changes = match (&a, &b) {
            (Some((_, first)), Some((_, second))) => diff(first, second),
            _ => Vec::new(),
        };
        self.pairs.push(Pair {
            kind,
            subject,
            a: a.map(|(side, _)| side),
            b: b.map(|(side, _)| side),
            changes,
        });
        Ok(())
    }
}

fn read((survey, site): (&Survey, &Site)) -> Result<(Side, Value), DiskError> {
    let text = survey.text(site)?;
    let token = Token::read(text.as_bytes());
    // As layout v2 has it, whatever layout it has; what cannot be brought there is compared as it stands.
    let value = match form(&token) {
        Ok(form) => form.tree.value(),
        Err(_) => token.claims.clone().unwrap_or_default(),
    };
    let file = site.spots.first().map(|spot| survey.places[spot.place].path.clone()).unwrap_or_default();
    let side = Side {
        file,
        name: site.name.to_string(),
        issuer: site.issuer.to_string(),
        iat: site.iat,
        signature: token.signature,
        layout: token.layout,
    };
    Ok((side, value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use super::*;
    use crate::repair::Given;
    use crate::server::fixture::{Family, text};
    use std::fs;

    fn survey(dir: &std::path::Path, files: &[(&str, &str)]) -> Survey {
        fs::create_dir_all(dir).expect("made");
        for (name, bytes) in files {
            fs::write(dir.join(name), bytes).expect("written");
        }
        let mut survey = Survey::default();
        survey.look(&[(dir.into(), Given::Below)], false);
        survey
    }

    #[test]
    fn sides_are_compared_by_what_they_claim() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let (family, other) = (Family::new(), Family::new());
        let old = family.account(|_, account| account.limits.conn = 5);
        let new = family.account(|_, account| account.limits.conn = 9);
        let again = family.account_by(&family.operator_key, |data, account| {
            account.limits.conn = 5;
            data.exp = 0;
        });
        assert_eq!(old, again);
        let alone = other.account(|_, _| {});
        let user = family.user(|_, _| {});
        let a = survey(&dir.path().join("a"), &[("1", &old), ("2", &user), ("3", &alone)]);
        let b = survey(&dir.path().join("b"), &[("x", &new), ("y", &user)]);
        let both = compare(&a, &b, Scope::Both).expect("readable");
        assert_eq!((both.pairs.len(), both.same), (2, 1));
        let changed =
            both.pairs.iter().find(|pair| pair.subject == text(&family.account)).expect("it differs");
        let pointers: Vec<&str> = changed.changes.iter().map(|change| change.pointer.as_str()).collect();
        assert_eq!(pointers, ["/nats/limits/conn"]);
        assert!(both.pairs.iter().all(Pair::differs));
        let resolver = survey(&dir.path().join("jwt"), &[("x", &new)]);
        let both = compare(&a, &resolver, Scope::Both).expect("readable");
        assert_eq!((both.pairs.len(), both.left_out), (2, 1), "the user is not asked about");
        assert_eq!(compare(&a, &b, Scope::Second).expect("readable").pairs.len(), 1);
        assert_eq!(compare(&b, &a, Scope::First).expect("readable").pairs.len(), 1);
    }

    #[test]
    fn a_new_signature_is_no_difference() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let family = Family::new();
        let token = |iat: i64| {
            let mut claims = crate::token::decode(family.account(|_, _| {}).as_bytes()).expect("it decodes");
            crate::server::fixture::sign(&mut claims, &family.operator_key, iat)
        };
        let a = survey(&dir.path().join("a"), &[("1", &token(5))]);
        let b = survey(&dir.path().join("b"), &[("1", &token(6))]);
        let [pair] = &compare(&a, &b, Scope::Both).expect("readable").pairs[..] else { panic!("one pair") };
        assert!(pair.is_other() && !pair.differs());
        let broken = token(5).rsplit_once('.').map(|(front, _)| format!("{front}.{}", "A".repeat(86)));
        let b = survey(&dir.path().join("c"), &[("1", &broken.expect("three parts"))]);
        assert!(compare(&a, &b, Scope::Both).expect("readable").pairs[0].differs());
    }
}
