//! Which secrets are at hand, and which public key does each one sign for?
//!
//! Seeds come out of files of any shape: key files, credentials, keystores of every layout, for a seed is found by what it
//! is and known by its public key, never by a file's name. A key may also be held elsewhere, in a vault or a device: then
//! somebody else signs, and the answer is verified here before anybody uses it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::disk::{self, DiskError, Seen};
use crate::file::{What, creds};
use crate::nkey::{PublicKey, Role, Seed, go};

/// The longest file that is searched for seeds, in bytes.
const LONGEST: u64 = 1 << 20;

/// Signs for keys that are held elsewhere: bytes of a signature, raw or in base64, or why there is none.
pub type Elsewhere = Box<dyn Fn(&PublicKey, &[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The seed of this key was not given.
    #[error("the seed of {0} was not given")]
    Missing(PublicKey),
    /// It is a curve key.
    #[error("{0} is a curve key, which signs nothing")]
    Curve(PublicKey),
    /// Whoever holds the key did not sign, and says why.
    #[error("no signature of {key}: {reason}")]
    Elsewhere {
        /// The key.
        key: PublicKey,
        /// In the other's words.
        reason: String,
    },
    /// What came back is not a signature of this key over these bytes.
    #[error("the answer for {0} is not its signature over these bytes")]
    NotItsSignature(PublicKey),
}

/// A file that holds something which is no usable seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The file.
    pub source: Arc<str>,
    /// Why, without a byte of it.
    pub reason: String,
}

struct Held {
    seed: Seed,
    source: Arc<str>,
}

/// Signatures by key and message.
type Answers = HashMap<(PublicKey, Vec<u8>), [u8; 64]>;

/// The keys that can sign.
#[derive(Default)]
pub struct Ring {
    held: BTreeMap<PublicKey, Held>,
    elsewhere: Option<Elsewhere>,
    /// What was signed elsewhere in this run: a device asks its owner once for each token, not once for each look at it.
    answers: Mutex<Answers>,
    unusable: Vec<Unusable>,
}

impl Ring {
    /// Takes in one seed.
    pub fn insert(&mut self, seed: Seed, source: impl Into<Arc<str>>) {
        self.held.entry(seed.public()).or_insert_with(|| Held { seed, source: source.into() });
    }

    /// Takes in every seed of these bytes, and says how many there were.
    pub fn take(&mut self, bytes: &[u8], source: &Arc<str>) -> usize {
        let found = creds::parse(bytes);
        let mut seeds = 0;
        for part in found.seed.iter().chain(&found.others).filter(|part| part.what == What::Seed) {
            // As lenient as Go: nsc reads a seed that jwtfix would find fault with, and it is the same key.
            match go::from_seed(part.text().as_bytes()) {
                Ok(seed) => {
                    self.insert(seed, Arc::clone(source));
                    seeds += 1;
                }
                Err(error) => {
                    self.unusable.push(Unusable { source: Arc::clone(source), reason: error.to_string() })
                }
            }
        }
        seeds
    }

    /// Takes in every seed of a file, or of all files below a directory; tokens are passed over there by their names.
    /// Returns how many there were.
    ///
    /// # Errors
    /// The path itself cannot be read. What cannot be read below it is told by [`Ring::unusable`].
    pub fn read(&mut self, path: &Path) -> Result<usize, DiskError> {
        if !disk::look(path)?.directory {
            let bytes = disk::read(path, LONGEST)?;
            return Ok(self.take(&bytes, &Arc::from(path.to_string_lossy())));
        }
        let mut seeds = 0;
        let _ = disk::walk(path, |seen| {
            match seen {
                Seen::File(file) if file.extension().is_some_and(|end| end == "jwt") => {}
                Seen::File(file) => match disk::read(file, LONGEST) {
                    Ok(bytes) => seeds += self.take(&bytes, &Arc::from(file.to_string_lossy())),
                    // What is larger than this is no key.
                    Err(DiskError::TooLarge { .. }) => {}
                    Err(error) => self.unread(&error),
                },
                Seen::Skipped(error) => self.unread(&error),
            }
            ControlFlow::<()>::Continue(())
        });
        Ok(seeds)
    }

