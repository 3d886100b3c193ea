//! Of what a real nsc makes, has a server's refusal no error to tell? `cargo test --test audit -- --ignored`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::jwtfix;

fn nsc(home: &Path, words: &str) {
    let output = Command::new("/opt/nats/bin/nsc")
        .arg("-H")
        .arg(home.join("all"))
        .args(words.split(' '))
        .env_clear()
        .env("HOME", home)
        .env("NSC_NO_GIT_IGNORE", "true")
        .stdin(Stdio::null())
        .output()
        .expect("nsc runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "nsc {words}: {said}");
}

#[test]
#[ignore = "needs nsc"]
fn what_nsc_makes_has_no_error() {
    let home = tempfile::tempdir().expect("a directory");
    for words in [
        "add operator acme --sys --generate-signing-key",
        "edit operator --require-signing-keys --service-url nats://nats.acme.example:4222",
        "add account ORDERS",
        "edit account ORDERS --sk generate --conns 100 --js-disk-storage 1G --js-mem-storage 1G",
        "add export --account ORDERS --name events --subject orders.events.>",
        "add export --account ORDERS --name invoice --subject orders.invoice --service --private",
        "add user --account ORDERS alice --allow-pub orders.> --allow-sub _INBOX.> --expiry 90d",
        "add user --account ORDERS bob --bearer",
        "add account BILLING",
        "edit account BILLING --sk generate",
        "edit signing-key --account BILLING --sk generate --role clerk --allow-pub billing.> --allow-sub billing.>",
        "add user --account BILLING carol -K clerk",
        "add account OTHER",
        "revocations add-user --account ORDERS --name bob",
    ] {
        nsc(home.path(), words);
    }
    let audit = |more: &[&str]| {
        let all = [home.path().as_os_str()].into_iter().chain(more.iter().map(std::ffi::OsStr::new));
        jwtfix([std::ffi::OsStr::new("audit")].into_iter().chain(all)).run()
    };
    let report = audit(&["--format", "json"]).json();
    let errors: Vec<&serde_json::Value> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .collect();
    // bob is revoked, and a server refuses him for it: his token, and the same in his creds file.
    let codes: Vec<&str> = errors.iter().map(|error| error["code"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["user-revoked", "user-revoked"], "{errors:#?}");
    assert!(report["inputs"]["accounts"].as_u64() >= Some(4), "{}", report["inputs"]);
}
