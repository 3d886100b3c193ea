//! The laws of repair, held on generated deployments with everything in them that can be wrong.

#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;

use super::{Case, Fixes, Wanted, plan};
use crate::file::{creds, recognise};
use crate::nkey::{PublicKey, Role, Seed};
use crate::repair::keys::Ring;
use crate::repair::run::Runs;
use crate::repair::survey::{Given, Survey};
use crate::repair::{Change, diff};
use crate::server::Version;
use crate::token::{
    Account, Body, Claims, ClaimsData, Layout, Operator, OperatorLimits, Tree, User, UserPermissionLimits,
    UserScope, payload, payload_of,
};

const NOW: i64 = 1_800_000_000;

/// What is wrong with an account's token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfAccount {
    Nothing,
    Draft,
    Old,
    Itself,
    Stranger,
    Identity,
    Expired,
    NoConnections,
}

/// What is wrong with a user's token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfUser {
    Nothing,
    RoleUnlimited,
    RoleNarrow,
    Unnamed,
    Gone,
    Revoked,
    RevokedAndDraft,
    Expired,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfFile {
    Nothing,
    Crlf,
    Readable,
    Banner,
    Stale,
}

/// The copy of an account in a resolver's directory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfCopy {
    None,
    Same,
    Older,
    Newer,
    Lower,
    Stranger,
}

type Parts = (OfAccount, OfUser, OfFile, OfCopy);

fn of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn parts() -> impl Strategy<Value = Parts> {
    use {OfAccount as A, OfCopy as C, OfFile as F, OfUser as U};
    (
        of(&[
            A::Nothing,
            A::Draft,
            A::Old,
            A::Itself,
            A::Stranger,
            A::Identity,
            A::Expired,
            A::NoConnections,
        ]),
        of(&[
            U::Nothing,
            U::RoleUnlimited,
            U::RoleNarrow,
            U::Unnamed,
            U::Gone,
            U::Revoked,
            U::RevokedAndDraft,
            U::Expired,
        ]),
        of(&[F::Nothing, F::Crlf, F::Readable, F::Banner, F::Stale]),
        of(&[C::None, C::Same, C::Older, C::Newer, C::Lower, C::Stranger]),
    )
}

struct World {
    dir: tempfile::TempDir,
    ring: Ring,
    /// Users that are revoked.
    revoked: BTreeSet<String>,
}

fn signed(sub: &Seed, name: &str, body: Body, (layout, exp, iat): (Layout, i64, i64), by: &Seed) -> String {
    let data = ClaimsData { sub: sub.public().to_string(), name: name.into(), exp, ..ClaimsData::default() };
    let version = if layout == Layout::V1 { 1 } else { 2 };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    claims.claim_type = claims.kind().word().to_owned();
    let mut tree = Tree::parse(&payload(&claims).expect("encoded")).expect("an object");
    if version == 1 {
        let kind = tree.get("/nats/type").cloned().expect("a kind");
        tree.remove("/nats/type");
        tree.remove("/nats/version");
        tree.set("/type", kind);
    }
    let sign = |_: &PublicKey, message: &[u8]| Ok(by.sign(message).expect("signs").to_vec());
    tree.sign(layout, &by.public(), iat, &sign).expect("signed")
}

impl World {
    fn new(strict: bool, all: &[Parts]) -> World {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let mut world = World { dir, ring: Ring::default(), revoked: BTreeSet::new() };
        let (operator, key) = (Seed::generate(Role::Operator), Seed::generate(Role::Operator));
        let body = Operator {
            signing_keys: vec![key.public().to_string()],
            strict_signing_key_usage: strict,
            ..Operator::default()
        };
        let made = (Layout::V2, 0, NOW - 900);
        world.put(
            "acme/acme.jwt",
            signed(&operator, "acme", Body::Operator(body), made, &operator).as_bytes(),
        );
        for (index, parts) in all.iter().enumerate() {
            world.account(&format!("A{index}"), *parts, &operator, &key);
        }
        for seed in [operator, key] {
            world.ring.insert(seed, "test");
        }
        world
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("made");
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        path
    }

