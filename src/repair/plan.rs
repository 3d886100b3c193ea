//! Which tokens would be signed again, by whom, and what would become of them? What is held back, what cannot be done, and
//! what becomes stale. Nothing is written here.
//!
//! Operators come first, then accounts, then users: who may sign the lower ones is said by the upper ones as they will be.

mod above;
mod activate;
mod read;
mod step;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use self::step::Outcome;
use super::claim_diff::Change;
use super::draft::Refused;
use super::keys::Ring;
use super::order::{Hold, Order};
use super::signer::{self, Candidate, NoKey};
use super::survey::{Given, Site, Survey, Way};
use super::wish::Wish;
use crate::cores;
use crate::disk::DiskError;
use crate::nkey::{Batch, PublicKey};
use crate::token::{Claims, DecodeError, Issue, Kind, parse};

/// One token that is signed again.
#[derive(Clone, Debug)]
pub struct Step {
    /// The token's number in the survey.
    pub site: usize,
    /// Who signs.
    pub signer: Candidate,
    /// What changes.
    pub changes: Vec<Change>,
    /// Faults that go.
    pub healed: Vec<Issue>,
    /// Why it is not written as it was.
    pub rewritten: Option<&'static str>,
    /// What else there is to say.
    pub remarks: Vec<String>,
    /// What would have held it back, had it not been let in.
    pub permitted: Vec<Hold>,
    /// Whether it was meant, or only hangs on what was.
    pub meant: bool,
    /// The new token but for its signature, proven; none where it is to be made again when it is signed: because others
    /// took up [`KEPT`], or because a token that it carries is signed by a key that is held elsewhere.
    pub(super) unsigned: Option<Box<str>>,
}

/// Bytes of new tokens that a plan keeps.
const KEPT: usize = 256 << 20;
/// Tokens whose signatures are verified together.
pub(super) const TOGETHER: usize = 64;

/// One token that is held back.
#[derive(Clone, Debug)]
pub struct Held {
    /// The token's number in the survey.
    pub site: usize,
    /// Why.
    pub holds: Vec<Hold>,
}

/// Why a token cannot be signed again.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// It has no next version.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody can sign it.
    #[error(transparent)]
    NoKey(#[from] NoKey),
    /// Its file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// None of its places can be written.
    #[error("it stands in an encoded value that is no plain base64 on one line: jwtfix does not write such")]
    Encoded,
}

impl StepError {
    /// What came back is no signature of the key that was asked to sign.
    pub(super) fn unsigned() -> StepError {
        Refused::Decode(DecodeError::SignatureV2.to_string()).into()
    }
}

/// One token that cannot be signed again.
#[derive(Debug)]
pub struct Failed {
    /// The token's number in the survey.
    pub site: usize,
    /// Why.
    pub error: StepError,
}

/// What is not as it should be when the plan has been carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Stale {
    /// An older token of a subject whose token is signed again.
    Older {
        /// The token's number.
        site: usize,
    },
    /// A copy of a token that is signed again, in a place that is not written.
    Copy {
        /// The token's number.
        site: usize,
        /// The file.
        path: PathBuf,
    },
    /// A token signed by a key that is no longer one of those above.
    Orphan {
        /// The token's number.
        site: usize,
        /// The key.
        issuer: PublicKey,
    },
    /// An activation token in an account's import, signed by such a key.
    Activation {
        /// The importing account's number.
        site: usize,
        /// Which of its imports.
        import: usize,
        /// The key.
        issuer: PublicKey,
    },
}

/// What would be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is signed again, operators first.
    pub steps: Vec<Step>,
    /// What is held back.
    pub held: Vec<Held>,
    /// What cannot be done.
    pub failed: Vec<Failed>,
    /// What becomes stale.
    pub stale: Vec<Stale>,
    /// What is as it was asked for already.
    pub unchanged: usize,
    /// What was met and is not meant: another kind, another issuer.
    pub others: usize,
}

/// Makes plans of one order.
pub struct Planner<'a> {
    pub(super) order: &'a Order,
    pub(super) survey: &'a Survey,
    pub(super) ring: &'a Ring,
    /// Operators as they will be, by the subject that they had.
    operators: HashMap<String, Arc<Claims>>,
    /// Accounts as they will be, by subject: those that others hang on.
    accounts: HashMap<String, Arc<Claims>>,
    /// Signing keys that were replaced: the account and the new key of each.
    replaced: HashMap<String, (String, PublicKey)>,
    /// Signing keys that were taken away.
    removed: HashMap<String, PublicKey>,
    /// What changes in each token that is meant, by its number; none: the order's wishes in all that the order means.
    each: Option<HashMap<usize, Vec<Wish>>>,
    /// Verifies signatures, many at once.
    batch: Batch,
    /// Bytes of new tokens that its plan keeps.
    kept: AtomicUsize,
}

