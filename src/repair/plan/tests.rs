#![allow(clippy::disallowed_methods)]
use super::*;
use crate::file::creds;
use crate::nkey::{Role, Seed};
use crate::repair::{CarryError, Class, Permit, Runs, Work};
use crate::token::{
    Account, Activation, Body, ClaimsData, Export, ExportType, Import, Operator, User, UserScope, decode,
    encode,
};
use crate::trust::{Fleet, Member};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const NOW: i64 = 2_000_000;

fn public(seed: &Seed) -> String {
    seed.public().to_string()
}

fn again(seed: &Seed) -> Seed {
    Seed::parse(seed.expose().as_bytes()).expect("its own text")
}

fn signed(sub: &Seed, name: &str, body: Body, signer: &Seed, iat: i64) -> String {
    let data = ClaimsData { sub: public(sub), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| Ok(signer.sign(message).expect("signs").to_vec());
    encode(&mut claims, &signer.public(), iat, &sign).expect("of the right kind")
}

/// A store as nsc has it, with everything that can hang on a key.
struct Store {
    dir: tempfile::TempDir,
    operator: Seed,
    operator_key: Seed,
    accounts: Vec<Seed>,
    plain: Seed,
    scoped: Seed,
    users: Vec<Seed>,
}

impl Store {
    fn new() -> Store {
        let [operator, operator_key] = [(); 2].map(|()| Seed::generate(Role::Operator));
        let [a, b, plain, scoped] = [(); 4].map(|()| Seed::generate(Role::Account));
        let store = Store {
            dir: tempfile::tempdir().expect("a scratch directory"),
            operator,
            operator_key,
            accounts: vec![a, b],
            plain,
            scoped,
            users: (0..3).map(|_| Seed::generate(Role::User)).collect(),
        };
        store.put_operator(false);
        store.put_account(0, &store.operator_key, |_| {});
        store.put_account(1, &store.operator, |account| {
            let activation = Activation {
                subject: "x.>".into(),
                kind: ExportType::Service,
                issuer_account: public(&store.accounts[0]),
            };
            let token = signed(&store.accounts[1], "act", Body::Activation(activation), &store.plain, 100);
            account.imports.push(Some(Import {
                subject: "x.>".into(),
                account: public(&store.accounts[0]),
                token,
                kind: ExportType::Service,
                ..Import::default()
            }));
        });
        store.put_user(0, &store.accounts[0]);
        store.put_user(1, &store.plain);
        store.put_user(2, &store.scoped);
        store
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.dir.path().join("op").join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn get(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join("op").join(name)).expect("readable")
    }

    fn put_operator(&self, strict: bool) {
        let body = Operator {
            signing_keys: vec![public(&self.operator_key)],
            strict_signing_key_usage: strict,
            ..Operator::default()
        };
        self.put("op.jwt", &signed(&self.operator, "op", Body::Operator(body), &self.operator, 100));
    }

    fn put_account(&self, index: usize, signer: &Seed, edit: impl FnOnce(&mut Account)) {
        let mut body = Account::default();
        (body.limits.subs, body.limits.conn, body.limits.imports, body.limits.exports) = (-1, 5, -1, -1);
        body.limits.wildcards = true;
        if index == 0 {
            let scope =
                UserScope { key: public(&self.scoped), role: "reader".into(), ..UserScope::default() };
            body.signing_keys =
                BTreeMap::from([(public(&self.plain), None), (public(&self.scoped), Some(Box::new(scope)))]);
            body.exports.push(Some(Export {
                subject: "x.>".into(),
                kind: ExportType::Service,
                token_req: true,
                ..Export::default()
            }));
        }
        edit(&mut body);
        let name = ["A", "B"][index];
        let text = signed(&self.accounts[index], name, Body::Account(Box::new(body)), signer, 100);
        self.put(&format!("accounts/{name}/{name}.jwt"), &text);
    }

    fn put_user(&self, index: usize, signer: &Seed) {
        let mut body = User::default();
        if signer.public() != self.scoped.public() {
            (body.permissions.subs, body.permissions.data, body.permissions.payload) = (-1, -1, -1);
        }
        if signer.public() != self.accounts[0].public() {
            body.issuer_account = public(&self.accounts[0]);
        }
        let user = &self.users[index];
        let text = signed(user, "u", Body::User(Box::new(body)), signer, 100);
        self.put(&format!("accounts/A/users/u{index}.jwt"), &text);
        self.put(&format!("creds/u{index}.creds"), &creds::canonical(&text, &user.expose()));
    }

    fn ring(&self, seeds: &[&Seed]) -> Ring {
        let mut ring = Ring::default();
        seeds.iter().for_each(|seed| ring.insert(again(seed), "test"));
        ring
    }

    fn survey(&self, named: &[&str]) -> Survey {
        let root = self.dir.path().join("op");
        let around = if named.is_empty() { Given::Below } else { Given::Around };
        let mut paths = vec![(root.clone(), around)];
        paths.extend(named.iter().map(|name| (root.join(name), Given::Named)));
        let mut survey = Survey::default();
        survey.look(&paths, true);
        survey
    }

    fn carry_out(&self, order: &Order, survey: &Survey, ring: &Ring) -> Result<usize, CarryError> {
        let mut planner = Planner::new(order, survey, ring);
        let plan = planner.plan();
        assert!(plan.failed.is_empty(), "{:?}", plan.failed);
        let runs = Runs::at(self.dir.path().join("runs"));
        let run = runs.begin("x", "x", order.now, &[self.dir.path().join("op")])?;
        Work::of(&planner, &plan).carry_out(&planner, &plan, run, &mut |_| {})
    }

    /// Everything in the store, and whether each token's chain holds.
    fn chains(&self) -> BTreeMap<String, bool> {
        let survey = self.survey(&[]);
        let mut fleet = Fleet::default();
        let texts: Vec<(String, String)> = survey
            .sites
            .iter()
            .flat_map(|site| site.spots.iter().map(move |spot| (site, spot)))
            .map(|(site, spot)| {
                let path = &survey.places[spot.place].path;
                let name =
                    path.strip_prefix(self.dir.path().join("op")).expect("below").display().to_string();
                (name, survey.text(site).expect("there").to_string())
            })
            .collect();
        let members: Vec<(String, Member)> = texts
            .into_iter()
            .filter_map(|(name, text)| {
                let claims = Arc::new(decode(text.as_bytes()).ok()?);
                let source = Arc::from(name.as_str());
                Some((name, Member { claims, holds: true, source }))
            })
            .collect();
        members.iter().for_each(|(_, member)| _ = fleet.add(member.clone()));
        members
            .iter()
            .map(|(name, member)| {
                (name.clone(), fleet.chain(&member.claims, true, &member.source, NOW).holds())
            })
            .collect()
    }
}

fn order(wishes: Vec<Wish>) -> Order {
    Order {
        wishes,
        issuer: None,
        issued_by: Vec::new(),
        kinds: vec![Kind::Account],
        permit: Permit::none(),
        now: NOW,
    }
}

fn all_files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let _ = crate::disk::walk(root, |seen| {
        if let crate::disk::Seen::File(path) = seen {
            files.insert(path.to_owned(), fs::read(path).expect("readable"));
        }
        std::ops::ControlFlow::<()>::Continue(())
    });
    files
}

