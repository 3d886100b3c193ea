//! Does the exporter let this account import that subject, and if not, why?
//!
//! `checkStreamImportAuthorized`, `checkServiceImportAuthorized`, `checkAuth` and `checkActivation` of nats-server's
//! accounts.go (server.md 4.3). The server says `not authorized` to all of it; here each reason has its own name. What is
//! asked about is plain data, so that an audit can ask it of a million accounts whose tokens it does not hold any more.

use std::collections::BTreeMap;
use std::fmt;

use super::account::revoked;
use crate::server::subjects;
use crate::token::{Claims, Export, ExportType, Issue, Level, quote};

/// An account that exports.
#[derive(Clone, Copy)]
pub struct Exporter<'a> {
    /// Its key.
    pub key: &'a dyn fmt::Display,
    /// Whether a key is one that signs for it.
    pub signs: &'a dyn Fn(&str) -> bool,
}

/// One of its exports.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// Stream or service.
    pub kind: ExportType,
    /// The subject, wildcards allowed.
    pub subject: &'a str,
    /// Who imports needs an activation token.
    pub private: bool,
    /// The token of the subject, from 1, that must be the importer's key; 0: none.
    pub position: u64,
    /// Activations that are void.
    pub revocations: Option<&'a BTreeMap<String, i64>>,
}

impl<'a> Offer<'a> {
    /// What an account's token says of it.
    pub fn of(export: &'a Export) -> Offer<'a> {
        Offer {
            kind: export.kind,
            subject: &export.subject,
            private: export.token_req,
            position: export.account_token_position,
            revocations: Some(&export.revocations),
        }
    }
}

/// What another account wants of it.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The importing account's key.
    pub importer: &'a dyn fmt::Display,
    /// Stream or service.
    pub kind: ExportType,
    /// The exporter's subject.
    pub subject: &'a str,
}

/// The activation token that the import has, as far as the exporter looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permit {
    /// Whom it is for.
    pub subject: String,
    /// The key that signed it.
    pub issuer: String,
    /// The account that a signing key signed it for; empty: the issuer is the account.
    pub issuer_account: String,
    /// When it was signed, Unix seconds.
    pub iat: i64,
    /// Its time is over, or not yet come.
    pub time: Option<OutOfTime>,
    /// Its first validation issue that is no matter of time.
    pub issue: Option<String>,
}

impl Permit {
    /// What an activation token says, whose validation said `issues`.
    pub fn of(claims: &Claims, issues: &[Issue], now: i64) -> Permit {
        let data = &claims.data;
        // For `exp` a server asks twice: as every validation does, and then whether a timer could still be set.
        let time = if data.exp != 0 && data.exp <= now {
            Some(OutOfTime::Over)
        } else if data.nbf > now {
            Some(OutOfTime::NotYet)
        } else {
            None
        };
        Permit {
            subject: data.sub.clone(),
            issuer: data.iss.clone(),
            issuer_account: claims.issuer_account().to_owned(),
            iat: data.iat,
            time,
            issue: issues.iter().find(|issue| issue.level == Level::Error).map(|issue| issue.text.clone()),
        }
    }
}

/// How a token misses the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfTime {
    /// `exp` is not after now.
    Over,
    /// `nbf` is after now.
    NotYet,
}

/// Why an exporter does not let an account import.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// The subject is none that a server knows.
    #[error("its subject is none that a server knows")]
    Subject,
    /// Nothing that the exporter offers holds the subject.
    #[error("{exporter} has no {} export that holds {subject}", kind.word())]
    NoExport {
        /// The exporter.
        exporter: String,
        /// Stream or service.
        kind: ExportType,
        /// The subject.
        subject: String,
    },
    /// A token of the subject has to be the importer's key, and is not.
    #[error("token {position} of the subject has to be the importing account's key")]
    Position {
        /// Which token, from 1.
        position: u64,
    },
    /// The export needs a token.
    #[error("the export needs an activation token, and the import has none")]
    NoToken,
    /// The token cannot be read, or its signature does not hold.
    #[error("its activation token is not valid: {0}")]
    Undecodable(String),
    /// The token is for exports of another account.
    #[error("its activation token is for exports of {0}")]
    OtherExporter(String),
    /// The key that signed the token does not, or no longer, sign for the exporter.
    #[error("its activation token is signed by {0}, which is no signing key of the exporter")]
    Signer(String),
    /// The token's claims are not valid.
    #[error("its activation token: {0}")]
    Invalid(String),
    /// The token's time is over.
    #[error("its activation token: claim is expired")]
    Expired,
    /// The token's time has not come.
    #[error("its activation token: claim is not yet valid")]
    NotYet,
    /// The exporter has revoked the token.
    #[error("the exporter has revoked its activation token ({})", quote(entry.as_bytes()))]
    Revoked {
        /// The entry of the export's list: the importer's key, or `*`.
        entry: String,
    },
}