impl<'a> Planner<'a> {
    /// A planner of this order.
    pub fn new(order: &'a Order, survey: &'a Survey, ring: &'a Ring) -> Planner<'a> {
        Planner {
            order,
            survey,
            ring,
            operators: HashMap::new(),
            accounts: HashMap::new(),
            replaced: HashMap::new(),
            removed: HashMap::new(),
            each: None,
            batch: Batch::new(),
            kept: AtomicUsize::new(0),
        }
    }

    /// Means these tokens and no others, each with wishes of its own.
    pub fn of_each(mut self, each: HashMap<usize, Vec<Wish>>) -> Planner<'a> {
        self.each = Some(each);
        self
    }

    /// Makes the plan.
    pub fn plan(&mut self) -> Plan {
        let mut plan = Plan::default();
        let meant: Vec<bool> = match &self.each {
            Some(each) => (0..self.survey.sites.len()).map(|site| each.contains_key(&site)).collect(),
            None => self.survey.sites.iter().map(|site| self.is_meant(site)).collect(),
        };
        plan.others = meant.iter().filter(|meant| !**meant).count();
        let order =
            [Some(Kind::Operator), Some(Kind::Account), Some(Kind::User), Some(Kind::Activation), None];
        let rank = |kind: Kind| order.iter().position(|of| *of == Some(kind)).unwrap_or(order.len() - 1);
        for (turn, kind) in order.into_iter().enumerate() {
            let sites: Vec<usize> = (0..self.survey.sites.len())
                .filter(|&site| rank(self.survey.sites[site].kind) == turn)
                .filter(|&site| meant[site] || self.hangs(&self.survey.sites[site]))
                .collect();
            let outcomes = self.in_parallel(&sites, &meant);
            for (site, outcome) in sites.into_iter().zip(outcomes) {
                self.settle(site, meant[site], outcome, &mut plan);
            }
            // Accounts whose imports carry tokens of replaced keys are known only when all exporters are.
            if kind == Some(Kind::Account) && !self.replaced.is_empty() {
                self.importers(&meant, &mut plan);
            }
        }
        self.find_stale(&mut plan);
        plan
    }

    /// Kinds that nobody signs again, and what was only given to know of it, are not meant.
    fn is_meant(&self, site: &Site) -> bool {
        let by = &self.order.issued_by;
        let wanted = by.is_empty() || by.iter().any(|key| key.to_string() == *site.issuer);
        wanted
            && match self.survey.given(site) {
                Given::Named => true,
                Given::Below => self.order.kinds.contains(&site.kind),
                Given::Around | Given::Context => false,
            }
    }

    /// Whether a token that was not meant has to be signed again, because the key that signed it is replaced.
    fn hangs(&self, site: &Site) -> bool {
        if self.survey.given(site) == Given::Context {
            return false;
        }
        match site.kind {
            Kind::Account => self.operators.iter().any(|(subject, after)| {
                let before = self.survey.fleet.operator(subject).next();
                let had = before.is_some_and(|before| above::operator_has(&before.claims, &site.issuer));
                had && !above::operator_may(after, &site.issuer) && !self.removed.contains_key(&*site.issuer)
            }),
            Kind::User | Kind::Activation => self.replaced.contains_key(&*site.issuer),
            _ => false,
        }
    }

    fn in_parallel(&self, sites: &[usize], meant: &[bool]) -> Vec<Outcome> {
        cores::spread(sites, TOGETHER, |sites| {
            let of = |sites: &[usize]| -> Vec<Outcome> {
                let read = self.read_all(sites).into_iter().zip(sites);
                read.map(|(read, &site)| self.outcome(site, meant[site], read)).collect()
            };
            sites.chunks(TOGETHER).flat_map(of).collect()
        })
    }

    fn settle(&mut self, site: usize, meant: bool, outcome: Outcome, plan: &mut Plan) {
        match outcome {
            Outcome::Step { step, claims } => {
                self.note(site, meant, claims);
                plan.steps.push(*step);
            }
            Outcome::Unchanged { claims } => {
                // It is already as it will be: who hangs on it goes by that.
                self.note(site, meant, claims);
                plan.unchanged += usize::from(meant);
            }
            Outcome::Held(holds) => plan.held.push(Held { site, holds }),
            Outcome::Failed(error) => plan.failed.push(Failed { site, error }),
        }
    }

