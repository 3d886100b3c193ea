//! Operators, accounts and users for tests, freshly made and really signed.

use crate::nkey::{PublicKey, Role, Seed};
use crate::server::options::{Operator, Resolver, ServerOptions};
use crate::token::{self, Account, Body, Claims, ClaimsData, OperatorLimits, User, UserScope};

/// 2026-11-23 12:00:00 UTC.
pub(crate) const NOON: i64 = 1_795_435_200;

/// One operator with a signing key, one account with a plain and a scoped signing key, one user.
pub(crate) struct Family {
    pub(crate) operator: Seed,
    pub(crate) operator_key: Seed,
    pub(crate) account: Seed,
    pub(crate) account_key: Seed,
    pub(crate) scoped_key: Seed,
    pub(crate) user: Seed,
}

pub(crate) fn text(seed: &Seed) -> String {
    seed.public().to_string()
}

/// Signs claims at a time.
pub(crate) fn sign(claims: &mut Claims, signer: &Seed, iat: i64) -> String {
    let sign = |_: &PublicKey, message: &[u8]| signer.sign(message).map(Vec::from).map_err(|e| e.to_string());
    token::encode(claims, &signer.public(), iat, &sign).expect("claims of the right kind")
}

fn claims(sub: &Seed, name: &str, body: Body) -> Claims {
    let data = ClaimsData { sub: text(sub), name: name.into(), ..ClaimsData::default() };
    Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body }
}

impl Family {
    pub(crate) fn new() -> Self {
        Self {
            operator: Seed::generate(Role::Operator),
            operator_key: Seed::generate(Role::Operator),
            account: Seed::generate(Role::Account),
            account_key: Seed::generate(Role::Account),
            scoped_key: Seed::generate(Role::Account),
            user: Seed::generate(Role::User),
        }
    }

    /// A server that trusts the operator and has these accounts preloaded under their keys.
    pub(crate) fn options(&self, preloads: &[(String, String)]) -> ServerOptions {
        ServerOptions {
            operators: vec![Operator {
                subject: text(&self.operator),
                issuer: text(&self.operator),
                name: "acme".into(),
                signing_keys: vec![text(&self.operator_key)],
                ..Operator::default()
            }],
            resolver: Some(Resolver::Memory),
            preloads: preloads.to_vec(),
            ..ServerOptions::default()
        }
    }

    /// The operator's own token.
    pub(crate) fn operator_token(&self) -> String {
        let body = token::Operator { signing_keys: vec![text(&self.operator_key)], ..Default::default() };
        sign(&mut claims(&self.operator, "acme", Body::Operator(body)), &self.operator, NOON - 7200)
    }

    /// The account's token, signed by the operator's signing key an hour before noon.
    pub(crate) fn account(&self, edit: impl FnOnce(&mut ClaimsData, &mut Account)) -> String {
        self.account_by(&self.operator_key, edit)
    }

    pub(crate) fn account_by(
        &self,
        signer: &Seed,
        edit: impl FnOnce(&mut ClaimsData, &mut Account),
    ) -> String {
        account_of(&self.account, signer, |data, account| {
            account.signing_keys.insert(text(&self.account_key), None);
            let scope =
                UserScope { key: text(&self.scoped_key), role: "reader".into(), ..UserScope::default() };
            account.signing_keys.insert(text(&self.scoped_key), Some(Box::new(unlimited(scope))));
            edit(data, account);
        })
    }

    /// The account's token under its key.
    pub(crate) fn preload(&self, edit: impl FnOnce(&mut ClaimsData, &mut Account)) -> Vec<(String, String)> {
        vec![(text(&self.account), self.account(edit))]
    }

    /// The user's token, signed by the account half an hour before noon.
    pub(crate) fn user(&self, edit: impl FnOnce(&mut ClaimsData, &mut User)) -> String {
        self.user_by(&self.account, edit)
    }

    pub(crate) fn user_by(&self, signer: &Seed, edit: impl FnOnce(&mut ClaimsData, &mut User)) -> String {
        let mut user = User::default();
        if signer.public() != self.account.public() {
            user.issuer_account = text(&self.account);
        }
        if signer.public() != self.scoped_key.public() {
            let terms = &mut user.permissions;
            (terms.subs, terms.data, terms.payload) = (-1, -1, -1);
        }
        let mut claims = claims(&self.user, "alice", Body::User(Box::default()));
        edit(&mut claims.data, &mut user);
        claims.body = Body::User(Box::new(user));
        sign(&mut claims, signer, NOON - 1800)
    }
}

fn unlimited(mut scope: UserScope) -> UserScope {
    (scope.template.subs, scope.template.data, scope.template.payload) = (-1, -1, -1);
    scope
}

/// An account's token.
pub(crate) fn account_of(
    account: &Seed,
    signer: &Seed,
    edit: impl FnOnce(&mut ClaimsData, &mut Account),
) -> String {
    let limits = OperatorLimits::unlimited();
    let mut body = Account { limits, ..Account::default() };
    let mut claims = claims(account, "ORDERS", Body::Account(Box::default()));
    edit(&mut claims.data, &mut body);
    claims.body = Body::Account(Box::new(body));
    sign(&mut claims, signer, NOON - 3600)
}
