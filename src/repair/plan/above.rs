//! Who stands above a token, as it was when the token was signed and as it will be?

use std::path::Path;
use std::sync::Arc;

use super::Planner;
use crate::repair::signer::{self, NoKey};
use crate::repair::survey::Site;
use crate::token::{Claims, Kind};
use crate::trust::Member;

/// The one above, before and after.
pub(super) struct Above {
    pub(super) before: Arc<Claims>,
    pub(super) after: Arc<Claims>,
    /// It was found by the key that signed the token, or by the account that the token names.
    pub(super) named: bool,
}

/// Whether an operator has this key, strict or not.
pub(super) fn operator_has(operator: &Claims, key: &str) -> bool {
    operator.data.sub == key
        || operator.operator().is_some_and(|body| body.signing_keys.iter().any(|listed| listed == key))
}

/// Whether an account signed by this key is one of the operator's (`OperatorClaims.DidSign`).
pub(super) fn operator_may(operator: &Claims, key: &str) -> bool {
    let strict = operator.operator().is_some_and(|body| body.strict_signing_key_usage);
    operator_has(operator, key) && !(strict && operator.data.sub == key)
}

impl Planner<'_> {
    /// The operator above an account.
    pub(super) fn operator_above(&self, account: &Site) -> Result<Above, NoKey> {
        let fleet = &self.survey.fleet;
        let after = |member: &Member| match self.operators.get(&member.claims.data.sub) {
            Some(after) => Arc::clone(after),
            None => Arc::clone(&member.claims),
        };
        if let Some(member) = fleet.operator_of(&account.issuer) {
            return Ok(Above { before: Arc::clone(&member.claims), after: after(member), named: true });
        }
        // A key that only the operator as it will be has: this run, stopped and begun again, signed it.
        let moved = self.operators.iter().find(|(_, after)| operator_has(after, &account.issuer));
        if let Some((before, after)) = moved
            && let Some(member) = fleet.operator(before).next()
        {
            return Ok(Above { before: Arc::clone(&member.claims), after: Arc::clone(after), named: true });
        }
        let member = self.nearest_operator(account).ok_or(NoKey::NobodyAbove("operator"))?;
        Ok(Above { before: Arc::clone(&member.claims), after: after(member), named: false })
    }

    /// Of an account whose issuer nobody has: the operator in whose directory it stands, as nsc has it, or the only one.
    fn nearest_operator(&self, account: &Site) -> Option<&Member> {
        let members =
            || self.survey.fleet.members().iter().filter(|member| member.claims.kind() == Kind::Operator);
        let directory = |member: &Member| Path::new(&*member.source).parent().map(Path::to_owned);
        let stands_in = |member: &&Member| {
            directory(member).is_some_and(|directory| {
                account.spots.iter().any(|spot| self.survey.places[spot.place].path.starts_with(&directory))
            })
        };
        let best = |member: &Member| self.survey.fleet.operator(&member.claims.data.sub).next();
        let only = |mut found: Vec<&str>| {
            found.sort_unstable();
            found.dedup();
            match found.as_slice() {
                [one] => Some((*one).to_owned()),
                _ => None,
            }
        };
        let subject = |member: &'_ Member| -> String { member.claims.data.sub.clone() };
        let near: Vec<String> = members().filter(stands_in).map(subject).collect();
        let all: Vec<String> = members().map(subject).collect();
        let one = only(near.iter().map(String::as_str).collect())
            .or_else(|| only(all.iter().map(String::as_str).collect()))?;
        members().find(|member| member.claims.data.sub == one).and_then(best)
    }

    /// The account above a user or activation; none where its token was not given.
    pub(super) fn account_above(&self, token: &Claims) -> Option<Above> {
        let fleet = &self.survey.fleet;
        let named = token.issuer_account();
        let issuer = token.data.iss.as_str();
        let member = if named.is_empty() { fleet.account_of(issuer) } else { fleet.account(named).next() }?;
        let after =
            self.accounts.get(&member.claims.data.sub).map_or_else(|| Arc::clone(&member.claims), Arc::clone);
        let lists = |claims: &Claims| {
            claims.account().is_some_and(|body| signer::lists(body, &claims.data.sub, issuer))
        };
        let named = lists(&member.claims) || lists(&after);
        Some(Above { before: Arc::clone(&member.claims), after, named })
    }

    /// Whether the operator above an account lets identity keys sign nothing.
    pub(super) fn is_strict(&self, account: &Claims) -> bool {
        let Some(member) = self.survey.fleet.operator_of(&account.data.iss) else { return false };
        let after = self.operators.get(&member.claims.data.sub).unwrap_or(&member.claims);
        after.operator().is_some_and(|body| body.strict_signing_key_usage)
    }
}
