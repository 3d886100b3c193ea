//! What was given to us? A file with every token and key in it read, free of its bytes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Fleet, Member};
use crate::file::{Damage, Document, Kind, Part, What, alone, creds, recognise};
use crate::nkey::{Batch, Identity, identify};
use crate::token::{self, Body, Claims, Layout, Signature, Token, Unverified};

/// A token of a file.
#[derive(Debug)]
pub struct OpenToken {
    /// The path of keys that leads to it, where the file has keys.
    pub at: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What it says.
    pub token: Token,
    /// The token itself, where it was to be kept.
    pub text: Option<Zeroizing<String>>,
}

/// A key of a file.
#[derive(Debug)]
pub struct OpenKey {
    /// The path of keys that leads to it, where the file has keys.
    pub at: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What stands there.
    pub what: What,
    /// Which key it is, if it can be told.
    pub identity: Option<Identity>,
}

/// A file, read.
#[derive(Debug)]
pub struct Opened {
    /// As the user named it.
    pub path: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Its permission bits, where it is a file.
    pub mode: Option<u32>,
    /// Its tokens.
    pub tokens: Vec<OpenToken>,
    /// Its keys.
    pub keys: Vec<OpenKey>,
    /// What is not as it should be in its bytes.
    pub damage: Vec<Damage>,
    /// What clients do with it, where it is a credentials file.
    pub clients: Vec<(creds::Client, creds::Outcome)>,
}

/// A file that is to be read.
#[derive(Clone, Debug)]
pub struct Unopened<'a> {
    /// As the user named it.
    pub path: Arc<str>,
    /// All of it.
    pub bytes: &'a [u8],
    /// Its permission bits, where it is a file.
    pub mode: Option<u32>,
}

impl Opened {
    /// Reads a file; `keep` keeps the tokens' texts.
    pub fn read(path: Arc<str>, bytes: &[u8], mode: Option<u32>, keep: bool) -> Opened {
        let read = |part: &Part<'_>| Token::read(part.text().as_bytes());
        Opened::of(Unopened { path, bytes, mode }, &recognise(bytes), keep, read)
    }

    /// Reads files, the signatures of all of their tokens verified together.
    pub fn read_all(files: Vec<Unopened<'_>>, batch: &Batch) -> Vec<Opened> {
        let documents: Vec<Document<'_>> = files.iter().map(|file| recognise(file.bytes)).collect();
        let texts: Vec<&[u8]> =
            documents.iter().flat_map(Document::tokens).map(|part| part.text().as_bytes()).collect();
        let mut tokens = Token::read_all(&texts, |signed| batch.verify(signed)).into_iter();
        let mut read = |_: &Part<'_>| tokens.next().expect("one for each part that is a token");
        let all = files.into_iter().zip(&documents);
        all.map(|(file, document)| Opened::of(file, document, false, &mut read)).collect()
    }