    fn unread(&mut self, error: &DiskError) {
        let source = Arc::from(error.path().to_string_lossy());
        self.unusable.push(Unusable { source, reason: error.to_string() });
    }

    /// Lets somebody else sign for the keys whose seeds are not here.
    pub fn sign_elsewhere(&mut self, elsewhere: Elsewhere) {
        self.elsewhere = Some(elsewhere);
    }

    /// Whether keys are asked for elsewhere.
    pub fn has_elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Whether the seed of this key is here.
    pub fn holds(&self, key: &PublicKey) -> bool {
        self.held.contains_key(key)
    }

    /// The same, of a key that a token names: read as Go reads it.
    pub fn holds_text(&self, key: &str) -> bool {
        go::from_public_key(key).is_ok_and(|key| self.holds(&key.public()))
    }

    /// The seed of this key.
    pub(super) fn seed(&self, key: &PublicKey) -> Option<&Seed> {
        self.held.get(key).map(|held| &held.seed)
    }

    /// The keys whose seeds are here, by role.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.held.keys()
    }

    /// How many of them have this role.
    pub fn count(&self, role: Role) -> usize {
        self.held.keys().filter(|key| key.role() == role).count()
    }

    /// The file that this key's seed is from.
    pub fn source(&self, key: &PublicKey) -> Option<&Arc<str>> {
        self.held.get(key).map(|held| &held.source)
    }

    /// What was met on the way and is no usable seed.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// Signs with this key. A signature from elsewhere has been verified.
    ///
    /// # Errors
    /// The seed is not here and nobody else signs for it, or what came back is no signature of it.
    pub fn sign(&self, key: &PublicKey, message: &[u8]) -> Result<[u8; 64], SignError> {
        if let Some(held) = self.held.get(key) {
            return held.seed.sign(message).map_err(|_| SignError::Curve(*key));
        }
        let Some(elsewhere) = &self.elsewhere else { return Err(SignError::Missing(*key)) };
        // One question at a time: who holds the key may be a person with a device.
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = (*key, message.to_vec());
        if let Some(known) = answers.get(&asked) {
            return Ok(*known);
        }
        let answer = elsewhere(key, message).map_err(|reason| SignError::Elsewhere { key: *key, reason })?;
        let signature = signature_in(&answer)
            .find(|signature| key.verify(message, signature))
            .ok_or(SignError::NotItsSignature(*key))?;
        answers.insert(asked, signature);
        Ok(signature)
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.held.keys()).finish()
    }
}

