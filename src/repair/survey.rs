//! Which tokens are there, and where does each of them stand? The same token often stands in several files, a store's and a
//! credentials file for one: it is one token, and all of its places change together.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::coded;
use super::journal::Hash;
use super::reading;
use crate::disk::{self, DiskError, Facts};
use crate::file::{Document, Kind as FileKind, Part, What, recognise};
use crate::nkey::{Batch, PublicKey, Signed, go};
use crate::token::{Claims, Kind, parse};
use crate::trust::{Fleet, Member};

/// The largest file that is looked at, in bytes.
pub(crate) const LARGEST: u64 = 64 << 20;

/// What a file was named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// To know of its tokens: it is never written.
    Context,
    /// What is in it may change with what it hangs on.
    Around,
    /// Its accounts are meant.
    Below,
    /// It was named itself: whatever is in it is meant.
    Named,
}

/// A file with tokens in it.
#[derive(Clone, Debug)]
pub struct Place {
    /// As it was named, or found below what was named.
    pub path: PathBuf,
    /// What it is.
    pub kind: FileKind,
    /// What it was named for.
    pub given: Given,
    /// What the system knew of it when it was read.
    pub facts: Facts,
}

/// How a token in a file can be given another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It stands there as it is.
    InPlace,
    /// It is cut up or widened: the credentials file is written anew.
    Anew,
    /// It stands in a value of plain base64, which is written anew.
    Coded,
    /// It stands in a value that is encoded in another way: nobody here writes that.
    Encoded,
}

/// One place of a token.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The file's number.
    pub place: usize,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// How it can be changed.
    pub way: Way,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its kind.
    pub kind: Kind,
    /// Its registered claims as far as they matter here.
    pub name: Arc<str>,
    /// Whose it is.
    pub subject: Arc<str>,
    /// Who signed it.
    pub issuer: Arc<str>,
    /// The account that a signing key signed for.
    pub issuer_account: Arc<str>,
    /// When it was signed.
    pub iat: i64,
    /// Where it stands.
    pub spots: Vec<Spot>,
    pub(crate) digest: Hash,
}

/// Something in a file that looks like a token and is none that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// What it was named for.
    pub given: Given,
    /// In Go's words.
    pub reason: String,
}

/// Everything that was given.
#[derive(Default)]
pub struct Survey {
    /// The files with tokens in them.
    pub places: Vec<Place>,
    /// The tokens, in the order in which they were met.
    pub sites: Vec<Site>,
    /// Operators, and accounts where they were asked for.
    pub fleet: Fleet,
    /// What could not be read.
    pub unread: Vec<DiskError>,
    /// What is no token though it looks like one.
    pub unreadable: Vec<Unreadable>,
    by_digest: HashMap<Hash, usize>,
    by_subject: HashMap<Arc<str>, Vec<usize>>,
    words: HashMap<Arc<str>, Arc<str>>,
}

/// A file, read by a thread of its own.
struct Looked {
    place: Place,
    tokens: Vec<Met>,
}

enum Met {
    Token { claims: Box<Claims>, proof: Proof, digest: Hash, span: Range<usize>, way: Way },
    Unreadable(String),
}

/// Whether a signature holds: they are verified together, when some files were read.
enum Proof {
    /// Nobody asks yet.
    Unasked,
    Asked {
        key: PublicKey,
        message: Vec<u8>,
        signature: Vec<u8>,
    },
    Told(bool),
}

impl Survey {
    /// Looks at files and at everything below directories. `accounts` keeps the claims of accounts too, which takes room.
    pub fn look(&mut self, paths: &[(PathBuf, Given)], accounts: bool) {
        let files = reading::but_journals(paths, &mut self.unread);
        let batch = Batch::new();
        reading::together(
            &files,
            |files| look_at(files, accounts, &batch),
            |looked| match looked {
                Ok(looked) => self.take(looked, accounts),
                Err(error) if reading::vanished(&error, paths) => {}
                Err(error) => self.unread.push(error),
            },
        );
    }

