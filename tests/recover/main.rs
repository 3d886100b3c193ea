//! A store of nsc is rebuilt from whatever is left: what `nsc fix` drops, forgets or brings back to life is the list.

#![allow(
    unreachable_pub,
    dead_code,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

#[path = "../common/mod.rs"]
mod common;
mod nothing_lost;
mod real;
#[path = "../reissue/server.rs"]
mod server;
mod shapes;
#[path = "../reissue/store.rs"]
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Ran, jwtfix};
use store::{Store, files};

/// Where a recovery goes.
struct Out {
    dir: tempfile::TempDir,
}

impl Out {
    fn new() -> Out {
        Out { dir: tempfile::tempdir().expect("a scratch directory") }
    }

    /// A directory that is not there yet.
    fn path(&self) -> PathBuf {
        self.dir.path().join("rescued")
    }

    fn arg(&self) -> String {
        self.path().to_str().expect("UTF-8").to_owned()
    }

    /// The files below one of its directories.
    fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path().join(below);
        if !root.exists() {
            return BTreeMap::new();
        }
        let name = |path: &Path| path.strip_prefix(&root).expect("below").to_str().expect("UTF-8").to_owned();
        files(&root).into_iter().map(|(path, (bytes, _))| (name(&path), bytes)).collect()
    }

    fn names(&self, below: &str) -> Vec<String> {
        self.files(below).into_keys().collect()
    }

    fn list(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.path().join("recovery.json")).expect("there is a list");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// Recovers some paths into a new place.
fn recover(out: &Out, args: &[&str]) -> Ran {
    jwtfix([&["recover", "-o", &out.arg()][..], args].concat()).run()
}

/// The paths of the store's tokens, keys and credentials, with their bytes.
fn whole(store: &Store) -> BTreeMap<String, Vec<u8>> {
    let name =
        |path: &Path| path.strip_prefix(store.root()).expect("below").to_str().expect("UTF-8").to_owned();
    store.all().into_iter().map(|(path, (bytes, _))| (name(&path), bytes)).collect()
}

/// What was recovered, in the store's own terms.
fn rebuilt(out: &Out) -> BTreeMap<String, Vec<u8>> {
    ["stores", "keys"]
        .into_iter()
        .flat_map(|below| {
            out.files(below).into_iter().map(move |(name, bytes)| (format!("{below}/{name}"), bytes))
        })
        .filter(|(name, _)| !name.ends_with(".nsc"))
        .collect()
}
