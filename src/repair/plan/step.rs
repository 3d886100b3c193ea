//! What becomes of one token?

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use serde_json::Value;
use zeroize::Zeroizing;

use super::above::{Above, operator_has};
use super::read::Read;
use super::{KEPT, Planner, Step, StepError};
use crate::disk::DiskError;
use crate::nkey::{PublicKey, go};
use crate::repair::draft::{Draft, Refused, Renewed};
use crate::repair::keys::Ring;
use crate::repair::order::Hold;
use crate::repair::signer::{self, Candidate, Class, NoKey};
use crate::repair::survey::{Given, Site, Way};
use crate::repair::wish::{Wish, WishError};
use crate::token::{Claims, Kind, Layout, Signature, Token};

/// What becomes of a token. Claims are those that it will have, where others hang on them.
pub(super) enum Outcome {
    Step { step: Box<Step>, claims: Option<Box<Claims>> },
    Unchanged { claims: Option<Box<Claims>> },
    Held(Vec<Hold>),
    Failed(StepError),
}

/// A token that has become another.
enum Become {
    Another(Box<(Step, Renewed)>),
    Same(Option<Box<Claims>>),
    Held(Vec<Hold>),
}

/// Who may sign a token, and what stands against it.
struct Standing {
    fits: Result<Vec<Candidate>, NoKey>,
    /// The account that a signing key would sign for.
    account: Option<String>,
    holds: Vec<Hold>,
}

