//! Is every file a rule and every rule a file? And does none appear, vanish or change its severity unnoticed?

#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::path::Path;

use jwtfix::lint;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_rule_is_named_after_its_file() {
    let mut files = BTreeSet::new();
    for area in std::fs::read_dir(root().join("src/lint/rules")).expect("the rules are there") {
        let area = area.expect("an entry").path();
        if !area.is_dir() {
            continue;
        }
        for rule in std::fs::read_dir(&area).expect("readable") {
            let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().replace('_', "-");
            files.insert((name(&area), name(&rule.expect("an entry").path())));
        }
    }
    let listed: BTreeSet<(String, String)> =
        lint::rules().map(|rule| (rule.area.to_owned(), rule.code.to_owned())).collect();
    assert_eq!(listed, files, "area and code of each rule, against the files");
    let codes: BTreeSet<&str> = lint::rules().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), lint::rules().count(), "two rules have the same code");
}

/// `JWTFIX_UPDATE=1 cargo test --test rules` writes the list again.
#[test]
fn the_list_of_rules_is_the_committed_one() {
    let mut lines: Vec<String> =
        lint::rules().map(|rule| format!("{} {} {}\n", rule.area, rule.code, rule.severity.word())).collect();
    lines.sort();
    let list = lines.concat();
    let path = root().join("testdata/rules/list.txt");
    if std::env::var_os("JWTFIX_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(&path, &list).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        list, committed,
        "a code is stable for ever: if this change is meant, JWTFIX_UPDATE=1 writes the list"
    );
}
