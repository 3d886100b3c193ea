//! Command lines as data: `tests/cli/*.toml` and `*.md`, and the commands of the README.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests touch the disk"
)]

mod common;

use std::path::Path;

#[test]
fn cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut number = 0;
    for entry in std::fs::read_dir(&cases).expect("tests/cli is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml" || extension == "md") {
            // What is expected is what comes out, so a secret could only hide behind an elision.
            let text = std::fs::read_to_string(&path).expect("readable");
            assert!(common::secret_in(&text).is_none(), "{} has a secret in it", path.display());
            number += 1;
        }
    }
    assert!(number >= 1, "there are cases");
    // As a clone has them, whatever the umask is: a finding tells of it.
    for name in [
        "acme/alice.creds",
        "acme/bob.creds",
        "acme/carol.creds",
        "night/alice.creds",
        "night/bob.creds",
        "night/carol.creds",
        "night/dave.creds",
        "night/keys/operator.nk",
    ] {
        use std::os::unix::fs::PermissionsExt;
        let path = format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    }
    trycmd::TestCases::new()
        .env("LANG", "C.UTF-8")
        .env("NO_COLOR", "1")
        .case("tests/cli/*.toml")
        .case("tests/cli/*.md")
        .case("README.md");
}