    /// Reads files for what their tokens claim: of a token that Go takes and would write so, nothing else is kept but its
    /// text with `keep`, and of that it can be read [`in full`](OpenToken::in_full) later. The signatures of all of them
    /// are verified together.
    pub fn read_claims(files: Vec<Unopened<'_>>, batch: &Batch, keep: bool) -> Vec<Opened> {
        let lone: Vec<Option<&[u8]>> = files.iter().map(|file| alone(file.bytes)).collect();
        let documents: Vec<Option<Document<'_>>> = files
            .iter()
            .zip(&lone)
            .map(|(file, lone)| if lone.is_some() { None } else { Some(recognise(file.bytes)) })
            .collect();
        let texts = lone.iter().zip(&documents).flat_map(|(lone, document)| {
            let within = document.iter().flat_map(Document::tokens).map(|part| part.text().as_bytes());
            lone.iter().copied().chain(within)
        });
        let plain = |text| token::parse(text).ok().filter(|token| !token.odd);
        let parsed: Vec<Option<Unverified<'_>>> = texts.map(plain).collect();
        let holds = token::hold(parsed.iter().map(Option::as_ref), |signed| batch.verify(signed));
        let mut claims = parsed.into_iter().zip(holds).map(|(token, holds)| token?.judge(holds).ok());
        let mut next = || Some(Token::plain(claims.next().flatten()?));
        let read = |((file, lone), document): ((Unopened<'_>, Option<&[u8]>), &Option<Document<'_>>)| {
            if let Some(document) = document {
                let read = |part: &Part<'_>| next().unwrap_or_else(|| Token::read(part.text().as_bytes()));
                return Opened::of(file, document, keep, read);
            }
            let Some(token) = next() else { return Opened::read(file.path, file.bytes, file.mode, keep) };
            let lone = lone.unwrap_or_default();
            let text = keep.then(|| Zeroizing::new(String::from_utf8_lossy(lone).into_owned()));
            Opened {
                path: file.path,
                kind: Kind::Token,
                mode: file.mode,
                tokens: vec![OpenToken { at: String::new(), span: 0..lone.len(), token, text }],
                keys: Vec::new(),
                damage: Vec::new(),
                clients: Vec::new(),
            }
        };
        files.into_iter().zip(lone).zip(&documents).map(read).collect()
    }

    fn of(
        Unopened { path, bytes, mode }: Unopened<'_>,
        document: &Document<'_>,
        keep: bool,
        mut read: impl FnMut(&Part<'_>) -> Token,
    ) -> Opened {
        let Document { kind, parts, damage, .. } = document;
        let (mut tokens, mut keys) = (Vec::new(), Vec::new());
        for part in parts {
            let (at, span) = (part.at.clone(), part.span.clone());
            match part.what {
                What::Token => tokens.push(OpenToken {
                    at,
                    span,
                    token: read(part),
                    text: keep.then(|| Zeroizing::new(part.text().to_owned())),
                }),
                what => keys.push(OpenKey { at, span, what, identity: identify(part.text()) }),
            }
        }
        let clients = if *kind == Kind::Creds { creds::clients(bytes) } else { Vec::new() };
        Opened { path, kind: *kind, mode, tokens, keys, damage: damage.clone(), clients }
    }

    /// Whether there is nothing to say of it.
    pub fn is_barren(&self) -> bool {
        self.tokens.is_empty() && self.keys.is_empty() && self.damage.is_empty()
    }

    /// Whether a seed or private key is in it.
    pub fn has_secret(&self) -> bool {
        self.keys.iter().any(|key| matches!(key.what, What::Seed | What::PrivateKey))
    }

    /// The public keys of the seeds that stand with a token: those whose path begins as the token's does.
    pub fn seeds_of<'a>(&'a self, token: &'a OpenToken) -> impl Iterator<Item = String> + 'a {
        self.keys
            .iter()
            .filter(|key| key.what == What::Seed && key.at == token.at)
            .filter_map(|key| Some(key.identity.as_ref()?.public?.to_string()))
    }
}

impl OpenToken {
    /// Whether its signature holds as a server wants it.
    pub fn holds(&self) -> bool {
        self.token.signature == Signature::Valid && self.token.layout != Some(Layout::DraftV2)
    }

    /// What it says beyond its claims too, where it was read for these alone and its text kept.
    pub fn in_full(&self) -> Cow<'_, Token> {
        let Token { claims, layout, refused, .. } = &self.token;
        let light = claims.is_none() && refused.is_none() && *layout == Some(Layout::V2) && self.holds();
        match &self.text {
            Some(text) if light => Cow::Owned(Token::read_held(text.as_bytes())),
            _ => Cow::Borrowed(&self.token),
        }
    }
}

impl Fleet {
    /// Takes in what a file holds.
    pub fn take(&mut self, opened: &Opened) {
        for token in &opened.tokens {
            if let Some(claims) = &token.token.decoded {
                let source = Arc::clone(&opened.path);
                self.add(Member { claims: Arc::clone(claims), holds: token.holds(), source });
            }
        }
        for key in opened.keys.iter().filter(|key| key.what == What::Seed) {
            if let Some(public) = key.identity.as_ref().and_then(|identity| identity.public) {
                self.add_seed(&public.to_string(), Arc::clone(&opened.path));
            }
        }
    }