#[test]
fn accounts_are_signed_again_by_whom_they_were() {
    let store = Store::new();
    let ring = store.ring(&[&store.operator, &store.operator_key]);
    let (order, survey) = (order(Vec::new()), store.survey(&[]));
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert_eq!((plan.steps.len(), plan.held.len(), plan.failed.len()), (2, 0, 0), "{plan:?}");
    let signers: Vec<(&str, Class)> =
        plan.steps.iter().map(|step| (&*survey.sites[step.site].name, step.signer.class.clone())).collect();
    assert_eq!(signers, [("A", Class::SigningKey), ("B", Class::Identity)]);
    // A strict operator's identity key signs nothing.
    store.put_operator(true);
    let survey = store.survey(&[]);
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert!(plan.steps.iter().all(|step| step.signer.key == store.operator_key.public()));
    let ring = store.ring(&[&store.operator]);
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert_eq!((plan.steps.len(), plan.failed.len()), (0, 2));
    let StepError::NoKey(error @ NoKey::Missing { .. }) = &plan.failed[0].error else { panic!("{plan:?}") };
    assert_eq!(error.fits().iter().map(|fit| fit.key).collect::<Vec<_>>(), [store.operator_key.public()]);
}

#[test]
fn an_asked_for_claim_changes_and_comes_back() {
    let store = Store::new();
    let before = all_files(&store.dir.path().join("op"));
    let ring = store.ring(&[&store.operator, &store.operator_key]);
    let wish = Wish::Set { pointer: "/nats/limits/conn".into(), value: 9.into() };
    assert_eq!(store.carry_out(&order(vec![wish.clone()]), &store.survey(&[]), &ring).expect("written"), 2);
    let account = decode(store.get("accounts/A/A.jwt").as_bytes()).expect("it decodes");
    assert_eq!((account.account().expect("one").limits.conn, account.data.iat), (9, NOW));
    assert!(store.chains().values().all(|holds| *holds));
    // What is as it was asked for stays as it is.
    let (again, survey) = (order(vec![wish]), store.survey(&[]));
    let plan = Planner::new(&again, &survey, &ring).plan();
    assert_eq!((plan.steps.len(), plan.unchanged), (0, 2));
    let runs = Runs::at(store.dir.path().join("runs"));
    runs.undo(&runs.find(None).expect("the run"), false).expect("undone");
    assert_eq!(all_files(&store.dir.path().join("op")), before);
}

