//! Which key is this, where is its seed, and what may it sign? For people, and as `jwtfix/keys/v1`.

use std::cmp::Ordering;

use serde::Serialize;

use super::json::to_text;
use crate::nkey::{Identity, Kind, Reading, Role};
use crate::render::style::{Ink, Style, pad};
use crate::render::text;
use crate::token::{Body, Claims};
use crate::trust::Fleet;

/// What is known of a key.
#[derive(Debug, Serialize)]
pub struct KeyReport {
    /// `operator`, `account`, `user`, `server`, `cluster`, `x25519`; of one that cannot be read what it seems to be.
    role: String,
    /// The public key in full; none where it cannot be read.
    public: Option<String>,
    /// `canonical`, `lenient`, `half`, `refused`.
    reading: &'static str,
    /// What is wrong with its text.
    faults: Vec<String>,
    /// Whose it is: `user "alice"`, `signing key of account "ORDERS"`.
    belongs_to: Vec<String>,
    /// Files with its seed.
    seeds: Vec<String>,
    /// What it may sign.
    signs: Vec<String>,
    #[serde(skip)]
    rank: usize,
}

impl KeyReport {
    /// What the fleet knows of a key.
    pub fn of(public: &str, identity: &Identity, fleet: &Fleet) -> KeyReport {
        let role = identity.public.map(|public| public.role());
        KeyReport {
            role: role.map_or_else(|| identity.kind.to_string(), |role| role.word().to_owned()),
            public: Some(public.to_owned()),
            reading: reading(identity.reading),
            faults: identity.faults.iter().map(ToString::to_string).collect(),
            belongs_to: fleet.belongs(public),
            seeds: fleet.seed(public).iter().map(|source| source.to_string()).collect(),
            signs: signs(public, role, fleet),
            rank: [Role::Operator, Role::Account, Role::User]
                .iter()
                .position(|known| Some(*known) == role)
                .unwrap_or(3),
        }
    }

    /// A text that is no key, but resembles one.
    pub fn unreadable(identity: &Identity) -> KeyReport {
        KeyReport {
            role: identity.kind.to_string(),
            public: None,
            reading: reading(identity.reading),
            faults: match (identity.kind, identity.faults.is_empty()) {
                (Kind::Private { .. }, true) => {
                    vec!["it does not say its role, so its public key cannot be written".to_owned()]
                }
                _ => identity.faults.iter().map(ToString::to_string).collect(),
            },
            belongs_to: Vec::new(),
            seeds: Vec::new(),
            signs: Vec::new(),
            rank: 4,
        }
    }

    /// The keys that a token speaks of as its own: its subject and its signing keys.
    pub fn keys_of(claims: &Claims) -> Vec<String> {
        let mut keys = vec![claims.data.sub.clone()];
        match &claims.body {
            Body::Operator(operator) => keys.extend(operator.signing_keys.iter().cloned()),
            Body::Account(account) => keys.extend(account.signing_keys.keys().cloned()),
            _ => {}
        }
        keys
    }

    /// Operators first, then accounts, users and others; by whose they are.
    pub fn order(&self, other: &KeyReport) -> Ordering {
        let key = |report: &KeyReport| {
            let belongs = report.belongs_to.first().cloned();
            (report.rank, belongs.is_none(), belongs, report.public.clone())
        };
        key(self).cmp(&key(other))
    }

    /// It cannot be read as a key.
    pub fn is_broken(&self) -> bool {
        self.reading == "refused"
    }
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Canonical => "canonical",
        Reading::Lenient => "lenient",
        Reading::Half => "half",
        Reading::Refused => "refused",
    }
}

/// What a key may sign, strictness of the operator considered.
fn signs(public: &str, role: Option<Role>, fleet: &Fleet) -> Vec<String> {
    let mut signs = Vec::new();
    let strict =
        |claims: &Claims| claims.operator().is_some_and(|operator| operator.strict_signing_key_usage);
    match role {
        Some(Role::Operator) => {
            if let Some(member) = fleet.operator_of(public) {
                let claims = &member.claims;
                let name = text::name(&claims.data.name);
                if claims.data.sub != public {
                    signs.push(format!("accounts of {name}"));
                } else if strict(claims) {
                    signs.push("its own token alone: the operator is strict".to_owned());
                } else {
                    signs.push(format!("its own token and accounts of {name}"));
                }
            }
        }
        Some(Role::Account) => {
            if let Some(member) = fleet.account_of(public) {
                let claims = &member.claims;
                let name = text::name(&claims.data.name);
                let above = fleet.operator_of(&claims.data.iss).is_some_and(|above| strict(&above.claims));
                let scope =
                    claims.account().and_then(|account| account.signing_keys.get(public)).cloned().flatten();
                if let Some(scope) = scope {
                    signs.push(format!("users of {name} with role {}", text::name(&scope.role)));
                } else if claims.data.sub == public && above {
                    signs.push("nothing: the operator is strict".to_owned());
                } else {
                    signs.push(format!("users and activations of {name}"));
                }
            }
        }
        Some(Role::User) => signs.push("the nonce of a connection".to_owned()),
        Some(Role::Server) => signs.push("authorization requests".to_owned()),
        Some(Role::Curve) => signs.push("nothing: it seals and opens".to_owned()),
        Some(Role::Cluster) | None => {}
    }
    signs
}

/// A block for each key, ending in a line break.
pub fn human(reports: &[KeyReport], style: Style) -> String {
    let mut out = String::new();
    for report in reports {
        let key = match &report.public {
            Some(public) => style.paint(Ink::Key, public),
            None => "(cannot be read)".to_owned(),
        };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{} {key}\n", style.paint(Ink::Strong, &pad(&text::escape(&report.role), 9))));
        let mut line = |label: &str, words: &str| {
            out.push_str(&format!(
                "  {} {}\n",
                style.paint(Ink::Label, &pad(label, 10)),
                text::escape_words(words)
            ));
        };
        for belongs in &report.belongs_to {
            line("is", belongs);
        }
        for sign in &report.signs {
            line("signs", sign);
        }
        for seed in &report.seeds {
            line("seed in", seed);
        }
        for fault in &report.faults {
            line("but", fault);
        }
    }
    out
}

#[derive(Serialize)]
struct KeysDto<'a> {
    schema: &'static str,
    keys: &'a [KeyReport],
}

/// `jwtfix/keys/v1`.
pub fn json(reports: &[KeyReport]) -> String {
    to_text(&KeysDto { schema: "jwtfix/keys/v1", keys: reports })
}