/// What an answer can mean: the 64 bytes as they are, or in either base64, a line end behind them or not.
fn signature_in(answer: &[u8]) -> impl Iterator<Item = [u8; 64]> {
    use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
    let text = answer.trim_ascii();
    let bare: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'=').collect();
    let raw = [answer, answer.strip_suffix(b"\n").unwrap_or(answer)].map(|bytes| bytes.try_into().ok());
    let coded = [&BASE64URL_NOPAD, &BASE64_NOPAD].map(|base| base.decode(&bare).ok()?.try_into().ok());
    raw.into_iter().chain(coded).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use super::*;
    use data_encoding::{BASE64, BASE64URL_NOPAD};

    fn text(seed: &Seed) -> String {
        seed.expose().to_string()
    }

    #[test]
    fn seeds_are_found_in_files_of_every_layout() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let seeds: Vec<Seed> =
            [Role::Operator, Role::Account, Role::User, Role::User, Role::Curve].map(Seed::generate).into();
        let place = |name: &str, bytes: String| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("below")).expect("made");
            std::fs::write(path, bytes).expect("written");
        };
        let public = seeds[0].public().to_string();
        place(&format!("keys/O/{}/{public}.nk", &public[1..3]), text(&seeds[0]));
        place("old/op/accounts/acc/acc.nk", format!("{}\r\n", text(&seeds[1])));
        place("creds/op/acc/u.creds", creds::canonical("eyJ.e30.x", &text(&seeds[2])).to_string());
        place("flat", format!("-----BEGIN USER NKEY SEED-----\n{}\n", text(&seeds[3])));
        place("x.nk", text(&seeds[4]));
        // Only a public key, as nsc leaves for keys that live elsewhere; a damaged seed; a token.
        place("keys/A/AB/A.nk", Seed::generate(Role::Account).public().to_string());
        let broken = text(&Seed::generate(Role::User)).replace(['A', 'B'], "C");
        place("broken.nk", broken.clone());
        place("t.jwt", text(&Seed::generate(Role::Account)));
        let mut ring = Ring::default();
        assert_eq!(ring.read(dir.path()).expect("readable"), 5);
        for seed in &seeds {
            assert!(ring.holds(&seed.public()), "{seed:?}");
            assert!(ring.holds_text(&seed.public().to_string()));
        }
        assert_eq!(ring.keys().count(), 5);
        assert_eq!(ring.count(Role::User), 2);
        let [unusable] = ring.unusable() else { panic!("one is broken: {:?}", ring.unusable()) };
        assert!(unusable.source.ends_with("broken.nk") && !unusable.reason.contains(&broken[5..20]));
        assert!(ring.source(&seeds[1].public()).expect("from a file").ends_with("acc.nk"));
        assert!(ring.read(&dir.path().join("none")).is_err());
        let said = format!("{ring:?}");
        assert!(seeds.iter().all(|seed| !said.contains(&text(seed)[3..20])));
    }

    #[test]
    fn a_signature_from_elsewhere_is_verified() {
        let seed = Arc::new(Seed::generate(Role::Account));
        let key = seed.public();
        type Form = fn(&[u8; 64]) -> Vec<u8>;
        let forms: [Form; 5] = [
            |s| s.to_vec(),
            |s| [&s[..], b"\n"].concat(),
            |s| BASE64URL_NOPAD.encode(s).into_bytes(),
            |s| format!("{}\r\n", BASE64URL_NOPAD.encode(s)).into_bytes(),
            |s| BASE64.encode(s).into_bytes(),
        ];
        for form in forms {
            let mut ring = Ring::default();
            let theirs = Arc::clone(&seed);
            ring.sign_elsewhere(Box::new(move |_, message| {
                Ok(form(&theirs.sign(message).expect("an account signs")))
            }));
            assert!(!ring.holds(&key));
            assert_eq!(ring.sign(&key, b"m"), Ok(seed.sign(b"m").expect("an account signs")));
        }
        let mut ring = Ring::default();
        assert_eq!(ring.sign(&key, b"m"), Err(SignError::Missing(key)));
        let theirs = Arc::clone(&seed);
        ring.sign_elsewhere(Box::new(move |_, _| Ok(theirs.sign(b"other").expect("signs").to_vec())));
        assert_eq!(ring.sign(&key, b"m"), Err(SignError::NotItsSignature(key)));
        ring.sign_elsewhere(Box::new(|_, _| Err("the token is locked".into())));
        assert_eq!(
            ring.sign(&key, b"m").expect_err("locked").to_string(),
            format!("no signature of {key}: the token is locked")
        );
    }

    #[test]
    fn one_question_for_one_token() {
        let seed = Seed::generate(Role::Operator);
        let key = seed.public();
        let mut ring = Ring::default();
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        ring.sign_elsewhere(Box::new(move |_, message| {
            *count.lock().expect("no test panics here") += 1;
            Ok(seed.sign(message).expect("signs").to_vec())
        }));
        for message in [b"a", b"b", b"a"] {
            ring.sign(&key, message).expect("signed");
        }
        assert_eq!(*asked.lock().expect("no test panics here"), 2);
    }

    #[test]
    fn a_curve_key_signs_nothing() {
        let seed = Seed::generate(Role::Curve);
        let key = seed.public();
        let mut ring = Ring::default();
        ring.insert(seed, "x");
        assert_eq!(ring.sign(&key, b"m"), Err(SignError::Curve(key)));
    }
}