    /// What a public key belongs to, in words: `user "alice"`, `signing key of account "ORDERS"`.
    pub fn belongs(&self, public: &str) -> Vec<String> {
        let named = |claims: &Claims| match claims.data.name.as_str() {
            "" => format!("{} without a name", claims.kind().word()),
            name => format!("{} {}", claims.kind().word(), crate::token::quote(name.as_bytes())),
        };
        let mut words = Vec::new();
        let own = self
            .operator(public)
            .next()
            .or_else(|| self.account(public).next())
            .or_else(|| self.user(public).next());
        words.extend(own.map(|member| named(&member.claims)));
        for member in [self.operator_of(public), self.account_of(public)].into_iter().flatten() {
            if member.claims.data.sub == public {
                continue;
            }
            let role = match &member.claims.body {
                Body::Account(account) => match account.signing_keys.get(public) {
                    Some(Some(scope)) => format!(" with role {}", crate::token::quote(scope.role.as_bytes())),
                    _ => String::new(),
                },
                _ => String::new(),
            };
            words.push(format!("signing key of {}{role}", named(&member.claims)));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_for_its_claims_a_file_says_the_same() {
        let operator = include_str!("../../testdata/acme/acme.jwt").trim_end();
        let changed = operator.replacen("eyJqdGki", "eyJqdGkj", 1);
        assert_ne!(changed, operator);
        let files = [
            operator.to_owned(),
            format!("{operator}\r\n \n"),
            format!(" {operator}"),
            format!("{operator}="),
            changed,
            operator[..operator.len() - 1].to_owned(),
            format!("{}\n{}", &operator[..100], &operator[100..]),
            include_str!("../../testdata/acme/alice.creds").into(),
            include_str!("../../testdata/acme/nats.conf").into(),
            include_str!("../../testdata/broken/cut.jwt").into(),
            include_str!("../../testdata/broken/draft-v2.jwt").into(),
            "eyJhbGciOiJIUzI1NiJ9.e30.AAAA".into(),
            String::new(),
        ];
        fn unopened(text: &String) -> Unopened<'_> {
            Unopened { path: "f".into(), bytes: text.as_bytes(), mode: Some(0o600) }
        }
        // Without their place in the file, of which a token alone needs none.
        let told = |opened: &Opened| {
            let tokens: Vec<_> = opened
                .tokens
                .iter()
                .map(|open| {
                    let Token { kind, layout, decoded, signature, refused, damage, .. } = &open.token;
                    format!(
                        "{} {:?} {kind} {layout:?} {decoded:?} {signature:?} {refused:?} {damage:?}",
                        open.at, open.span
                    )
                })
                .collect();
            format!("{:?} {tokens:?} {:?} {:?} {:?}", opened.kind, opened.keys, opened.damage, opened.clients)
        };
        let some = Opened::read_claims(files.iter().map(unopened).collect(), &Batch::new(), false);
        assert_eq!(some.len(), files.len());
        for (text, claims) in files.iter().zip(&some) {
            let whole = Opened::read("f".into(), text.as_bytes(), Some(0o600), false);
            assert_eq!(told(claims), told(&whole), "{text}");
        }
        // With its text kept, everything else can be read later.
        let kept = Opened::read_claims(files.iter().map(unopened).collect(), &Batch::new(), true);
        for (text, kept) in files.iter().zip(&kept) {
            let whole = Opened::read("f".into(), text.as_bytes(), Some(0o600), true);
            assert_eq!(told(kept), told(&whole), "{text}");
            for (kept, whole) in kept.tokens.iter().zip(&whole.tokens) {
                assert_eq!(kept.text, whole.text);
                assert_eq!(format!("{:?}", kept.in_full()), format!("{:?}", whole.token), "{text}");
            }
        }
        let light = |opened: &Opened| opened.tokens.iter().filter(|open| open.token.claims.is_none()).count();
        assert!(some.iter().map(light).sum::<usize>() > 2);
    }
}
