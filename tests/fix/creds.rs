//! Credentials of every shape become those that every client reads, with the token and the seed that they had.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jwtfix::file::creds::{Outcome, clients, parse};

use crate::common::{jwtfix, secret_in};
use crate::fix;
use crate::store::files;

/// Half of what makes credentials is not in these.
const HALVES: [&str; 3] = ["22_jwt_only", "23_seed_only", "28_empty"];

#[test]
fn every_shape_becomes_canonical() {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/creds");
    let mut seen = 0;
    for shape in fs::read_dir(shapes).expect("the shapes are there") {
        let shape = shape.expect("an entry").path();
        let name = shape.file_name().expect("a name").to_str().expect("ASCII").to_owned();
        if name.ends_with(".tsv") {
            continue;
        }
        seen += 1;
        let dir = tempfile::tempdir().expect("a scratch directory");
        let journal = dir.path().join("runs");
        let path = dir.path().join("user.creds");
        let old = fs::read(&shape).expect("readable");
        fs::write(&path, &old).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        let arg = path.to_str().expect("UTF-8");
        let ran = fix(&journal, &[arg, "--write"]).run();
        let new = fs::read(&path).expect("there");
        if HALVES.contains(&name.as_str()) {
            assert_eq!(new, old, "{name}: there is nothing that it could become");
            continue;
        }
        assert_eq!(ran.code, 0, "{name}\n{}\n{}", ran.stdout, ran.stderr);
        for (client, outcome) in clients(&new) {
            assert_eq!(outcome, Outcome::Reads, "{name}: {}", client.name());
        }
        // Of the user's token and the seed no character changes.
        let (before, after) = (parse(&old), parse(&new));
        let (token, seed) = (after.token.expect("one"), after.seed.expect("one"));
        let had = before.token.iter().chain(&before.others).any(|part| part.text() == token.text());
        assert!(had, "{name}: another token");
        assert_eq!(before.seed.expect("one").text(), seed.text(), "{name}: another seed");
        assert!(after.deviations.is_empty(), "{name}: {:?}", after.deviations);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o7777, 0o600, "{name}");
        for (path, (bytes, mode)) in files(&journal) {
            assert!(secret_in(&String::from_utf8_lossy(&bytes)).is_none(), "{name}: {}", path.display());
            assert_eq!(mode, 0o600, "{}", path.display());
        }
        fix(&journal, &[arg, "--write"]).run().exits(0).says("nothing to put right");
        jwtfix(["undo", "--journal", journal.to_str().expect("UTF-8")]).run().exits(0);
        assert_eq!(fs::read(&path).expect("there"), old, "{name}: undone");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o7777, 0o644, "{name}");
    }
    assert_eq!(seen, 31);
}

#[test]
fn two_users_in_one_file_are_nobodys_choice() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let standard = fs::read_to_string("testdata/creds/01_std").expect("readable");
    let path = dir.path().join("both.creds");
    let other = fs::read_to_string("testdata/acme/alice.creds").expect("readable");
    fs::write(&path, format!("{standard}\n{other}")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    let before = files(dir.path());
    fix(&dir.path().join("runs"), &[path.to_str().expect("UTF-8"), "--write"])
        .run()
        .exits(1)
        .says("several secrets are in it");
    assert_eq!(files(dir.path()), before);
}
