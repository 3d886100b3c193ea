//! What do these tokens claim, and does each signature hold? Their signatures are verified together, before the claims of
//! the first are read.

use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::read::Text;
use crate::audit::Verify;
use crate::token::{self, Apart, Claims, DecodeError, Guess, Unverified};

/// A token, read and verified.
pub(super) struct Read {
    /// What it claims; none: it cannot be read.
    pub(super) claims: Option<Claims>,
    /// Why Go refuses it.
    pub(super) refused: Option<DecodeError>,
    /// It is written as Go's library writes it.
    pub(super) plain: bool,
    /// The activation tokens in its imports: which import, and what the token claims if Go takes it.
    pub(super) activations: Vec<(usize, Option<Claims>)>,
}

impl Read {
    fn refused(error: DecodeError) -> Read {
        Read { claims: None, refused: Some(error), plain: false, activations: Vec::new() }
    }
}

/// The payloads of some tokens, and of the activation tokens in them.
#[derive(Default)]
pub(super) struct Payloads {
    outer: Vec<u8>,
    inner: Vec<u8>,
}

/// What was asked of the verifier before the claims were read, and whether the signature holds.
type Verdict<'a> = (Guess<'a, 'a>, bool);

/// Tokens of which the signatures were verified together. They are read one after the other, so that the claims of one
/// alone need memory at a time.
pub(super) struct Verified<'a> {
    tokens: Vec<Result<Apart<'a>, DecodeError>>,
    payloads: &'a [u8],
    verdicts: Vec<Option<Verdict<'a>>>,
    /// Of activation tokens, by their texts.
    activations: HashMap<&'a [u8], Verdict<'a>>,
    verify: Verify<'a>,
}

