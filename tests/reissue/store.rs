//! A store as nsc lays it out, with the keys of everything in it, freshly made.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jwtfix::file::{creds, layout};
use jwtfix::nkey::{PublicKey, Role, Seed};
use jwtfix::token::{
    Account, Body, Claims, ClaimsData, Operator, OperatorLimits, User, UserScope, decode, encode,
};

pub struct Store {
    pub dir: tempfile::TempDir,
    /// Where the journal is.
    pub state: tempfile::TempDir,
    pub operator: Seed,
    pub operator_key: Seed,
    pub system: Seed,
    pub account: Seed,
    pub plain: Seed,
    pub scoped: Seed,
    pub user: Seed,
}

pub fn public(seed: &Seed) -> String {
    seed.public().to_string()
}

/// A token signed by this key at this time.
pub fn signed(sub: &Seed, name: &str, body: Body, signer: &Seed, iat: i64) -> String {
    let data = ClaimsData { sub: public(sub), name: name.into(), ..ClaimsData::default() };
    let mut claims = Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body };
    let sign = |_: &PublicKey, message: &[u8]| Ok(signer.sign(message).expect("signs").to_vec());
    encode(&mut claims, &signer.public(), iat, &sign).expect("claims of the right kind")
}

/// Limits of an account that has none.
pub fn unlimited() -> OperatorLimits {
    OperatorLimits::unlimited()
}

/// A minute ago: a server judges by its own clock.
pub fn lately() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("a clock after 1970").as_secs()).expect("a time") - 60
}

impl Store {
    pub fn new() -> Store {
        Store::within(&std::env::temp_dir())
    }

    /// A store on another file system.
    pub fn within(base: &Path) -> Store {
        let account = || Seed::generate(Role::Account);
        let store = Store {
            dir: tempfile::tempdir_in(base).expect("a scratch directory"),
            state: tempfile::tempdir_in(base).expect("a scratch directory"),
            operator: Seed::generate(Role::Operator),
            operator_key: Seed::generate(Role::Operator),
            system: account(),
            account: account(),
            plain: account(),
            scoped: account(),
            user: Seed::generate(Role::User),
        };
        store.put_operator(false);
        store.put_system(&store.operator_key);
        store.put_account(&store.operator_key, |_, _| {});
        store.put_user(&store.account, |_, _| {});
        for seed in [
            &store.operator,
            &store.operator_key,
            &store.system,
            &store.account,
            &store.plain,
            &store.scoped,
            &store.user,
        ] {
            store.put_seed(seed);
        }
        store
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A path below the store as an argument.
    pub fn arg(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    pub fn get(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).expect("readable")
    }

    pub fn claims(&self, name: &str) -> Claims {
        decode(self.get(name).as_bytes()).expect("it decodes")
    }

    pub fn put_seed(&self, seed: &Seed) -> PathBuf {
        let path = Path::new("keys").join(layout::key_path(&seed.public()));
        let path = self.put(path.to_str().expect("UTF-8"), seed.expose().as_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        path
    }

    pub fn put_operator(&self, strict: bool) {
        let body = Operator {
            signing_keys: vec![public(&self.operator_key)],
            system_account: public(&self.system),
            strict_signing_key_usage: strict,
            ..Operator::default()
        };
        let text = signed(&self.operator, "acme", Body::Operator(body), &self.operator, lately());
        self.put("stores/acme/acme.jwt", text);
    }

    pub fn put_system(&self, signer: &Seed) {
        let body = Account { limits: unlimited(), ..Account::default() };
        let text = signed(&self.system, "SYS", Body::Account(Box::new(body)), signer, lately());
        self.put("stores/acme/accounts/SYS/SYS.jwt", text);
    }

    pub fn put_account(&self, signer: &Seed, edit: impl FnOnce(&Store, &mut Account)) {
        let scope = UserScope { key: public(&self.scoped), role: "reader".into(), ..UserScope::default() };
        let mut scope = Box::new(scope);
        (scope.template.subs, scope.template.data, scope.template.payload) = (-1, -1, -1);
        let mut body = Account {
            limits: unlimited(),
            signing_keys: BTreeMap::from([(public(&self.plain), None), (public(&self.scoped), Some(scope))]),
            ..Account::default()
        };
        edit(self, &mut body);
        let text = signed(&self.account, "ORDERS", Body::Account(Box::new(body)), signer, lately());
        self.put("stores/acme/accounts/ORDERS/ORDERS.jwt", text);
    }

    pub fn put_user(&self, signer: &Seed, edit: impl FnOnce(&Store, &mut User)) {
        let mut body = User::default();
        if public(signer) != public(&self.scoped) {
            (body.permissions.subs, body.permissions.data, body.permissions.payload) = (-1, -1, -1);
        }
        if public(signer) != public(&self.account) {
            body.issuer_account = public(&self.account);
        }
        edit(self, &mut body);
        let text = signed(&self.user, "alice", Body::User(Box::new(body)), signer, lately());
        self.put("stores/acme/accounts/ORDERS/users/alice.jwt", &text);
        let path = self.put(
            "keys/creds/acme/ORDERS/alice.creds",
            creds::canonical(&text, &self.user.expose()).as_bytes(),
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    }

    /// Every file below the store with its bytes and mode.
    pub fn all(&self) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
        files(self.root())
    }

    /// The journal's directory.
    pub fn runs(&self) -> PathBuf {
        self.state.path().join("runs")
    }

    /// The same as an argument.
    pub fn journal(&self) -> String {
        self.runs().to_str().expect("UTF-8").to_owned()
    }
}

pub fn files(root: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let mode = fs::metadata(&path).expect("there").permissions().mode() & 0o7777;
            found.insert(path.clone(), (fs::read(&path).expect("readable"), mode));
        }
    }
    found
}