    fn account(&mut self, name: &str, parts: Parts, operator: &Seed, key: &Seed) {
        let (of_account, of_user, of_file, of_copy) = parts;
        let role = || Seed::generate(Role::Account);
        let (own, plain, scoped, user) = (role(), role(), role(), Seed::generate(Role::User));
        let mut scope = UserScope {
            key: scoped.public().to_string(),
            role: "r".into(),
            template: UserPermissionLimits {
                subs: -1,
                data: -1,
                payload: -1,
                ..UserPermissionLimits::default()
            },
            ..UserScope::default()
        };
        scope.template.permissions.publish.allow = Some(vec!["r.>".into()]);
        let mut signing_keys = BTreeMap::from([(plain.public().to_string(), None)]);
        // v1 knows no roles.
        if of_account != OfAccount::Old {
            signing_keys.insert(scope.key.clone(), Some(Box::new(scope)));
        }
        let mut body = Account { limits: OperatorLimits::unlimited(), signing_keys, ..Account::default() };
        if matches!(of_user, OfUser::Revoked | OfUser::RevokedAndDraft) {
            body.revocations.insert(user.public().to_string(), NOW - 100);
            self.revoked.insert(user.public().to_string());
        }
        if of_account == OfAccount::NoConnections {
            body.limits.conn = 0;
        }
        let layout = match of_account {
            OfAccount::Draft => Layout::DraftV2,
            OfAccount::Old => Layout::V1,
            _ => Layout::V2,
        };
        let exp = if of_account == OfAccount::Expired { NOW - 10 } else { 0 };
        let stranger = Seed::generate(Role::Operator);
        let by = match of_account {
            OfAccount::Itself => &own,
            OfAccount::Stranger => &stranger,
            OfAccount::Identity => operator,
            _ => key,
        };
        let token = |layout, iat, by: &Seed| {
            signed(&own, name, Body::Account(Box::new(body.clone())), (layout, exp, iat), by)
        };
        let text = token(layout, NOW - 500, by);
        self.put(&format!("acme/accounts/{name}/{name}.jwt"), text.as_bytes());
        let subject = own.public().to_string();
        let copy = |name: String, text: &str| _ = self.put(&format!("jwt/{name}.jwt"), text.as_bytes());
        match of_copy {
            OfCopy::None => {}
            OfCopy::Same => copy(subject, &text),
            OfCopy::Older => copy(subject, &token(Layout::V2, NOW - 600, key)),
            OfCopy::Newer => copy(subject, &token(Layout::V2, NOW - 400, key)),
            OfCopy::Lower => copy(subject.to_lowercase(), &text),
            OfCopy::Stranger => copy(role().public().to_string(), &text),
        }
        self.user(name, (of_user, of_file), (&own, &plain, &scoped), &user);
        for seed in [own, plain, scoped] {
            self.ring.insert(seed, "test");
        }
    }

    fn user(&self, name: &str, parts: (OfUser, OfFile), keys: (&Seed, &Seed, &Seed), user: &Seed) {
        let (of_user, of_file) = parts;
        let (own, plain, scoped) = keys;
        let gone = Seed::generate(Role::Account);
        let mut body = User { issuer_account: own.public().to_string(), ..User::default() };
        (body.permissions.subs, body.permissions.data, body.permissions.payload) = (-1, -1, -1);
        let allow = |body: &mut User| body.permissions.permissions.publish.allow = Some(vec!["a.>".into()]);
        let by = match of_user {
            OfUser::RoleUnlimited => scoped,
            OfUser::RoleNarrow => {
                allow(&mut body);
                scoped
            }
            OfUser::Unnamed => {
                body.issuer_account.clear();
                plain
            }
            OfUser::Gone => &gone,
            _ => {
                allow(&mut body);
                plain
            }
        };
        let layout = if of_user == OfUser::RevokedAndDraft { Layout::DraftV2 } else { Layout::V2 };
        let exp = if of_user == OfUser::Expired { NOW - 10 } else { 0 };
        let token = |iat| signed(user, "u", Body::User(Box::new(body.clone())), (layout, exp, iat), by);
        let text = token(NOW - 300);
        self.put(&format!("acme/accounts/{name}/users/u.jwt"), text.as_bytes());
        let (stale, seed) = (token(NOW - 350), user.expose());
        let canonical = creds::canonical(if of_file == OfFile::Stale { &stale } else { &text }, &seed);
        let file = match of_file {
            OfFile::Crlf => canonical.replace('\n', "\r\n"),
            OfFile::Banner => canonical.replace("NKEYs are sensitive", "Keys are sensitive"),
            _ => canonical.to_string(),
        };
        let path = self.put(&format!("creds/{name}.creds"), file.as_bytes());
        if of_file == OfFile::Readable {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("set");
        }
    }

    fn plan(&self, wanted: &Wanted) -> Fixes {
        let paths = [(self.dir.path().to_owned(), Given::Below)];
        let mut survey = Survey::default();
        survey.look(&paths, true);
        let case = Case {
            paths: &paths,
            survey: &survey,
            ring: &self.ring,
            wanted,
            now: NOW,
            version: Version::NEWEST,
            server: None,
            write: true,
        };
        let (fixes, unread) = plan(&case).expect("there is a plan");
        assert!(unread.is_empty());
        fixes
    }

    fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
        let mut found = BTreeMap::new();
        walk(self.dir.path(), &mut found);
        found
    }

    /// The tokens of every file, by file and subject.
    fn tokens(&self) -> BTreeMap<(PathBuf, String), Value> {
        let mut tokens = BTreeMap::new();
        for (path, (bytes, _)) in self.files() {
            for part in recognise(&bytes).tokens() {
                let claims: Value =
                    serde_json::from_slice(&payload_of(part.text().as_bytes()).expect("a payload"))
                        .expect("JSON");
                let subject = claims["sub"].as_str().expect("a subject").to_owned();
                tokens.insert((path.clone(), subject), claims);
            }
        }
        tokens
    }
}

