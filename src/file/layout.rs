//! Which place in a store, a keystore or a resolver does this path stand for?
//!
//! By names alone: nothing is opened, and what a file holds can say otherwise. All layouts that nsc, natscli, nats-server
//! and the account server write or once wrote.

use std::path::{Component, Path, PathBuf};

use crate::nkey::PublicKey;

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place<'p> {
    /// `<KEY>.jwt`: an entry of a resolver's directory, or a token exported by its key.
    Entry(Entry<'p>),
    /// `<OP>/<OP>.jwt` of an nsc store.
    Operator {
        /// The name of its directory.
        operator: &'p str,
    },
    /// `<OP>/accounts/<A>/<A>.jwt` of an nsc store.
    Account {
        /// The operator's directory.
        operator: &'p str,
        /// The name of its directory.
        account: &'p str,
    },
    /// `<OP>/accounts/<A>/users/<U>.jwt` of an nsc store.
    User {
        /// The operator's directory.
        operator: &'p str,
        /// The account's directory.
        account: &'p str,
        /// The name of the file.
        user: &'p str,
    },
    /// `<OP>/.nsc`, the mark of an operator's directory.
    Mark {
        /// The name of its directory.
        operator: &'p str,
    },
    /// `<KEY>.nk`: a seed by its public key.
    Key {
        /// The key that the name says.
        key: PublicKey,
        /// It stands where nsc looks for it: `keys/<letter>/<next two>/<KEY>.nk`.
        filed: bool,
    },
    /// A seed by names, as the keystores before nsc 2.0 had them: `<OP>/accounts/<A>/users/<U>.nk`.
    OldKey(Owner<'p>),
    /// `creds/<OP>/<A>/<U>.creds`, or `<OP>/accounts/<A>/users/<U>.creds` of the older keystores.
    Creds {
        /// Whose they are.
        owner: Owner<'p>,
        /// It stands where a keystore before nsc 2.0 had it; nsc stops at it.
        old: bool,
    },
    /// `nsc.json`.
    NscSettings,
    /// `context/<NAME>.json` of natscli.
    Context {
        /// The name of the context.
        name: &'p str,
    },
    /// `context.txt` of natscli: the name of the selected context.
    SelectedContext,
    /// A file that jwtfix was writing when it was stopped.
    Draft,
    /// Nothing that a name tells.
    Other,
}

/// A file named after a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'p> {
    /// The key, its letters in the case that keys have.
    pub key: PublicKey,
    /// The name as it is written: a server finds no other than the key's.
    pub name: &'p str,
    /// The directory, if it is named like the last two letters of a key.
    pub shard: Option<&'p str>,
    /// `.jwt.deleted`: a server has put it aside (`dirstore.go`, `delete`).
    pub deleted: bool,
}

impl Entry<'_> {
    /// The letters are in another case than the key's: found on some file systems, not found on others.
    pub fn other_case(&self) -> bool {
        self.name != self.key.to_string()
    }

    /// It stands in a directory for other keys.
    pub fn misplaced(&self) -> bool {
        self.shard.is_some_and(|shard| !self.key.to_string().ends_with(shard))
    }
}

/// Whom a seed or credentials belong to, by the names of directories; a name that the path does not reach to is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'p> {
    /// The operator's directory.
    pub operator: &'p str,
    /// The account's, of an account or a user.
    pub account: Option<&'p str>,
    /// The user's name.
    pub user: Option<&'p str>,
}

impl Place<'_> {
    /// The subject that the file must have for its name to be right.
    pub fn subject(&self) -> Option<PublicKey> {
        match self {
            Place::Entry(Entry { key, .. }) | Place::Key { key, .. } => Some(*key),
            _ => None,
        }
    }
}

/// What a path stands for. Names that are no UTF-8 tell nothing.
pub fn place_of(path: &Path) -> Place<'_> {
    let mut names = [""; 6];
    for (place, component) in names.iter_mut().zip(path.components().rev()) {
        let Component::Normal(name) = component else { break };
        let Some(name) = name.to_str() else { break };
        *place = name;
    }
    let [name, parent, ..] = names;
    if name == "nsc.json" {
        return Place::NscSettings;
    }
    if name == ".nsc" && !parent.is_empty() {
        return Place::Mark { operator: parent };
    }
    if name == "context.txt" && parent == "nats" {
        return Place::SelectedContext;
    }
    if name.starts_with(".jwtfix-") && name.ends_with(".tmp") {
        return Place::Draft;
    }
    if let Some(name) = name.strip_suffix(".json").filter(|_| parent == "context") {
        return Place::Context { name };
    }
    // What nsc's configurations call `.delete` is `.deleted` on the disk.
    let deleted = name.strip_suffix(".deleted").or_else(|| name.strip_suffix(".delete"));
    if let Some(name) = deleted.unwrap_or(name).strip_suffix(".jwt") {
        return token(name, &names, deleted.is_some());
    }
    if let Some(name) = name.strip_suffix(".nk") {
        return seed(name, &names);
    }
    match name.strip_suffix(".creds") {
        Some(name) => creds(name, &names),
        None => Place::Other,
    }
}