/// Whether the exporter lets it in: the place of the offer that does, among `offers`. `permit` is asked for where a token is
/// needed.
pub fn approve<'o>(
    exporter: &Exporter<'_>,
    offers: impl Iterator<Item = Offer<'o>> + Clone,
    wanted: &Wanted<'_>,
    permit: &dyn Fn() -> Result<Permit, Barred>,
) -> Result<usize, Barred> {
    let Wanted { kind, subject, .. } = *wanted;
    if kind == ExportType::Stream && !subjects::is_valid(subject) {
        return Err(Barred::Subject);
    }
    let offers = || offers.clone().enumerate().filter(|(_, offer)| offer.kind == kind);
    if let Some((index, offer)) = offers().find(|(_, offer)| offer.subject == subject) {
        return allowed(exporter, wanted, &offer, false, permit).map(|()| index);
    }
    // The server takes any that holds the subject, in no order; the first that says yes speaks for it here.
    let mut why = None;
    for (index, offer) in offers().filter(|(_, offer)| subjects::is_subset(subject, offer.subject)) {
        match allowed(exporter, wanted, &offer, true, permit) {
            Ok(()) => return Ok(index),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    Err(why.unwrap_or_else(|| Barred::NoExport {
        exporter: exporter.key.to_string(),
        kind,
        subject: subject.to_owned(),
    }))
}

/// `checkAuth`.
fn allowed(
    exporter: &Exporter<'_>,
    wanted: &Wanted<'_>,
    offer: &Offer<'_>,
    narrower: bool,
    permit: &dyn Fn() -> Result<Permit, Barred>,
) -> Result<(), Barred> {
    let position = offer.position;
    if position > 0 {
        // An import of the very subject of the export is never let in: the server has no tokens then.
        let at = usize::try_from(position).ok().and_then(|p| p.checked_sub(1));
        let token = at.filter(|_| narrower).and_then(|at| wanted.subject.split('.').nth(at));
        return match token {
            Some(token) if token == wanted.importer.to_string() => Ok(()),
            _ => Err(Barred::Position { position }),
        };
    }
    if !offer.private {
        return Ok(());
    }
    activation(exporter, offer.revocations, &permit()?)
}

/// `checkActivation`. What the import's own validation asks of the token was asked when the account was loaded.
fn activation(
    exporter: &Exporter<'_>,
    revocations: Option<&BTreeMap<String, i64>>,
    permit: &Permit,
) -> Result<(), Barred> {
    let named = permit.issuer_account.as_str();
    if !named.is_empty() {
        if named != exporter.key.to_string() {
            return Err(Barred::OtherExporter(named.to_owned()));
        }
        if !(exporter.signs)(&permit.issuer) {
            return Err(Barred::Signer(permit.issuer.clone()));
        }
    }
    match permit.time {
        Some(OutOfTime::Over) => return Err(Barred::Expired),
        Some(OutOfTime::NotYet) => return Err(Barred::NotYet),
        None => {}
    }
    if let Some(issue) = &permit.issue {
        return Err(Barred::Invalid(issue.clone()));
    }
    match revocations.and_then(|revocations| revoked(revocations, &permit.subject, permit.iat)) {
        Some((entry, _)) => Err(Barred::Revoked { entry: entry.to_owned() }),
        None => Ok(()),
    }
}