#[test]
fn a_revoked_user_stays_out() {
    let store = Store::new();
    let ring = store.ring(&[&store.accounts[0]]);
    for entry in [public(&store.users[0]), "*".to_owned()] {
        store.put_account(0, &store.operator_key, |account| {
            _ = account.revocations.insert(entry.clone(), 500)
        });
        let survey = store.survey(&["accounts/A/users/u0.jwt"]);
        let mut order = order(Vec::new());
        let plan = Planner::new(&order, &survey, &ring).plan();
        assert_eq!(plan.steps.len(), 0);
        assert_eq!(plan.held[0].holds, [Hold::Unrevokes { entry, until: 500 }]);
        order.permit = Permit::of(["unrevoke"]).expect("a word");
        let plan = Planner::new(&order, &survey, &ring).plan();
        assert_eq!((plan.steps.len(), plan.steps[0].permitted.len()), (1, 1));
        // The credentials file has the same token, and gets the same new one.
        assert_eq!(survey.sites[plan.steps[0].site].spots.len(), 2);
    }
    // Where the account is not there nobody can say.
    fs::remove_file(store.dir.path().join("op/accounts/A/A.jwt")).expect("removed");
    let survey = store.survey(&["accounts/A/users/u0.jwt"]);
    let plan = Planner::new(&order(Vec::new()), &survey, &ring).plan();
    assert!(matches!(plan.held[0].holds[..], [Hold::Unseen { .. }]));
}

#[test]
fn a_stranger_s_account_is_adopted_only_when_somebody_says_so() {
    let store = Store::new();
    let (stranger, ring) = (Seed::generate(Role::Operator), store.ring(&[&store.operator]));
    let self_signed = again(&store.accounts[0]);
    for signer in [&stranger, &self_signed] {
        store.put_account(0, signer, |_| {});
        let survey = store.survey(&[]);
        let mut order = order(Vec::new());
        let plan = Planner::new(&order, &survey, &ring).plan();
        let [held] = plan.held.as_slice() else { panic!("{plan:?}") };
        assert!(matches!(&held.holds[..], [Hold::Adopts { issuer, .. }] if *issuer == public(signer)));
        assert_eq!(plan.steps.len(), 1, "the other one is not held back");
        order.issued_by = vec![signer.public()];
        let plan = Planner::new(&order, &survey, &ring).plan();
        assert_eq!((plan.steps.len(), plan.held.len()), (1, 0));
        assert_eq!(plan.steps[0].signer.key, store.operator.public());
        order.issued_by.clear();
        order.permit = Permit::of(["adopt"]).expect("a word");
        assert_eq!(Planner::new(&order, &survey, &ring).plan().steps.len(), 2);
    }
}

#[test]
fn what_nobody_signed_is_held_back() {
    let store = Store::new();
    let text = store.get("accounts/A/A.jwt");
    let (front, _) = text.rsplit_once('.').expect("three parts");
    store.put("accounts/A/A.jwt", &format!("{front}.{}", "A".repeat(86)));
    let survey = store.survey(&[]);
    let ring = store.ring(&[&store.operator]);
    let plan = Planner::new(&order(Vec::new()), &survey, &ring).plan();
    assert!(matches!(plan.held[0].holds[..], [Hold::Unverified { .. }]));
}

