//! What is shown of a document: everything that the floors below found in it, put together for one page.

use std::ops::Range;
use std::sync::Arc;

use crate::audit::Unread;
pub use crate::file::creds::Outcome as ClientOutcome;
use crate::lint::{Finding, Severity};
use crate::token::{Claims, Kind};
use crate::trust::{Chain, Link, Opened};

/// Everything that `jwtfix inspect` found.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The time it was judged for, Unix seconds.
    pub at: i64,
    /// What was looked at, in order.
    pub documents: Vec<DocumentView>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// One file.
#[derive(Debug, Default)]
pub struct DocumentView {
    /// As the user named it.
    pub path: Arc<str>,
    /// What it is, for machines: `creds`, `token`, `seed`, …
    pub kind: String,
    /// What it is, for people: `credentials`, `server configuration`, …
    pub title: String,
    /// The tokens in it.
    pub tokens: Vec<TokenView>,
    /// The keys in it; of a seed the public key.
    pub keys: Vec<KeyView>,
    /// What is not as it should be in its bytes.
    pub damage: Vec<DamageView>,
    /// Which clients read it, where it is a credentials file.
    pub clients: Vec<ClientView>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl DocumentView {
    /// Shows the tokens themselves as well, as far as the file that it is the view of was read with their texts.
    pub fn reveal(&mut self, opened: &Opened) {
        for (shown, token) in self.tokens.iter_mut().zip(&opened.tokens) {
            shown.raw = token.text.as_ref().map(|text| text.to_string());
        }
    }

    /// Whether somebody should do something about it.
    pub fn asks_to_act(&self) -> bool {
        !self.damage.is_empty() || self.findings.iter().any(|finding| finding.severity > Severity::Note)
    }

    /// The last link of its token's chain, where the issuer of that one was not given and nothing else is wrong.
    pub fn open_at(&self) -> Option<&Link> {
        self.tokens.iter().find_map(|token| token.chain.as_ref()?.open_at())
    }
}

/// One token.
#[derive(Debug, Default)]
pub struct TokenView {
    /// Its kind as far as it can be told: `user`, `account`, … or `unknown`.
    pub kind: String,
    /// `v1`, `v2`, `draft-v2`; none where it cannot be told.
    pub layout: Option<&'static str>,
    /// The header, where it is JSON.
    pub header: Option<serde_json::Value>,
    /// The claims as written, where they are JSON.
    pub claims: Option<serde_json::Value>,
    /// The claims as Go reads them, where it does or nearly does.
    pub decoded: Option<Arc<Claims>>,
    /// `valid`, `invalid`, `unverifiable`.
    pub signature: &'static str,
    /// What Go's `Decode` says instead of the claims.
    pub go_error: Option<String>,
    /// Bytes of the file.
    pub span: Option<Range<usize>>,
    /// The names that lead to it in the file: `resolver_preload.AB…`, `data["sys.jwt"]`; empty where it has none.
    pub within: String,
    /// What Go would not say: deviations from what every writer writes, in words.
    pub remarks: Vec<String>,
    /// Who stands behind it.
    pub chain: Option<Chain>,
    /// Whether a seed that stands beside it in the file is its subject's, and the key of that seed.
    pub seed: Option<(bool, String)>,
    /// The encoded token: given only where the user asked for it.
    pub raw: Option<String>,
}

impl TokenView {
    /// The subject, as Go reads it, else as written.
    pub fn subject(&self) -> Option<&str> {
        self.registered(|claims| &claims.data.sub, "sub")
    }

    /// The issuer, as Go reads it, else as written.
    pub fn issuer(&self) -> Option<&str> {
        self.registered(|claims| &claims.data.iss, "iss")
    }

    /// The name, as Go reads it, else as written.
    pub fn name(&self) -> Option<&str> {
        self.registered(|claims| &claims.data.name, "name")
    }

    /// A time, as Go reads it, else as written; 0 and missing are none.
    pub(super) fn time(&self, of: impl Fn(&Claims) -> i64, member: &str) -> Option<i64> {
        let written = || self.claims.as_ref()?.get(member)?.as_i64();
        self.decoded.as_ref().map(|claims| of(claims)).or_else(written).filter(|&time| time != 0)
    }

    fn registered<'a>(&'a self, of: impl Fn(&'a Claims) -> &'a String, member: &str) -> Option<&'a str> {
        let written = || self.claims.as_ref()?.get(member)?.as_str();
        self.decoded
            .as_ref()
            .map(|claims| of(claims).as_str())
            .or_else(written)
            .filter(|text| !text.is_empty())
    }

    /// Whether it is a token of this kind that Go reads.
    pub(super) fn is(&self, kind: Kind) -> bool {
        self.decoded.as_ref().is_some_and(|claims| claims.kind() == kind)
    }
}

/// One key.
#[derive(Debug, Default)]
pub struct KeyView {
    /// `operator`, `account`, `user`, …
    pub role: String,
    /// The public key in full.
    pub public: String,
    /// What stands in the file: `seed`, `private-key`, `public-key`.
    pub form: &'static str,
    /// The file that it is in.
    pub source: Arc<str>,
    /// What it belongs to, in words: `user "alice"`, `signing key of account "ORDERS"`.
    pub belongs: Vec<String>,
}

/// Bytes that are not as they should be.
#[derive(Debug, Default)]
pub struct DamageView {
    /// What is wrong with them.
    pub message: String,
    /// Where they are in the file.
    pub span: Option<Range<usize>>,
}

/// What a client makes of a credentials file.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// `nats.go`, `nats.js`, …
    pub client: &'static str,
    /// What happens.
    pub outcome: ClientOutcome,
}
