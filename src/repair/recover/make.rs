//! How is a token made for whom none is left? With what can be known of it, and nothing that would have to be guessed but
//! what nsc gives to a new one.

use std::collections::BTreeMap;

use super::choose::{AccountGroup, OperatorGroup};
use super::gather::Found;
use crate::nkey::{PublicKey, go};
use crate::repair::keys::{Ring, SignError};
use crate::repair::signer;
use crate::token::{Account, Body, Claims, ClaimsData, EncodeError, Operator, OperatorLimits, encode};

/// The key that signs accounts of this operator; none where it is not here.
pub(super) fn signer(found: &Found, operator: &OperatorGroup) -> Option<PublicKey> {
    match operator.token.and_then(|index| found.tokens[index].operator.as_deref()) {
        Some(claims) => {
            let fits = signer::for_account(claims).ok()?;
            signer::choose(fits, "", None, &found.ring).ok().map(|candidate| candidate.key)
        }
        None => {
            let key = go::from_public_key(&operator.key).ok()?.public();
            found.ring.holds(&key).then_some(key)
        }
    }
}

/// A new token of an operator, signed by itself.
pub(super) fn operator(found: &Found, key: &str, name: &str, now: i64) -> Option<String> {
    let signer = go::from_public_key(key).ok()?.public();
    sign(&found.ring, key, name, Body::Operator(Operator::default()), &signer, now).ok()
}

/// A new token of an account: the keys that signed its users, and no limits, as nsc makes them.
pub(super) fn account(
    found: &Found,
    account: &AccountGroup,
    name: &str,
    signer: &PublicKey,
    now: i64,
) -> Option<String> {
    let issuers = account.users.iter().map(|(index, _)| &found.tokens[*index].issuer);
    let signing_keys: BTreeMap<String, _> =
        issuers.filter(|key| ***key != *account.key).map(|key| (key.to_string(), None)).collect();
    let limits = OperatorLimits::unlimited();
    let body = Body::Account(Box::new(Account { limits, signing_keys, ..Account::default() }));
    sign(&found.ring, &account.key, name, body, signer, now).ok()
}

fn sign(
    ring: &Ring,
    subject: &str,
    name: &str,
    body: Body,
    signer: &PublicKey,
    now: i64,
) -> Result<String, EncodeError> {
    let data = ClaimsData { sub: subject.into(), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |key: &PublicKey, message: &[u8]| {
        ring.sign(key, message).map(Vec::from).map_err(|error: SignError| error.to_string())
    };
    encode(&mut claims, signer, now, &sign)
}
