//! Which commands put right what a recovery leaves? It moves files and signs nothing; signing is for `jwtfix reissue`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Ending;
use crate::render::text;
use crate::repair::{Content, Item, Missing, Recovery, Remark, Why};
use crate::token::Kind;

/// What to do, and the command that does it; each once.
pub(super) fn next(recovery: &Recovery, ending: Ending<'_>) -> Vec<(&'static str, String)> {
    let out = Path::new(ending.directory());
    let keys = word(&out.join("keys").to_string_lossy());
    let mut steps: BTreeSet<(u8, &'static str, String)> = BTreeSet::new();
    for item in recovery.items.iter().filter(|item| item.aside.is_none()) {
        let Some(token) = recovery.token(item) else { continue };
        let Some(store) = store(item).map(|store| word(&out.join(store).to_string_lossy())) else { continue };
        let issuer = text::redact(&token.issuer);
        for remark in &item.remarks {
            steps.extend(match (remark, token.kind) {
                (Remark::KeyRemoved | Remark::IssuerUnknown, Kind::Account) => Some((
                    0,
                    "accounts that the operator's keys did not sign are signed again",
                    format!("jwtfix reissue --store {store} --issued-by {issuer} --key {keys} --write"),
                )),
                (Remark::SelfSigned, Kind::Account) => Some((
                    1,
                    "accounts that signed themselves are signed by the operator, if that is what it wants",
                    format!("jwtfix reissue --store {store} --unsafe=adopt --key {keys} --write"),
                )),
                (Remark::KeyRemoved, Kind::User) => Some((
                    2,
                    "users of a removed signing key are signed again, if they are to be let in",
                    format!(
                        "jwtfix reissue --store {store} --store {keys} --kind user --issued-by {issuer} --key {keys} --write"
                    ),
                )),
                (Remark::OldLayout, _) => Some((
                    3,
                    "tokens of v1, which nsc does not read, are brought to v2",
                    format!(
                        "jwtfix reissue --store {store} --store {keys} --kind operator --kind account --kind user --key {keys} --write"
                    ),
                )),
                _ => None,
            });
        }
    }
    let deleted = recovery.items.iter().any(|item| item.aside == Some(Why::Deleted));
    if deleted {
        let words = "an account that was deleted comes back";
        steps.insert((4, words, "jwtfix recover … --undelete KEY".into()));
    }
    if recovery.missing.iter().any(|missing| matches!(missing, Missing::Token(..))) {
        let words = "where the seeds are here, new tokens stand in for missing ones; limits and revocations of the old ones are lost";
        steps.insert((5, words, "jwtfix recover … --make-missing".into()));
    }
    if matches!(ending, Ending::Written { .. }) {
        let at = |below: &str| word(&out.join(below).to_string_lossy());
        let nsc = format!(
            "nsc --config-dir {} --data-dir {} --keystore-dir {} validate -A",
            at(""),
            at("stores"),
            at("keys")
        );
        steps.insert((6, "nsc works on it", nsc));
    }
    steps.into_iter().map(|(_, words, command)| (words, command)).collect()
}

/// The operator's directory in which an item stands.
fn store(item: &Item) -> Option<PathBuf> {
    let stands = matches!(item.what, Content::Token(_)) && item.path.starts_with("stores");
    stands.then(|| item.path.components().take(2).collect())
}

/// A word as a shell takes it, for a person to copy.
fn word(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+@~".contains(c));
    let text = text::escape_words(text.strip_suffix('/').unwrap_or(text));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
