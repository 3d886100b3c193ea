//! The account as the server holds it: what `updateAccountClaims` makes of its claims.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{ImportState, Server, mappings};
use crate::server::options::{ConfigAccount, Permissions};
use crate::server::permissions::Mapping;
use crate::server::terms;
use crate::server::version::{AUTH_CALLOUT, UNKNOWN_TEMPLATE_REFUSED, Version};
use crate::token::{self, Claims, ExternalAuthorization, UserScope};

/// Limits of an account, as 32 bits hold them. `-1` is unlimited, `0` none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountLimits {
    /// Subscriptions of a connection.
    pub subs: i64,
    /// Bytes of a message.
    pub payload: i64,
    /// Connections.
    pub connections: i64,
    /// Leafnode connections.
    pub leafnodes: i64,
}

impl AccountLimits {
    const NONE: Self = Self { subs: -1, payload: -1, connections: -1, leafnodes: -1 };
}

/// Whether an account with these limits has JetStream.
pub(crate) fn has_jetstream(limits: &token::OperatorLimits) -> bool {
    let on = |limits: &token::JetStreamLimits| limits.mem_storage != 0 || limits.disk_storage != 0;
    on(&limits.jetstream) || limits.tiered_limits.values().any(on)
}

/// A limit in Go's `int32`: clamped since VER-16, the low bits before.
pub(crate) fn int32(limit: i64, version: Version) -> i64 {
    if version.has(&UNKNOWN_TEMPLATE_REFUSED) {
        limit.clamp(i64::from(i32::MIN), i64::from(i32::MAX))
    } else {
        i64::from(limit as i32)
    }
}

/// An account that a server holds.
#[derive(Debug)]
pub struct Account {
    /// Its key; in a server without operators its name.
    pub key: String,
    /// Who signed it; empty for an account of a configuration.
    pub issuer: String,
    /// Its claims; an account of a configuration has none.
    pub claims: Option<Claims>,
    /// A strict operator signed it: its identity key signs no users (ACC-12).
    pub strict: bool,
    /// Its limits.
    pub limits: AccountLimits,
    /// Its time was over in the moment in which it was fetched.
    pub expired: bool,
    /// The permissions of users who have none.
    pub default_permissions: Option<Permissions>,
    /// Clients are asked of an authorization service.
    pub asks_callout: bool,
    /// JetStream is on.
    pub jetstream: bool,
    /// The subject mappings in force.
    pub mappings: Vec<Mapping>,
    /// The ones that are not, with the server's error.
    pub dropped_mappings: Vec<(String, String)>,
    pub(super) imports: OnceLock<Vec<ImportState>>,
}

impl Account {
    /// `buildInternalAccount`.
    pub(super) fn of_claims(claims: Claims, server: &Server<'_>) -> Self {
        let version = server.version;
        let data = &claims.data;
        let none = token::Account::default();
        let account = claims.account().unwrap_or(&none);
        let limits = &account.limits;
        let jetstream = has_jetstream(limits);
        let (mappings, dropped_mappings) = mappings::of(account, version);
        Self {
            key: data.sub.clone(),
            issuer: data.iss.clone(),
            strict: server.options.strict(&data.iss),
            limits: AccountLimits {
                subs: int32(limits.subs, version),
                payload: int32(limits.payload, version),
                connections: int32(limits.conn, version),
                leafnodes: int32(limits.leaf, version),
            },
            expired: data.exp != 0 && data.exp <= server.now,
            default_permissions: terms::of_jwt(&account.default_permissions),
            asks_callout: version.has(&AUTH_CALLOUT) && !account.authorization.auth_users.is_empty(),
            jetstream,
            mappings,
            dropped_mappings,
            claims: Some(claims),
            imports: OnceLock::new(),
        }
    }

    /// An account of the configuration, or `$G` or `$SYS` without any.
    pub(super) fn of_config(name: &str, account: Option<&ConfigAccount>) -> Self {
        let limits = account.map_or(AccountLimits::NONE, |a| AccountLimits {
            subs: a.max_subscriptions,
            payload: a.max_payload,
            connections: a.max_connections,
            leafnodes: a.max_leafnodes,
        });
        let mappings = account.map_or(Vec::new(), |a| {
            let of = |(source, destinations): &(String, Vec<(String, i64)>)| Mapping {
                source: source.clone(),
                destinations: destinations.clone(),
            };
            a.mappings.iter().map(of).collect()
        });
        Self { limits, mappings, ..Self::bare(name, "") }
    }