impl Planner<'_> {
    pub(super) fn outcome(&self, index: usize, meant: bool, read: Result<Read, DiskError>) -> Outcome {
        match self.become_another(index, meant, None, read) {
            Ok(Become::Another(another)) => {
                let (step, renewed) = *another;
                let keep = self.others_hang_on(renewed.claims.kind());
                Outcome::Step { step: Box::new(step), claims: keep.then(|| Box::new(renewed.claims)) }
            }
            Ok(Become::Same(claims)) => Outcome::Unchanged { claims },
            Ok(Become::Held(holds)) => Outcome::Held(holds),
            Err(error) => Outcome::Failed(error),
        }
    }

    /// The text of the token of a step, signed and proven. None where the token is that text already.
    pub fn sign(&self, step: &Step) -> Result<Option<String>, StepError> {
        if let Some(text) = self.sign_planned(step) {
            let text = text?;
            return match self.hold(&[(step.signer.key, &text)])[..] {
                [true] => Ok(Some(text)),
                _ => Err(StepError::unsigned()),
            };
        }
        match self.become_another(step.site, step.meant, Some(self.ring), self.read(step.site))? {
            Become::Another(another) => Ok(Some(another.1.text)),
            Become::Same(_) => Ok(None),
            // It was not held back when it was planned: the file is another by now.
            Become::Held(_) => {
                let site = &self.survey.sites[step.site];
                let path = site.spots.first().map(|spot| self.survey.places[spot.place].path.clone());
                Err(DiskError::Changed { path: path.unwrap_or_default() }.into())
            }
        }
    }

    /// The same where the plan kept the token: all of it is proven but its signature, which [`Planner::hold`] proves.
    pub(in crate::repair) fn sign_planned(&self, step: &Step) -> Option<Result<String, StepError>> {
        let unsigned = step.unsigned.as_deref()?;
        let signature = match self.ring.sign(&step.signer.key, unsigned.as_bytes()) {
            Ok(signature) => data_encoding::BASE64URL_NOPAD.encode(&signature),
            Err(error) => return Some(Err(Refused::Sign(error).into())),
        };
        Some(Ok(format!("{unsigned}.{signature}")))
    }

    fn become_another(
        &self,
        index: usize,
        meant: bool,
        ring: Option<&Ring>,
        read: Result<Read, DiskError>,
    ) -> Result<Become, StepError> {
        let site = &self.survey.sites[index];
        let writable = |place: usize| self.survey.places[place].given > Given::Context;
        if !site.spots.iter().any(|spot| spot.way != Way::Encoded && writable(spot.place)) {
            return Err(StepError::Encoded);
        }
        let Read { text, token } = read?;
        let wishes = match &self.each {
            Some(each) => each.get(&index).cloned().unwrap_or_default(),
            None if meant => self.wishes_for(site.kind),
            None => Vec::new(),
        };
        let below = self.survey.given(site) == Given::Below;
        let mut draft = match Draft::new(&token, &wishes, self.order.now) {
            // Of all accounts of a directory the one is meant that has the key.
            Err(Refused::Wish(WishError::NotListed(_))) if below => return Ok(Become::Same(None)),
            draft => draft?,
        };
        let kept = |claims: &dyn Fn() -> Result<Claims, Refused>| -> Result<Option<Box<Claims>>, StepError> {
            Ok(if self.others_hang_on(site.kind) { Some(Box::new(claims()?)) } else { None })
        };
        let mut standing = self.standing(site, &draft)?;
        if token.signature != Signature::Valid {
            let reason =
                token.refused.as_ref().map_or_else(|| token.signature.word().into(), ToString::to_string);
            standing.holds.insert(0, Hold::Unverified { reason });
        }
        let (superseded, twins) = self.later(index, site);
        standing.holds.extend(superseded);
        let blocked = |holds: &[Hold]| holds.iter().any(|hold| !self.order.permit.lets(hold));
        let chosen = standing.fits.and_then(|fits| {
            let wanted = self.wanted(site, meant, &fits);
            signer::choose(fits, &site.issuer, wanted.as_ref(), self.ring)
        });
        let chosen = match chosen {
            Ok(chosen) => chosen,
            // Whether there is a key for it is asked when it is let in.
            Err(_) if blocked(&standing.holds) => return Ok(self.held(standing.holds)),
            Err(error) => return Err(error.into()),
        };
        if signer::names_its_account(draft.claims_before())
            && chosen.class != Class::Identity
            && let Some(account) = standing.account
        {
            draft.set("/nats/issuer_account", account.into());
        }
        let mut remarks = self.remarks(&draft, &standing.holds);
        let mut whole = self.renew_activations(&mut draft, ring, &mut remarks)?;
        for wish in &wishes {
            if let Wish::Activate(import) = wish {
                whole &= self.activate(&mut draft, *import, ring, (&mut standing.holds, &mut remarks))?;
            }
        }
        let same_signer = chosen.key.to_string() == *site.issuer;
        // What hangs on others stays if they still stand behind it; what is as it was asked for stays as it is.
        let asked = !self.order.wishes.is_empty() || self.order.issuer.is_some();
        let sound = token.signature == Signature::Valid && token.layout == Some(Layout::V2);
        if same_signer && !draft.changes_claims() && (!meant || asked) && sound {
            return Ok(Become::Same(kept(&|| draft.claims_after())?));
        }
        let renewed = draft.sign(&chosen.key, self.order.now, ring)?;
        let cut = |text: &str| text.rsplit_once('.').map(|(front, _)| front.to_owned());
        if sound && cut(&renewed.text) == cut(&text) {
            return Ok(Become::Same(kept(&|| Ok(renewed.claims.clone()))?));
        }
        // A twin that says something else was made of another, later token.
        for (file, twin) in twins {
            if cut(&twin) != cut(&renewed.text) {
                standing.holds.push(Hold::Superseded { file, iat: self.order.now });
            }
        }
        if !renewed.widened.is_empty() {
            standing.holds.push(Hold::Widens(renewed.widened.clone()));
        }
        if blocked(&standing.holds) {
            return Ok(self.held(standing.holds));
        }
        let unsigned = cut(&renewed.text).filter(|text| {
            let kept = || self.kept.fetch_add(text.len(), Ordering::Relaxed) + text.len();
            whole && ring.is_none() && kept() <= KEPT
        });
        let step = Step {
            site: index,
            signer: chosen,
            changes: renewed.changes.clone(),
            healed: renewed.healed.clone(),
            rewritten: renewed.rewritten,
            remarks,
            permitted: standing.holds,
            meant,
            unsigned: unsigned.map(String::into_boxed_str),
        };
        Ok(Become::Another(Box::new((step, renewed))))
    }

    /// Of what is held back, what is not let in.
    fn held(&self, mut holds: Vec<Hold>) -> Become {
        holds.retain(|hold| !self.order.permit.lets(hold));
        Become::Held(holds)
    }

    /// What changes in a token of this kind: an identity that is moved, and signing keys, are of one kind alone.
    fn wishes_for(&self, kind: Kind) -> Vec<Wish> {
        let of_kind = |wish: &&Wish| match wish {
            Wish::Become(key) | Wish::AddKey(key) | Wish::RemoveKey(key) | Wish::ReplaceKey(_, key) => {
                let role = match kind {
                    Kind::Operator => crate::nkey::Role::Operator,
                    Kind::Account => crate::nkey::Role::Account,
                    // Refused there, in words.
                    _ => return !matches!(wish, Wish::Become(_)),
                };
                key.role() == role
            }
            _ => true,
        };
        self.order.wishes.iter().filter(of_kind).cloned().collect()
    }

    /// The key that was asked for: where it is one of those that may, or where this very token was meant.
    fn wanted(&self, site: &Site, meant: bool, fits: &[Candidate]) -> Option<PublicKey> {
        if let Some((_, new)) = self.replaced.get(&*site.issuer)
            && matches!(site.kind, Kind::User | Kind::Activation)
        {
            return Some(*new);
        }
        let asked = self.order.issuer?;
        let one_of_them = fits.iter().any(|fit| fit.key == asked);
        (one_of_them || (meant && site.kind != Kind::Operator)).then_some(asked)
    }

    fn vouched(&self, issuer: &str) -> bool {
        self.order.issued_by.iter().any(|key| key.to_string() == issuer)
    }

    fn standing(&self, site: &Site, draft: &Draft) -> Result<Standing, StepError> {
        let mut holds = Vec::new();
        let token = draft.claims_before();
        match site.kind {
            Kind::Operator => {
                if !operator_has(token, &site.issuer) && !self.vouched(&site.issuer) {
                    let of = signer::called(token);
                    holds.push(Hold::Adopts { issuer: site.issuer.to_string(), of });
                }
                let fits = Ok(signer::for_operator(&draft.claims_after()?));
                Ok(Standing { fits, account: None, holds })
            }
            Kind::Account => {
                let above = match self.operator_above(site) {
                    Ok(above) => above,
                    Err(error) => return Ok(Standing { fits: Err(error), account: None, holds }),
                };
                if !above.named && !self.vouched(&site.issuer) {
                    let of = signer::called(&above.after);
                    holds.push(Hold::Adopts { issuer: site.issuer.to_string(), of });
                }
                Ok(Standing { fits: signer::for_account(&above.after), account: None, holds })
            }
            _ => Ok(self.standing_of_user(site, token)),
        }
    }

    fn standing_of_user(&self, site: &Site, token: &Claims) -> Standing {
        let mut holds = Vec::new();
        let Some(Above { before, after, named }) = self.account_above(token) else {
            let account = if site.issuer_account.is_empty() { &site.issuer } else { &site.issuer_account };
            holds.push(Hold::Unseen { account: account.to_string() });
            // Without its account only the key that signed it is known to have been allowed to.
            let fits = match go::from_public_key(&site.issuer) {
                Ok(key) => Ok(vec![Candidate {
                    key: key.public(),
                    class: Class::SigningKey,
                    of: format!("account {account}"),
                }]),
                Err(_) => Err(NoKey::NobodyAbove("account")),
            };
            return Standing { fits, account: None, holds };
        };
        if !named && !self.vouched(&site.issuer) {
            let of = signer::called(&after);
            holds.push(Hold::Adopts { issuer: site.issuer.to_string(), of });
        }
        if !named && token.user().is_some_and(signer::is_empty) && self.order.issuer.is_none() {
            holds.push(Hold::Role);
        }
        // Of copies that were signed in the same second nobody knows which one counts.
        let same_second = self
            .survey
            .fleet
            .account(&before.data.sub)
            .map(|member| &member.claims)
            .filter(|claims| claims.data.iat == before.data.iat);
        for account in [&before, &after].into_iter().chain(same_second) {
            if let Some(hold) = revoked(token, account)
                && !holds.contains(&hold)
            {
                holds.push(hold);
            }
        }
        let fits = signer::for_user(token, &after, &before, self.is_strict(&after));
        Standing { fits, account: Some(after.data.sub.clone()), holds }
    }

    /// The token of the same subject and kind, its signature good, that was signed later; and such tokens that were signed
    /// at the very time for which this run signs, by itself, before it was stopped.
    fn later(&self, index: usize, site: &Site) -> (Option<Hold>, Vec<(PathBuf, Zeroizing<String>)>) {
        let (mut superseded, mut twins) = (None, Vec::new());
        for (other, later) in self.survey.of_subject(&site.subject) {
            if other == index || later.kind != site.kind || later.iat <= site.iat {
                continue;
            }
            let Ok(text) = self.survey.text(later) else { continue };
            if Token::read(text.as_bytes()).signature != Signature::Valid {
                continue;
            }
            let Some(spot) = later.spots.first() else { continue };
            let file = self.survey.places[spot.place].path.clone();
            if later.iat == self.order.now {
                twins.push((file, text));
            } else {
                superseded = Some(Hold::Superseded { file, iat: later.iat });
            }
        }
        (superseded, twins)
    }

    fn remarks(&self, draft: &Draft, holds: &[Hold]) -> Vec<String> {
        let mut remarks = Vec::new();
        let second = |pointer: &str| draft.get(pointer).and_then(Value::as_i64).unwrap_or_default();
        let (exp, now) = (second("/exp"), self.order.now);
        if exp > 0 && exp < now {
            remarks.push("it has expired and stays so: --expires or --renew gives it a new end".into());
        }
        if draft.claims_before().data.iat > now {
            remarks.push(
                "its old signature is of a later time: a resolver that has the old token keeps it, until it is deleted there"
                    .into(),
            );
        }
        if holds.iter().any(|hold| matches!(hold, Hold::Unrevokes { until, .. } if *until >= now)) {
            remarks.push("the revocation reaches beyond the new signature: it stays revoked".into());
        }
        remarks
    }

    /// Signs the activation tokens in an account's imports again that a replaced key has signed. Says whether all of them are
    /// as they will be: what is signed elsewhere is not asked for twice.
    fn renew_activations(
        &self,
        draft: &mut Draft,
        ring: Option<&Ring>,
        remarks: &mut Vec<String>,
    ) -> Result<bool, StepError> {
        if self.replaced.is_empty() || draft.kind() != Kind::Account {
            return Ok(true);
        }
        let mut whole = true;
        let imports = draft.get("/nats/imports").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..imports {
            let pointer = format!("/nats/imports/{index}/token");
            let Some(text) = draft.get(&pointer).and_then(Value::as_str).map(str::to_owned) else { continue };
            let token = Token::read(text.as_bytes());
            let Some(claims) = &token.decoded else { continue };
            let Some((exporter, new)) = self.replaced.get(&claims.data.iss) else { continue };
            let account = self.survey.fleet.account(exporter).next();
            if token.signature != Signature::Valid
                || account.is_some_and(|account| revoked(claims, &account.claims).is_some())
            {
                remarks.push(format!("the activation token of import {index} is void and stays as it is"));
                continue;
            }
            if !self.ring.holds(new) && ring.is_none() {
                remarks.push(format!("the activation token of import {index} is signed by {new} elsewhere"));
                whole = false;
                continue;
            }
            let mut activation = Draft::new(&token, &[], self.order.now)?;
            activation.set("/nats/issuer_account", exporter.clone().into());
            let renewed = activation.sign(new, self.order.now, Some(self.ring))?;
            draft.set(&pointer, renewed.text.into());
        }
        Ok(whole)
    }
}

/// The entry of an account that voids a user's or an importer's token.
pub(super) fn revoked(token: &Claims, account: &Claims) -> Option<Hold> {
    let body = account.account()?;
    let entry = |list: &std::collections::BTreeMap<String, i64>| {
        [token.data.sub.as_str(), "*"].into_iter().find_map(|entry| {
            let until = *list.get(entry)?;
            (until >= token.data.iat).then(|| Hold::Unrevokes { entry: entry.to_owned(), until })
        })
    };
    match token.kind() {
        Kind::User => entry(&body.revocations),
        Kind::Activation => {
            let subject = &token.activation()?.subject;
            let of = |export: &&crate::token::Export| {
                crate::token::subject::is_contained_in(subject, &export.subject) || *subject == export.subject
            };
            body.exports.iter().flatten().filter(of).find_map(|export| entry(&export.revocations))
        }
        _ => None,
    }
}