    fn take(&mut self, looked: Looked, accounts: bool) {
        if looked.tokens.is_empty() {
            return;
        }
        let place = self.places.len();
        for met in looked.tokens {
            match met {
                Met::Unreadable(reason) => self.unreadable.push(Unreadable {
                    path: looked.place.path.clone(),
                    given: looked.place.given,
                    reason,
                }),
                Met::Token { claims, proof, digest, span, way } => {
                    let holds = matches!(proof, Proof::Told(true));
                    let spot = Spot { place, span, way };
                    if let Some(&known) = self.by_digest.get(&digest) {
                        self.sites[known].spots.push(spot);
                        continue;
                    }
                    let site = self.sites.len();
                    let [subject, issuer, issuer_account] =
                        [&claims.data.sub, &claims.data.iss, claims.issuer_account()]
                            .map(|key| self.word(key));
                    self.sites.push(Site {
                        kind: claims.kind(),
                        name: Arc::from(claims.data.name.as_str()),
                        subject: Arc::clone(&subject),
                        issuer,
                        issuer_account,
                        iat: claims.data.iat,
                        spots: vec![spot],
                        digest,
                    });
                    self.by_digest.insert(digest, site);
                    self.by_subject.entry(subject).or_default().push(site);
                    if claims.kind() == Kind::Operator || (accounts && claims.kind() == Kind::Account) {
                        let source = Arc::from(looked.place.path.to_string_lossy());
                        self.fleet.add(Member { claims: Arc::new(*claims), holds, source });
                    }
                }
            }
        }
        self.places.push(looked.place);
    }

    /// A key that many tokens name is kept once.
    fn word(&mut self, text: &str) -> Arc<str> {
        match self.words.get(text) {
            Some(word) => Arc::clone(word),
            None => {
                let word: Arc<str> = Arc::from(text);
                self.words.insert(Arc::clone(&word), Arc::clone(&word));
                word
            }
        }
    }

    /// The tokens of a subject.
    pub fn of_subject(&self, subject: &str) -> impl Iterator<Item = (usize, &Site)> {
        let sites = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        sites.iter().map(|&site| (site, &self.sites[site]))
    }

    /// What a token's places were named for at the most.
    pub(crate) fn given(&self, site: &Site) -> Given {
        site.spots.iter().map(|spot| self.places[spot.place].given).max().unwrap_or(Given::Context)
    }

    /// The token's text, read again from one of its files; none where no file has it any more.
    pub(crate) fn text(&self, site: &Site) -> Result<Zeroizing<String>, DiskError> {
        let mut last = None;
        for spot in &site.spots {
            let path = &self.places[spot.place].path;
            match disk::read(path, LARGEST) {
                Ok(bytes) => match text_at(&bytes, spot) {
                    Some(text) if Hash::of(text.as_bytes()) == site.digest => return Ok(text),
                    _ => last = Some(DiskError::Changed { path: path.clone() }),
                },
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| DiskError::NotFound { path: PathBuf::new() }))
    }
}

/// The token that stands at this place of a file.
pub(crate) fn text_at(bytes: &[u8], spot: &Spot) -> Option<Zeroizing<String>> {
    if spot.way == Way::InPlace {
        let text = std::str::from_utf8(bytes.get(spot.span.clone())?).ok()?;
        return Some(Zeroizing::new(text.to_owned()));
    }
    let document = recognise(bytes);
    let part = document.tokens().find(|part| part.span == spot.span)?;
    Some(Zeroizing::new(part.text().to_owned()))
}

fn look_at(files: &[(PathBuf, Given)], accounts: bool, batch: &Batch) -> Vec<Result<Looked, DiskError>> {
    let mut looked: Vec<_> = files.iter().map(|(path, given)| look(path, *given, accounts)).collect();
    let mut proofs: Vec<&mut Proof> = looked
        .iter_mut()
        .flatten()
        .flat_map(|looked| &mut looked.tokens)
        .filter_map(|met| match met {
            Met::Token { proof: proof @ Proof::Asked { .. }, .. } => Some(proof),
            _ => None,
        })
        .collect();
    let signed = proofs.iter().filter_map(|proof| match proof {
        Proof::Asked { key, message, signature } => Some(Signed { key: *key, message, signature }),
        _ => None,
    });
    let verdicts = batch.verify(&signed.collect::<Vec<_>>());
    proofs.iter_mut().zip(verdicts).for_each(|(proof, holds)| **proof = Proof::Told(holds));
    looked
}