    /// Whether what this token will claim has to be known for others.
    fn others_hang_on(&self, kind: Kind) -> bool {
        kind == Kind::Operator || (kind == Kind::Account && self.order.needs_accounts())
    }

    /// Remembers what a token will be, where others hang on it.
    fn note(&mut self, site: usize, meant: bool, claims: Option<Box<Claims>>) {
        let Some(claims) = claims else { return };
        let subject = self.survey.sites[site].subject.to_string();
        for wish in self.order.wishes.iter().filter(|_| meant) {
            match wish {
                Wish::ReplaceKey(old, new)
                    if claims
                        .account()
                        .is_some_and(|account| signer::lists(account, "", &new.to_string())) =>
                {
                    self.replaced.insert(old.to_string(), (subject.clone(), *new));
                }
                Wish::RemoveKey(old) => _ = self.removed.insert(old.to_string(), *old),
                _ => {}
            }
        }
        match claims.kind() {
            Kind::Operator => _ = self.operators.insert(subject, Arc::from(claims)),
            Kind::Account => _ = self.accounts.insert(subject, Arc::from(claims)),
            _ => {}
        }
    }

    /// Accounts that import from one whose key was replaced, and have to carry a new activation token.
    fn importers(&mut self, meant: &[bool], plan: &mut Plan) {
        let accounts: Vec<usize> = (0..self.survey.sites.len())
            .filter(|&site| self.survey.sites[site].kind == Kind::Account)
            .filter(|&site| self.survey.given(&self.survey.sites[site]) > Given::Context)
            .filter(|&site| self.activations(&self.survey.sites[site], &self.replaced).next().is_some())
            .collect();
        for site in accounts {
            // What was planned for it before did not know of the new keys of the others.
            plan.steps.retain(|step| step.site != site);
            plan.held.retain(|held| held.site != site);
            plan.failed.retain(|failed| failed.site != site);
            let outcome = self.outcome(site, meant[site], self.read(site));
            self.settle(site, meant[site], outcome, plan);
        }
    }

    /// The imports of an account whose activation tokens were signed by one of these keys, with that key.
    fn activations<'s, T>(
        &'s self,
        site: &'s Site,
        keys: &'s HashMap<String, T>,
    ) -> impl Iterator<Item = (usize, String)> + 's {
        let members =
            self.survey.fleet.account(&site.subject).filter(|member| member.claims.data.iat == site.iat);
        let imports =
            members.take(1).filter_map(|member| member.claims.account()).flat_map(|body| &body.imports);
        imports.enumerate().filter_map(|(index, import)| {
            let token = import.as_ref().map(|import| import.token.as_bytes())?;
            let activation = parse(token).ok()?;
            let issuer = activation.claims.data.iss;
            keys.contains_key(&issuer).then_some((index, issuer))
        })
    }

    fn find_stale(&self, plan: &mut Plan) {
        let steps: HashSet<usize> = plan.steps.iter().map(|step| step.site).collect();
        for step in &plan.steps {
            let site = &self.survey.sites[step.site];
            // The subject of an activation is whose import it lets in: other tokens of it are not its older ones.
            let older = self.survey.of_subject(&site.subject).filter(|(other, older)| {
                !steps.contains(other) && older.kind == site.kind && site.kind != Kind::Activation
            });
            plan.stale.extend(older.map(|(other, _)| Stale::Older { site: other }));
            for spot in &site.spots {
                let place = &self.survey.places[spot.place];
                if place.given == Given::Context || spot.way == Way::Encoded {
                    plan.stale.push(Stale::Copy { site: step.site, path: place.path.clone() });
                }
            }
        }
        if self.removed.is_empty() {
            return;
        }
        for (index, site) in self.survey.sites.iter().enumerate().filter(|(index, _)| !steps.contains(index))
        {
            if let Some(issuer) = self.removed.get(&*site.issuer) {
                plan.stale.push(Stale::Orphan { site: index, issuer: *issuer });
            }
            if site.kind == Kind::Account {
                for (import, issuer) in self.activations(site, &self.removed) {
                    plan.stale.push(Stale::Activation { site: index, import, issuer: self.removed[&issuer] });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