#[test]
fn an_older_copy_is_not_brought_back() {
    let store = Store::new();
    let old = store.get("accounts/A/A.jwt");
    let ring = store.ring(&[&store.operator, &store.operator_key]);
    store.carry_out(&order(Vec::new()), &store.survey(&[]), &ring).expect("written");
    store.put("backup.jwt", &old);
    let survey = store.survey(&["backup.jwt"]);
    let mut order = order(Vec::new());
    order.now = NOW + 5;
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert!(
        matches!(&plan.held[0].holds[..], [Hold::Superseded { file, iat: NOW }] if file.ends_with("A.jwt"))
    );
    // The other way round it is told that an older one lies there.
    let survey = store.survey(&["accounts/A/A.jwt"]);
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert!(matches!(plan.stale[..], [Stale::Older { .. }]), "{plan:?}");
}

#[test]
fn an_operator_moves_with_all_its_accounts() {
    let store = Store::new();
    let new = Seed::generate(Role::Operator);
    let before = all_files(&store.dir.path().join("op"));
    let ring = store.ring(&[&new, &store.operator_key]);
    let order = order(vec![Wish::Become(new.public())]);
    assert_eq!(store.carry_out(&order, &store.survey(&["op.jwt"]), &ring).expect("written"), 2);
    let operator = decode(store.get("op.jwt").as_bytes()).expect("it decodes");
    assert_eq!((operator.data.sub.clone(), operator.data.iss), (public(&new), public(&new)));
    let issuer = |name: &str| decode(store.get(name).as_bytes()).expect("it decodes").data.iss;
    assert_eq!(
        issuer("accounts/A/A.jwt"),
        public(&store.operator_key),
        "its signer is the new operator's too"
    );
    assert_eq!(issuer("accounts/B/B.jwt"), public(&store.operator_key));
    let chains = store.chains();
    assert!(chains.values().all(|holds| *holds) && chains.len() == 9, "{chains:?}");
    let runs = Runs::at(store.dir.path().join("runs"));
    runs.undo(&runs.find(None).expect("the run"), false).expect("undone");
    assert_eq!(all_files(&store.dir.path().join("op")), before);
}

#[test]
fn a_half_migrated_store_is_put_right() {
    // What `nsc reissue operator` leaves when one account cannot be read: another operator, the accounts of the old one.
    let store = Store::new();
    let new = Seed::generate(Role::Operator);
    store.put("op.jwt", &signed(&new, "op", Body::Operator(Operator::default()), &new, 200));
    assert!(store.chains().iter().filter(|(_, holds)| !**holds).count() > 4);
    let ring = store.ring(&[&new]);
    let mut order = order(Vec::new());
    order.issued_by = vec![store.operator.public(), store.operator_key.public()];
    assert_eq!(store.carry_out(&order, &store.survey(&[]), &ring).expect("written"), 2);
    assert!(store.chains().values().all(|holds| *holds));
}

#[test]
fn a_signing_key_goes_with_all_that_it_signed() {
    let store = Store::new();
    let new = Seed::generate(Role::Account);
    let ring = store.ring(&[&new, &store.operator, &store.operator_key]);
    let order = order(vec![Wish::ReplaceKey(store.plain.public(), new.public())]);
    let survey = store.survey(&["accounts/A/A.jwt"]);
    // The account, the account that imports from it, the user and its credentials.
    assert_eq!(store.carry_out(&order, &survey, &ring).expect("written"), 4);
    let issuer = |name: &str| decode(store.get(name).as_bytes()).expect("it decodes").data.iss;
    assert_eq!(issuer("accounts/A/users/u1.jwt"), public(&new));
    assert!(store.get("creds/u1.creds").contains(&store.get("accounts/A/users/u1.jwt")));
    assert_eq!(issuer("accounts/A/users/u0.jwt"), public(&store.accounts[0]));
    let importer = decode(store.get("accounts/B/B.jwt").as_bytes()).expect("it decodes");
    let import = importer.account().expect("one").imports[0].clone().expect("one");
    let activation = decode(import.token.as_bytes()).expect("it decodes");
    assert_eq!((activation.data.iss, activation.data.iat), (public(&new), NOW));
    assert!(store.chains().values().all(|holds| *holds));
}

