//! What is kept of users until all accounts were seen.

use super::facts::{account_key, bytes, called};
use super::keys::Key;
use crate::nkey::Role;
use crate::server::terms;
use crate::token::{self, Claims};

/// A user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) key: [u8; 32],
    /// The account in which a server looks for it.
    pub(super) account: [u8; 32],
    pub(super) iat: i64,
    /// The key that signed it, where that is not the account's own.
    pub(super) signer: Option<Key>,
    /// The number of its directory.
    pub(super) place: u32,
    /// The name of its file.
    pub(super) file: Box<str>,
    /// Stands for its name; 0: it has none.
    pub(super) called: u64,
    /// It says which account it is of.
    pub(super) named: bool,
    /// Its token alone is enough.
    pub(super) bearer: bool,
    /// It has permissions or limits of its own.
    pub(super) terms: bool,
}

impl User {
    /// Keeps what its account can say about a user, whose token a server takes by itself.
    pub(super) fn new(
        (place, file): (u32, &str),
        claims: &Claims,
        user: &token::User,
        number: impl FnOnce(&str) -> Key,
    ) -> Option<User> {
        let (data, named) = (&claims.data, !user.issuer_account.is_empty());
        let account = if named { user.issuer_account.as_str() } else { data.iss.as_str() };
        Some(User {
            key: bytes(&data.sub, Role::User)?,
            account: account_key(account)?,
            iat: data.iat,
            signer: (data.iss != account).then(|| number(&data.iss)),
            place,
            file: file.into(),
            called: called(&data.name),
            named,
            bearer: user.permissions.bearer_token,
            terms: !terms::not_zero(&user.permissions).is_empty(),
        })
    }
}