    /// The system account that a server makes up until it can fetch the real one (CFG-65).
    pub(super) fn bootstrapped(server: &Server<'_>) -> Self {
        let issuer = server.options.operators.first().map_or("", |o| o.issuer.as_str());
        Self::bare(&server.options.system_account, issuer)
    }

    fn bare(key: &str, issuer: &str) -> Self {
        Self {
            key: key.to_owned(),
            issuer: issuer.to_owned(),
            claims: None,
            strict: false,
            limits: AccountLimits::NONE,
            expired: false,
            default_permissions: None,
            asks_callout: false,
            jetstream: false,
            mappings: Vec::new(),
            dropped_mappings: Vec::new(),
            imports: OnceLock::new(),
        }
    }

    /// Its claims' body.
    pub fn body(&self) -> Option<&token::Account> {
        self.claims.as_ref().and_then(Claims::account)
    }

    /// The name that its token gives it.
    pub fn name(&self) -> &str {
        self.claims.as_ref().map_or("", |claims| &claims.data.name)
    }

    /// Its tags.
    pub fn tags(&self) -> &[String] {
        self.claims.as_ref().map_or(&[], |claims| &claims.tags)
    }

    /// When it ends, Unix seconds; `None`: never.
    pub fn expires(&self) -> Option<i64> {
        self.claims.as_ref().map(|claims| claims.data.exp).filter(|exp| *exp != 0)
    }

    /// `hasIssuer`: whether a key signs users of this account, and the scope that it has. The account's own key is a
    /// plain one, whatever the token says, unless a strict operator signed the account.
    pub fn signer(&self, key: &str) -> Option<Option<&UserScope>> {
        signer(self.body(), &self.key, self.strict, key)
    }

    /// Whether it refuses bearer tokens.
    pub fn disallows_bearer(&self) -> bool {
        self.body().is_some_and(|account| account.limits.disallow_bearer)
    }

    /// The entry of its revocations that a token of this subject and `iat` falls under, and its time (`isRevoked`).
    pub fn revocation(&self, subject: &str, iat: i64) -> Option<(&str, i64)> {
        revoked(&self.body()?.revocations, subject, iat)
    }

    /// The authorization service that it asks.
    pub fn callout(&self) -> Option<&ExternalAuthorization> {
        self.body().map(|account| &account.authorization).filter(|_| self.asks_callout)
    }
}

/// [`Account::signer`], of an account whose own key is `own`.
pub(crate) fn signer<'a>(
    body: Option<&'a token::Account>,
    own: &str,
    strict: bool,
    key: &str,
) -> Option<Option<&'a UserScope>> {
    if !strict && key == own {
        return Some(None);
    }
    body?.signing_keys.get(key).map(Option::as_deref)
}

/// `isRevoked`: the entry of the subject goes before `*`, and a second counts as before.
pub(crate) fn revoked<'a>(
    revocations: &'a BTreeMap<String, i64>,
    subject: &str,
    iat: i64,
) -> Option<(&'a str, i64)> {
    [subject, "*"].into_iter().find_map(|entry| {
        let (key, until) = revocations.get_key_value(entry)?;
        (*until >= iat).then_some((key.as_str(), *until))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revocations_compare_with_the_second_itself() {
        let list = BTreeMap::from([("U".to_owned(), 100), ("*".to_owned(), 50)]);
        assert_eq!(revoked(&list, "U", 100), Some(("U", 100)));
        assert_eq!(revoked(&list, "U", 101), None);
        assert_eq!(revoked(&list, "V", 50), Some(("*", 50)));
        assert_eq!(revoked(&list, "V", 51), None);
        assert_eq!(revoked(&list, "V", 0), Some(("*", 50)));
    }

    #[test]
    fn limits_are_cut_to_32_bits() {
        let (old, new) = (Version::new(2, 12, 4), Version::new(2, 12, 5));
        for (limit, cut, clamped) in [
            (-1, -1, -1),
            (5, 5, 5),
            (1 << 31, i64::from(i32::MIN), i64::from(i32::MAX)),
            (1 << 40, 0, i64::from(i32::MAX)),
        ] {
            assert_eq!((int32(limit, old), int32(limit, new)), (cut, clamped), "{limit}");
        }
    }
}
