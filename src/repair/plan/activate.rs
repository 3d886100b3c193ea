//! What does an exporter have to sign so that an import of it works?

use super::above::Above;
use super::step::revoked;
use super::{Planner, StepError};
use crate::nkey::PublicKey;
use crate::repair::draft::{Draft, Refused};
use crate::repair::keys::Ring;
use crate::repair::order::Hold;
use crate::repair::signer::{self, Class, NoKey};
use crate::repair::wish::Wish;
use crate::server::load::remote;
use crate::token::{Activation, Body, Claims, ClaimsData, Import, Kind, Signature, Token, encode};

impl Planner<'_> {
    /// Has the exporter sign the activation token of an import: what there is anew, as long again where it has ended, for
    /// this very account; where there is none that can be read, one for this import and nothing else. Says whether it is as
    /// it will be: what is signed elsewhere is not asked for twice.
    pub(super) fn activate(
        &self,
        draft: &mut Draft,
        index: usize,
        ring: Option<&Ring>,
        (holds, remarks): (&mut Vec<Hold>, &mut Vec<String>),
    ) -> Result<bool, StepError> {
        let before = draft.claims_before();
        let importer = before.data.sub.clone();
        let Some(import) = before.account().and_then(|body| body.imports.get(index)?.clone()) else {
            return Ok(true);
        };
        let exporter = self.exporter(&import).ok_or(NoKey::NobodyAbove("exporting account"))?;
        let strict = self.is_strict(&exporter.after);
        let pointer = format!("/nats/imports/{index}/token");
        let now = self.order.now;
        let token = Token::read(import.token.as_bytes());
        if token.decoded.is_none() {
            let mut claims = anew(&import, importer);
            let fits = signer::for_user(&claims, &exporter.after, &exporter.before, strict)?;
            let chosen = signer::choose(fits, &import.account, None, self.ring)?;
            if self.waits(&chosen.key, ring, index, remarks) {
                return Ok(false);
            }
            if let (true, Body::Activation(body)) = (chosen.class != Class::Identity, &mut claims.body) {
                body.issuer_account.clone_from(&import.account);
            }
            let sign = |key: &PublicKey, message: &[u8]| {
                self.ring.sign(key, message).map(Vec::from).map_err(|error| error.to_string())
            };
            let text = encode(&mut claims, &chosen.key, now, &sign)
                .map_err(|error| Refused::Decode(error.to_string()))?;
            draft.set(&pointer, text.into());
            return Ok(true);
        }
        if token.signature != Signature::Valid {
            let reason = token.refused.as_ref().map_or_else(String::new, ToString::to_string);
            holds.push(Hold::Unverified { reason });
        }
        let over = token.decoded.as_ref().is_some_and(|claims| (1..=now).contains(&claims.data.exp));
        let mut activation = Draft::new(&token, if over { &[Wish::Renew] } else { &[] }, now)?;
        if activation.kind() != Kind::Activation {
            return Err(Refused::Decode("it is no activation token".into()).into());
        }
        activation.set("/sub", importer.into());
        let claims = activation.claims_after()?;
        let lists = exporter
            .after
            .account()
            .is_some_and(|body| signer::lists(body, &exporter.after.data.sub, &claims.data.iss));
        if !lists {
            let of = signer::called(&exporter.after);
            holds.push(Hold::Adopts { issuer: claims.data.iss.clone(), of });
        }
        holds.extend(revoked(&claims, &exporter.after));
        let fits = signer::for_user(&claims, &exporter.after, &exporter.before, strict)?;
        let chosen = signer::choose(fits, &claims.data.iss, None, self.ring)?;
        // Servers look at it before they look who signed.
        if chosen.class != Class::Identity || activation.get("/nats/issuer_account").is_some() {
            activation.set("/nats/issuer_account", import.account.clone().into());
        }
        if self.waits(&chosen.key, ring, index, remarks) {
            return Ok(false);
        }
        let renewed = activation.sign(&chosen.key, now, Some(self.ring))?;
        if !renewed.widened.is_empty() {
            holds.push(Hold::Widens(renewed.widened));
        }
        draft.set(&pointer, renewed.text.into());
        Ok(true)
    }

    /// The account that an import is from.
    fn exporter(&self, import: &Import) -> Option<Above> {
        let named = Claims {
            data: ClaimsData { iss: import.account.clone(), ..ClaimsData::default() },
            ..anew(import, String::new())
        };
        self.account_above(&named)
    }

    /// Whether the signature is for somebody elsewhere, who is not asked for it yet.
    fn waits(&self, key: &PublicKey, ring: Option<&Ring>, index: usize, remarks: &mut Vec<String>) -> bool {
        let waits = !self.ring.holds(key) && ring.is_none();
        if waits {
            remarks.push(format!("the activation token of import {index} is signed by {key} elsewhere"));
        }
        waits
    }
}

/// What lets an account import this and nothing else.
fn anew(import: &Import, importer: String) -> Claims {
    let subject = remote(import).to_owned();
    let body = Activation { subject: subject.clone(), kind: import.kind, ..Activation::default() };
    Claims {
        data: ClaimsData { sub: importer, name: subject, ..ClaimsData::default() },
        claim_type: String::new(),
        tags: Vec::new(),
        version: 2,
        body: Body::Activation(body),
    }
}