fn token<'p>(name: &'p str, names: &[&'p str; 6], deleted: bool) -> Place<'p> {
    let [_, parent, ..] = *names;
    if let Some(key) = key_of(name) {
        let is_shard = parent.len() == 2 && parent.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return Place::Entry(Entry { key, name, shard: is_shard.then_some(parent), deleted });
    }
    match owner(name, names) {
        _ if deleted => Place::Other,
        Some(Owner { operator, account: Some(account), user: Some(user) }) => {
            Place::User { operator, account, user }
        }
        Some(Owner { operator, account: Some(account), user: None }) => Place::Account { operator, account },
        Some(Owner { operator, .. }) => Place::Operator { operator },
        None => Place::Other,
    }
}

fn seed<'p>(name: &'p str, names: &[&'p str; 6]) -> Place<'p> {
    if let Some(key) = key_of(name) {
        let [file, shard, letter, keys, ..] = *names;
        let path = key_path(&key);
        let filed = path == Path::new(keys).join(letter).join(shard).join(file);
        return Place::Key { key, filed };
    }
    owner(name, names).map_or(Place::Other, Place::OldKey)
}

fn creds<'p>(name: &'p str, names: &[&'p str; 6]) -> Place<'p> {
    let [_, account, operator, creds, ..] = *names;
    if creds == "creds" {
        let owner = Owner { operator, account: Some(account), user: Some(name) };
        return Place::Creds { owner, old: false };
    }
    match owner(name, names) {
        Some(owner) if owner.user.is_some() => Place::Creds { owner, old: true },
        _ => Place::Other,
    }
}

/// `<OP>/<OP>`, `<OP>/accounts/<A>/<A>`, `<OP>/accounts/<A>/users/<U>`.
fn owner<'p>(name: &'p str, names: &[&'p str; 6]) -> Option<Owner<'p>> {
    match *names {
        [_, "users", account, "accounts", operator, ..] => {
            Some(Owner { operator, account: Some(account), user: Some(name) })
        }
        [_, account, "accounts", operator, ..] if account == name => {
            Some(Owner { operator, account: Some(account), user: None })
        }
        [_, operator, ..] if operator == name => Some(Owner { operator, account: None, user: None }),
        _ => None,
    }
}

/// The key that a name spells in any case.
fn key_of(name: &str) -> Option<PublicKey> {
    PublicKey::parse(name).ok().or_else(|| {
        let other_case = name.len() == 56 && name.bytes().any(|byte| byte.is_ascii_lowercase());
        PublicKey::parse(&name.to_ascii_uppercase()).ok().filter(|_| other_case)
    })
}

/// Where nsc keeps a seed, below its keystore (`store/keys.go`, `GetKeyPath`).
pub fn key_path(key: &PublicKey) -> PathBuf {
    let text = key.to_string();
    ["keys", &text[..1], &text[1..3], &*format!("{text}.nk")].iter().collect()
}

/// Where nsc keeps credentials, below its keystore (`store/keys.go`, `CalcUserCredsPath`).
pub fn creds_path(operator: &str, account: &str, user: &str) -> PathBuf {
    ["creds", operator, account, &format!("{user}.creds")].iter().collect()
}

/// Where nsc keeps the token of an operator, an account or a user, below its stores.
pub fn store_path(owner: &Owner<'_>) -> PathBuf {
    let mut path = PathBuf::from(owner.operator);
    match (owner.account, owner.user) {
        (Some(account), Some(user)) => path.extend(["accounts", account, "users", &format!("{user}.jwt")]),
        (Some(account), None) => path.extend(["accounts", account, &format!("{account}.jwt")]),
        _ => path.push(format!("{}.jwt", owner.operator)),
    }
    path
}

/// Where a resolver keeps an account, below its directory (`dirstore.go`, `pathForKey`).
pub fn resolver_path(account: &PublicKey, sharded: bool) -> PathBuf {
    let text = account.to_string();
    let file = format!("{text}.jwt");
    if sharded { Path::new(&text[54..]).join(file) } else { file.into() }
}

/// Where nsc and natscli look on this machine, each list in the order in which they look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// `nsc.json`.
    pub settings: Vec<PathBuf>,
    /// Directories of operators' directories.
    pub stores: Vec<PathBuf>,
    /// Keystores.
    pub keys: Vec<PathBuf>,
    /// Directories of contexts.
    pub contexts: Vec<PathBuf>,
}

/// The default places (`home/home.go`, `cmd/defaults.go`), the ones before nsc 2.2 last; `variable` reads the
/// environment.
pub fn defaults(variable: impl Fn(&str) -> Option<String>) -> Defaults {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME");
    let below = |name: &str, path: &str| set(name).or_else(|| home.as_ref().map(|home| home.join(path)));
    let config = below("XDG_CONFIG_HOME", ".config").map(|path| path.join("nats"));
    let data = below("XDG_DATA_HOME", ".local/share").map(|path| path.join("nats/nsc"));
    let old = |path: &str| home.as_ref().map(|home| home.join(path));
    let list = |places: [Option<PathBuf>; 3]| places.into_iter().flatten().collect();
    let config_below = |path: &str| config.as_ref().map(|config| config.join(path));
    let data_below = |path: &str| data.as_ref().map(|data| data.join(path));
    Defaults {
        settings: list([
            set("NSC_HOME").map(|path| path.join("nsc.json")),
            config_below("nsc/nsc.json"),
            old(".nsc/nsc.json"),
        ]),
        stores: list([data_below("stores"), old(".nsc/nats"), None]),
        keys: list([set("NKEYS_PATH"), data_below("keys"), old(".nkeys")]),
        contexts: list([config_below("context"), None, None]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435C2U4";
    const ACCOUNT: &str = "ACATS5YOVB6ROX2WUNKGNQ2MP3GMXDMKSG2O4N5CLX3A6W4PZGZZIL2R";

    fn place(path: &str) -> Place<'_> {
        place_of(Path::new(path))
    }

    fn key(text: &str) -> PublicKey {
        PublicKey::parse(text).unwrap()
    }

    #[test]
    fn stores_of_nsc() {
        let (operator, account, user) = ("My Op", "A", "u.1");
        for root in ["", "stores/", "/home/x/.nsc/nats/"] {
            let at = |path: &str| format!("{root}{path}");
            assert_eq!(place(&at("My Op/My Op.jwt")), Place::Operator { operator });
            assert_eq!(place(&at("My Op/accounts/A/A.jwt")), Place::Account { operator, account });
            assert_eq!(place(&at("My Op/accounts/A/users/u.1.jwt")), Place::User { operator, account, user });
            assert_eq!(place(&at("My Op/.nsc")), Place::Mark { operator });
        }
        assert_eq!(place("accounts/A/A.jwt"), Place::Account { operator: "", account });
        assert_eq!(place("My Op/accounts/A/B.jwt"), Place::Other);
        assert_eq!(place("x/nsc.json"), Place::NscSettings);
        assert_eq!(place("A.jwt"), Place::Other);
    }

    #[test]
    fn keystores() {
        let owner = Owner { operator: "O", account: Some("A"), user: Some("U") };
        assert_eq!(place(&format!("k/keys/U/DW/{USER}.nk")), Place::Key { key: key(USER), filed: true });
        for odd in [format!("k/keys/U/AA/{USER}.nk"), format!("k/U/DW/{USER}.nk"), format!("{USER}.nk")] {
            assert_eq!(place(&odd), Place::Key { key: key(USER), filed: false }, "{odd}");
        }
        assert_eq!(place("k/creds/O/A/U.creds"), Place::Creds { owner, old: false });
        assert_eq!(place(".nkeys/O/accounts/A/users/U.creds"), Place::Creds { owner, old: true });
        assert_eq!(place(".nkeys/O/accounts/A/users/U.nk"), Place::OldKey(owner));
        assert_eq!(place(".nkeys/O/accounts/A/A.nk"), Place::OldKey(Owner { user: None, ..owner }));
        assert_eq!(place(".nkeys/O/O.nk"), Place::OldKey(Owner { user: None, account: None, ..owner }));
        assert_eq!(place("x/y.nk"), Place::Other);
        assert_eq!(place("my.creds"), Place::Other);
        assert_eq!(place("O/O.creds"), Place::Other);
    }

    #[test]
    fn resolvers() {
        let entry = |name, shard, deleted| Place::Entry(Entry { key: key(ACCOUNT), name, shard, deleted });
        assert_eq!(place(&format!("/jwt/{ACCOUNT}.jwt")), entry(ACCOUNT, None, false));
        assert_eq!(place(&format!("/jwt/2R/{ACCOUNT}.jwt")), entry(ACCOUNT, Some("2R"), false));
        assert_eq!(place(&format!("{ACCOUNT}.jwt.deleted")), entry(ACCOUNT, None, true));
        assert_eq!(place(&format!("{ACCOUNT}.jwt.delete")), entry(ACCOUNT, None, true));
        let lower = ACCOUNT.to_lowercase();
        let path = format!("/jwt/{lower}.jwt");
        assert_eq!(place(&path), entry(&lower, None, false));
        assert_eq!(place(&path).subject(), Some(key(ACCOUNT)));
        let told = |path: &str| match place(path) {
            Place::Entry(entry) => (entry.other_case(), entry.misplaced()),
            place => panic!("{place:?}"),
        };
        assert_eq!(told(&path), (true, false));
        assert_eq!(told(&format!("AA/{ACCOUNT}.jwt")), (false, true));
        assert_eq!(told(&format!("2R/{ACCOUNT}.jwt")), (false, false));
        let wrong = ACCOUNT.replace('6', "7");
        assert_eq!(place(&format!("/jwt/{wrong}.jwt")), Place::Other);
    }

    #[test]
    fn files_of_natscli_and_of_jwtfix() {
        assert_eq!(place(".config/nats/context/prod.json"), Place::Context { name: "prod" });
        assert_eq!(place(".config/nats/context.txt"), Place::SelectedContext);
        assert_eq!(place("d/.jwtfix-12-0.tmp"), Place::Draft);
        for other in ["", "/", "..", "nats.conf", "x/.jwt", "x/..", "context.json"] {
            assert_eq!(place(other), Place::Other, "{other}");
        }
    }

    #[test]
    fn what_is_written_is_found() {
        let owner = Owner { operator: "O", account: Some("A"), user: Some("U") };
        let (account, operator) =
            (Owner { user: None, ..owner }, Owner { user: None, account: None, ..owner });
        let user = Place::User { operator: "O", account: "A", user: "U" };
        assert_eq!(place_of(&store_path(&owner)), user);
        assert_eq!(place_of(&store_path(&account)), Place::Account { operator: "O", account: "A" });
        assert_eq!(place_of(&store_path(&operator)), Place::Operator { operator: "O" });
        assert_eq!(place_of(&creds_path("O", "A", "U")), Place::Creds { owner, old: false });
        assert_eq!(place_of(&key_path(&key(USER))), Place::Key { key: key(USER), filed: true });
        for sharded in [false, true] {
            let path = resolver_path(&key(ACCOUNT), sharded);
            assert!(
                matches!(place_of(&path), Place::Entry(entry) if entry.shard.is_some() == sharded && !entry.misplaced())
            );
        }
    }

    #[test]
    fn default_places_follow_the_environment() {
        let of = |set: &[(&str, &str)]| {
            defaults(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        let home = of(&[("HOME", "/h"), ("XDG_DATA_HOME", "")]);
        assert_eq!(home.settings, [Path::new("/h/.config/nats/nsc/nsc.json"), Path::new("/h/.nsc/nsc.json")]);
        assert_eq!(home.stores, [Path::new("/h/.local/share/nats/nsc/stores"), Path::new("/h/.nsc/nats")]);
        assert_eq!(home.keys, [Path::new("/h/.local/share/nats/nsc/keys"), Path::new("/h/.nkeys")]);
        assert_eq!(home.contexts, [Path::new("/h/.config/nats/context")]);
        let own = of(&[
            ("NSC_HOME", "/n"),
            ("NKEYS_PATH", "/k"),
            ("XDG_DATA_HOME", "/d"),
            ("XDG_CONFIG_HOME", "/c"),
        ]);
        assert_eq!(own.settings, [Path::new("/n/nsc.json"), Path::new("/c/nats/nsc/nsc.json")]);
        assert_eq!(own.stores, [Path::new("/d/nats/nsc/stores")]);
        assert_eq!(own.keys, [Path::new("/k"), Path::new("/d/nats/nsc/keys")]);
        assert_eq!(own.contexts, [Path::new("/c/nats/context")]);
        assert_eq!(of(&[]), Defaults::default());
    }
}