fn look(path: &Path, given: Given, accounts: bool) -> Result<Looked, DiskError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let facts = disk::read_into(path, LARGEST, &mut bytes)?;
    let document = recognise(&bytes);
    let tokens = document
        .parts
        .iter()
        .filter(|part| part.what == What::Token)
        .map(|part| meet(part, &bytes, &document, accounts))
        .collect();
    let place = Place { path: path.to_owned(), kind: document.kind, given, facts };
    Ok(Looked { place, tokens })
}

fn meet(part: &Part<'_>, bytes: &[u8], document: &Document<'_>, accounts: bool) -> Met {
    let text = part.text();
    let unverified = match parse(text.as_bytes()) {
        Ok(unverified) => unverified,
        Err(error) => return Met::Unreadable(error.to_string()),
    };
    // Of what does not go into the fleet nobody asks yet.
    let kind = unverified.claims.kind();
    let asked = kind == Kind::Operator || (accounts && kind == Kind::Account);
    let key = if asked { go::from_public_key(&unverified.claims.data.iss).ok() } else { None };
    let proof = key.map_or(Proof::Unasked, |key| Proof::Asked {
        key: key.public(),
        message: unverified.message.to_vec(),
        signature: unverified.signature.to_vec(),
    });
    let way = match bytes.get(part.span.clone()) {
        Some(there) if there == text.as_bytes() => Way::InPlace,
        _ if document.kind == FileKind::Creds => Way::Anew,
        _ if coded::is_plain(bytes, &part.span, document) => Way::Coded,
        _ => Way::Encoded,
    };
    Met::Token {
        claims: Box::new(unverified.claims),
        proof,
        digest: Hash::of(text.as_bytes()),
        span: part.span.clone(),
        way,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use super::*;
    use crate::file::creds;
    use crate::server::fixture::{Family, text};
    use std::fs;

    #[test]
    fn a_token_is_one_wherever_it_stands() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let family = Family::new();
        let (account, user) = (family.account(|_, _| {}), family.user(|_, _| {}));
        let creds = creds::canonical(&user, &family.user.expose()).to_string();
        let wide: Vec<u8> = creds.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let coded = data_encoding::BASE64.encode(creds.as_bytes());
        for (name, bytes) in [
            ("acc.jwt", account.clone().into_bytes()),
            ("acc.json", format!("{{\"x\": \"{account}\"}}").into_bytes()),
            ("u.jwt", user.clone().into_bytes()),
            ("u.creds", creds.into_bytes()),
            ("wide.creds", wide),
            (
                "secret.yaml",
                format!("apiVersion: v1\nkind: Secret\ndata:\n  u.creds: {coded}\n").into_bytes(),
            ),
            ("junk.jwt", b"eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJ.x".to_vec()),
            ("notes", b"nothing".to_vec()),
        ] {
            fs::write(dir.path().join(name), bytes).expect("written");
        }
        let mut survey = Survey::default();
        survey.look(&[(dir.path().into(), Given::Below), (dir.path().join("u.jwt"), Given::Named)], true);
        assert_eq!(survey.sites.len(), 2);
        let of = |subject: String| survey.of_subject(&subject).next().expect("met").1;
        let (a, u) = (of(text(&family.account)), of(text(&family.user)));
        assert_eq!((a.spots.len(), a.kind, &*a.name), (2, Kind::Account, "ORDERS"));
        let ways: Vec<Way> = u.spots.iter().map(|spot| spot.way).collect();
        assert_eq!(ways, [Way::Coded, Way::InPlace, Way::InPlace, Way::Anew]);
        assert_eq!((survey.given(a), survey.given(u)), (Given::Below, Given::Named));
        assert_eq!(survey.text(u).expect("it is there").as_str(), user);
        assert_eq!(survey.fleet.account(&text(&family.account)).count(), 1);
        assert!(survey.fleet.account(&text(&family.account)).all(|member| member.holds));
        assert_eq!(survey.unreadable.len(), 1);
        assert!(survey.unreadable[0].path.ends_with("junk.jwt"));
        fs::write(dir.path().join("acc.jwt"), "gone").expect("written");
        assert_eq!(survey.text(a).expect("the other file").as_str(), account);
        fs::write(dir.path().join("acc.json"), "gone").expect("written");
        assert!(matches!(survey.text(a), Err(DiskError::Changed { .. })));
    }
}
