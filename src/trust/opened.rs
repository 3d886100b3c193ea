//! What was given to us? A file with every token and key in it read, free of its bytes.

use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Fleet, Member};
use crate::file::{Damage, Document, Kind, What, creds, recognise};
use crate::nkey::{Identity, identify};
use crate::token::{Body, Claims, Layout, Signature, Token};

/// A token of a file.
#[derive(Debug)]
pub struct OpenToken {
    /// The path of keys that leads to it, where the file has keys.
    pub at: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What it says.
    pub token: Token,
    /// The token itself, where it was asked for.
    pub raw: Option<Zeroizing<String>>,
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

impl Opened {
    /// Reads a file; `raw` keeps the tokens' text.
    pub fn read(path: Arc<str>, bytes: &[u8], mode: Option<u32>, raw: bool) -> Opened {
        let Document { kind, parts, damage, .. } = recognise(bytes);
        let (mut tokens, mut keys) = (Vec::new(), Vec::new());
        for part in &parts {
            let (at, span) = (part.at.clone(), part.span.clone());
            match part.what {
                What::Token => tokens.push(OpenToken {
                    at,
                    span,
                    token: Token::read(part.text().as_bytes()),
                    raw: raw.then(|| Zeroizing::new(part.text().to_owned())),
                }),
                what => keys.push(OpenKey { at, span, what, identity: identify(part.text()) }),
            }
        }
        let clients = if kind == Kind::Creds { creds::clients(bytes) } else { Vec::new() };
        Opened { path, kind, mode, tokens, keys, damage, clients }
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