fn walk(directory: &Path, found: &mut BTreeMap<PathBuf, (Vec<u8>, u32)>) {
    for entry in fs::read_dir(directory).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            let mode = fs::metadata(&path).expect("there").permissions().mode() & 0o7777;
            found.insert(path.clone(), (fs::read(&path).expect("readable"), mode));
        }
    }
}

/// Carries out, finds nothing more to do, takes back; and leaves it carried out.
fn round(world: &World, wanted: &Wanted) -> Fixes {
    let fixes = world.plan(wanted);
    let Some(proof) = fixes.proof.clone() else { panic!("every key is here") };
    if fixes.is_empty() {
        assert_eq!(proof.before, proof.after);
        return fixes;
    }
    assert!(proof.after < proof.before, "{proof:?}");
    let before = world.files();
    let state = tempfile::tempdir().expect("a scratch directory");
    let runs = Runs::at(state.path().join("runs"));
    let roots = [world.dir.path().to_owned()];
    let carry_out = || {
        let run = runs.begin("fix", "fix", NOW, &roots).expect("begun");
        fixes.carry_out(run).expect("carried out")
    };
    carry_out();
    let after = world.files();
    assert_ne!(before, after);
    assert!(world.plan(wanted).is_empty(), "a second time there is nothing to do");
    let head = runs.find(None).expect("there");
    runs.undo(&head, false).expect("undone");
    assert_eq!(world.files(), before);
    // The same plan does not fit any more: its files were written since.
    let fixes = world.plan(wanted);
    let run = runs.begin("again", "fix", NOW, &roots).expect("begun");
    fixes.carry_out(run).expect("carried out");
    assert_eq!(world.files(), after);
    fixes
}

/// Claims that change by a new signature that decides nothing.
fn decides_nothing(change: &Change, before: &Value) -> bool {
    let signature = matches!(
        change.pointer.as_str(),
        "/iss" | "/iat" | "/jti" | "/nats/issuer_account" | "/nats/version"
    );
    // v1 has these at the top, and no limit that v2 has besides.
    let layout = change.pointer == "/type" || (before.get("type").is_some() && change.before == change.after);
    let member = change.pointer.strip_prefix("/nats/").unwrap_or_default();
    let nothing = matches!(member, "subs" | "data" | "payload")
        && change.after.is_none()
        && change.before.as_ref().and_then(Value::as_i64) == Some(-1);
    signature || layout || nothing
}

/// Of several files one changes between plan and write: nothing is written, of none.
#[test]
fn a_file_that_changed_since_stops_all() {
    let parts = |of_file| (OfAccount::Draft, OfUser::Unnamed, of_file, OfCopy::Lower);
    for changed in ["creds/A1.creds", "acme/accounts/A0/A0.jwt"] {
        let world = World::new(false, &[parts(OfFile::Crlf), parts(OfFile::Banner)]);
        let fixes = world.plan(&Wanted::default());
        assert!(fixes.len() >= 6, "{}", fixes.len());
        let path = world.dir.path().join(changed);
        let mut bytes = fs::read(&path).expect("there");
        bytes.extend(b"\n");
        fs::write(&path, bytes).expect("written");
        let before = world.files();
        let state = tempfile::tempdir().expect("a scratch directory");
        let run = Runs::at(state.path().join("runs"))
            .begin("fix", "fix", NOW, &[world.dir.path().to_owned()])
            .expect("begun");
        let error = fixes.carry_out(run).expect_err("it is another file");
        assert!(error.to_string().contains(changed), "{error}");
        assert_eq!(world.files(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn prop_what_is_safe_gives_no_more(strict: bool, all in prop::collection::vec(parts(), 1..4)) {
        let world = World::new(strict, &all);
        let before = world.tokens();
        round(&world, &Wanted::default());
        let after = world.tokens();
        // The newest token of a subject says what the older ones may become.
        let said: BTreeSet<String> = before.values().map(ToString::to_string).collect();
        for ((path, subject), now) in &after {
            if said.contains(&now.to_string()) {
                continue;
            }
            prop_assert!(!world.revoked.contains(subject), "{subject} is revoked and was signed again");
            let was = before.iter().filter(|((_, of), _)| of == subject);
            let like = |was: &Value| {
                let second = |value: &Value| value["exp"].as_i64().unwrap_or(i64::MAX);
                second(now) <= second(was)
                    && now["nats"]["revocations"] == was["nats"]["revocations"]
                    && (was.get("type").is_some()
                        || diff(was, now).iter().all(|change| decides_nothing(change, was)))
            };
            let stood: Vec<&Value> = was.map(|(_, was)| was).collect();
            prop_assert!(stood.iter().any(|was| like(was)), "{}: {now}\nwas {stood:?}", path.display());
        }
    }

    #[test]
    fn prop_with_everything_let_in_it_is_whole(strict: bool, all in prop::collection::vec(parts(), 1..3)) {
        let world = World::new(strict, &all);
        let mut wanted = Wanted::default();
        wanted.let_all_in();
        let fixes = round(&world, &wanted);
        prop_assert!(fixes.held.is_empty() && fixes.plan.held.is_empty(), "{fixes:?}");
    }
}