impl<'a> Verified<'a> {
    pub(super) fn new(texts: &[Text<'a>], payloads: &'a mut Payloads, verify: Verify<'a>) -> Verified<'a> {
        let Payloads { outer, inner } = payloads;
        outer.clear();
        inner.clear();
        let tokens: Vec<_> = texts.iter().map(|text| Apart::new(text.bytes, outer)).collect();
        let (outer, mut guesses) = (outer.as_slice(), Vec::with_capacity(tokens.len()));
        let mut embedded = Vec::new();
        for token in &tokens {
            let token = token.as_ref().ok();
            guesses.push(token.and_then(|token| token.guess(outer)));
            for text in token.into_iter().flat_map(|token| activations(token.payload(outer))) {
                embedded.extend(Apart::new(text, inner).ok().map(|token| (text, token)));
            }
        }
        let inner = inner.as_slice();
        let embedded: Vec<_> =
            embedded.into_iter().filter_map(|(text, token)| Some((text, token.guess(inner)?))).collect();
        let all = guesses.iter().flatten().chain(embedded.iter().map(|(_, guess)| guess));
        let mut verdicts = verify(&all.map(Guess::signed).collect::<Vec<_>>()).into_iter();
        let mut told = |guess| (guess, verdicts.next().unwrap_or_default());
        Verified {
            tokens,
            payloads: outer,
            verdicts: guesses.into_iter().map(|guess| guess.map(&mut told)).collect(),
            activations: embedded.into_iter().map(|(text, guess)| (text, told(guess))).collect(),
            verify,
        }
    }

    /// The tokens, in their order.
    pub(super) fn read(&self) -> impl Iterator<Item = Read> + '_ {
        let tokens = self.tokens.iter().zip(&self.verdicts);
        tokens.map(|(token, verdict)| match token.as_ref().map(|token| token.read(self.payloads)) {
            Err(error) => Read::refused(error.clone()),
            Ok(Err(error)) => Read::refused(error),
            Ok(Ok(token)) => Read {
                refused: self.refusal(&token, verdict.as_ref()),
                plain: !token.odd,
                activations: self.activations(&token.claims),
                claims: Some(token.claims),
            },
        })
    }

    /// The activation tokens in the imports of an account: which import, and what the token claims if Go takes it.
    fn activations(&self, claims: &Claims) -> Vec<(usize, Option<Claims>)> {
        let imports = claims.account().map(|account| account.imports.as_slice()).unwrap_or_default();
        let texts = imports.iter().enumerate().filter_map(|(at, import)| Some((at, &import.as_ref()?.token)));
        let read = |text: &str| {
            let token = token::parse(text.as_bytes()).ok()?;
            let refused = self.refusal(&token, self.activations.get(text.as_bytes()));
            refused.is_none().then_some(token.claims)
        };
        texts.filter(|(_, text)| !text.is_empty()).map(|(at, text)| (at, read(text))).collect()
    }

    /// Why Go refuses a token, if it does.
    fn refusal(&self, token: &Unverified<'_>, verdict: Option<&Verdict<'_>>) -> Option<DecodeError> {
        match verdict {
            Some((guess, holds)) if guess.is_of(token) => {
                token.refusal_by(*holds, |role| guess.role() == role)
            }
            _ => token.refusal(token::hold(std::iter::once(Some(token)), self.verify) == [true]),
        }
    }
}

/// The texts of what is likely an activation token, in a payload that Go's library wrote.
fn activations(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    static TOKEN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"token\":\""));
    TOKEN.find_iter(payload).filter_map(|at| {
        let rest = payload.get(at + TOKEN.needle().len()..)?;
        rest.get(..memchr::memchr(b'"', rest)?)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::nkey::{Batch, PublicKey, Role, Seed};
    use crate::token::{Layout as Written, Tree, decode};

    fn signed(layout: Written, payload: Value, seed: &Seed) -> String {
        let sign = |_: &PublicKey, message: &[u8]| Ok(seed.sign(message).expect("signs").to_vec());
        let mut tree = Tree::of(payload).expect("an object");
        tree.sign(layout, &seed.public(), 100, &sign).expect("signed")
    }

    /// Whatever a token looks like before it is read, what is said of it is what Go's `Decode` says.
    #[test]
    fn a_wrong_guess_decides_nothing() {
        let (operator, exporter) = (Seed::generate(Role::Operator), Seed::generate(Role::Account));
        let sub = PublicKey::new(Role::Account, [1; 32]).to_string();
        let activation = |seed| {
            let nats = json!({"subject": "a", "kind": "stream", "type": "activation", "version": 2});
            signed(Written::V2, json!({"sub": sub, "nats": nats}), seed)
        };
        let (pass, stranger) = (activation(&exporter), activation(&Seed::generate(Role::User)));
        let import = |token: &str| json!({"subject": "a", "account": exporter.public().to_string(), "token": token, "type": "stream"});
        let nats = json!({"imports": [import(&pass), null, import(&stranger), import(""), import("x.y.z")], "type": "account", "version": 2});
        let account = |before: Value| {
            let mut payload = json!({"aud": "a", "sub": sub, "nats": nats});
            payload["aud"] = before;
            payload
        };
        let other = exporter.public().to_string();
        let good = signed(Written::V2, account(json!("a")), &operator);
        let (head, signature) = good.rsplit_once('.').expect("three parts");
        let swapped: String = signature.chars().rev().collect();
        let all = [
            good.clone(),
            // Another issuer stands in front of the one that counts.
            signed(Written::V2, json!({"a": {"iss": other}, "sub": sub, "nats": nats}), &operator),
            signed(Written::V2, account(json!("\"iss\":\"")), &operator),
            signed(Written::V1, json!({"sub": sub, "type": "account", "nats": {}}), &operator),
            signed(Written::DraftV2, account(json!("a")), &operator),
            signed(Written::V2, account(json!("a")), &Seed::generate(Role::User)),
            format!("{head}.{swapped}"),
            format!("{head}.AAAA"),
            head.to_owned(),
            good.replacen("eyJ", "eyK", 1),
        ];
        let texts: Vec<Text<'_>> = all
            .iter()
            .map(|text| Text { item: 0, bytes: text.as_bytes(), within: None, trailing: 0 })
            .collect();
        let mut payloads = Payloads::default();
        let batch = Batch::new();
        let verify = |signed: &[crate::nkey::Signed<'_>]| batch.verify(signed);
        // The buffers are used again.
        for _ in 0..2 {
            let verified = Verified::new(&texts, &mut payloads, &verify);
            for (read, text) in verified.read().zip(&all) {
                assert_eq!(read.refused, decode(text.as_bytes()).err(), "{text}");
                let claims = token::parse(text.as_bytes()).map(|token| token.claims).ok();
                assert_eq!(read.claims, claims);
                let imports =
                    claims.as_ref().and_then(Claims::account).map_or(0, |account| account.imports.len());
                if imports > 0 {
                    let expected = [(0, decode(pass.as_bytes()).ok()), (2, None), (4, None)];
                    assert_eq!(read.activations, expected, "{text}");
                }
            }
        }
        assert!(decode(pass.as_bytes()).is_ok() && decode(stranger.as_bytes()).is_err());
    }
}