#[test]
fn a_role_goes_to_the_new_key() {
    let store = Store::new();
    let new = Seed::generate(Role::Account);
    let ring = store.ring(&[&new, &store.operator_key]);
    let order = order(vec![Wish::ReplaceKey(store.scoped.public(), new.public())]);
    store.carry_out(&order, &store.survey(&["accounts/A/A.jwt"]), &ring).expect("written");
    let account = decode(store.get("accounts/A/A.jwt").as_bytes()).expect("it decodes");
    let scope = account.account().expect("one").signing_keys[&public(&new)].clone().expect("a scope");
    assert_eq!((scope.role.as_str(), scope.key), ("reader", public(&new)));
    assert!(store.chains().values().all(|holds| *holds));
}

#[test]
fn a_removed_key_leaves_orphans_that_are_told() {
    let store = Store::new();
    let ring = store.ring(&[&store.operator_key]);
    let order = order(vec![Wish::RemoveKey(store.plain.public())]);
    let survey = store.survey(&["accounts/A/A.jwt"]);
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert_eq!(plan.steps.len(), 1);
    let key = store.plain.public();
    let orphan = |stale: &Stale| matches!(stale, Stale::Orphan { issuer, .. } if *issuer == key);
    let activation =
        |stale: &Stale| matches!(stale, Stale::Activation { import: 0, issuer, .. } if *issuer == key);
    assert!(plan.stale.len() == 2 && plan.stale.iter().any(orphan) && plan.stale.iter().any(activation));
    // A user of a removed key, by itself: nothing says that the key was not removed for a reason.
    let ring = store.ring(&[&store.operator_key, &store.accounts[0]]);
    store.carry_out(&order, &survey, &ring).expect("written");
    let survey = store.survey(&["accounts/A/users/u1.jwt"]);
    let plan = Planner::new(&super::tests::order(Vec::new()), &survey, &ring).plan();
    assert!(
        matches!(&plan.held[0].holds[..], [Hold::Adopts { issuer, .. }] if *issuer == public(&store.plain))
    );
}

#[test]
fn a_user_with_a_role_is_not_let_loose() {
    let store = Store::new();
    let survey = store.survey(&["accounts/A/users/u2.jwt"]);
    let ring = store.ring(&[&store.accounts[0], &store.plain]);
    let mut order = order(Vec::new());
    let plan = Planner::new(&order, &survey, &ring).plan();
    let StepError::NoKey(error) = &plan.failed[0].error else { panic!("{plan:?}") };
    assert_eq!(error.fits().iter().map(|fit| fit.key).collect::<Vec<_>>(), [store.scoped.public()]);
    order.issuer = Some(store.plain.public());
    let plan = Planner::new(&order, &survey, &ring).plan();
    assert!(matches!(&plan.failed[0].error, StepError::NoKey(NoKey::NotOneOf { .. })));
}

#[test]
fn a_file_that_changed_stops_everything() {
    let store = Store::new();
    let ring = store.ring(&[&store.operator, &store.operator_key]);
    let (order, survey) = (order(Vec::new()), store.survey(&[]));
    let text = store.get("accounts/B/B.jwt");
    store.put_account(1, &store.operator, |account| account.limits.conn = 77);
    let mut planner = Planner::new(&order, &survey, &ring);
    let plan = planner.plan();
    assert!(matches!(plan.failed[..], [Failed { error: StepError::Disk(DiskError::Changed { .. }), .. }]));
    store.put("accounts/B/B.jwt", &text);
    let plan = planner.plan();
    assert!(plan.failed.is_empty());
    // Between plan and write.
    let before = store.get("accounts/A/A.jwt");
    store.put_account(1, &store.operator, |account| account.limits.conn = 77);
    let runs = Runs::at(store.dir.path().join("runs"));
    let run = runs.begin("x", "x", NOW, &[store.dir.path().join("op")]).expect("begun");
    let error =
        Work::of(&planner, &plan).carry_out(&planner, &plan, run, &mut |_| {}).expect_err("it changed");
    assert!(matches!(error, CarryError::Step { .. } | CarryError::Run(_)), "{error}");
    assert_eq!(store.get("accounts/A/A.jwt"), before);
}
