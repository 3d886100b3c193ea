//! Is every file a rule and every rule a file, each with a case that it finds and one that it leaves alone? And does none
//! appear, vanish or change its severity unnoticed? How a case is written stands in `testdata/rules/README.md`.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, unreachable_pub)]

mod case;
#[path = "../common/mod.rs"]
mod common;
mod live;
mod nsc;
#[path = "../conform/server.rs"]
#[allow(dead_code)]
mod server;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use case::Case;

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

/// Rules that no file can meet, and why.
const UNMET: [(&str, &str); 2] = [
    ("account-jetstream-limits-flat-and-tiered", "Go drops one of the two when it reads a token"),
    ("creds-form", "for ways to differ that have no rule of their own, and each has one"),
];

/// Rules that have no case yet.
const WITHOUT: &str = include_str!("without.txt");

/// Each rule is told of what is wrong and not of what is right. What it tells is the example that `jwtfix explain` and
/// the documentation show; `JWTFIX_UPDATE=1 cargo test --test rules` writes those again.
#[test]
fn each_rule_finds_the_bad_one_and_leaves_the_good_one_alone() {
    let codes: Vec<&'static str> = lint::rules().map(|rule| rule.code).collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<&str, Result<String, String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(code) = codes.get(next.fetch_add(1, Relaxed)) {
                    if let Some(case) = Case::of(code) {
                        let result = case.run(code);
                        results.lock().expect("no panic").insert(*code, result);
                    }
                }
            });
        }
    });
    let results = results.into_inner().expect("no panic");
    let faults: Vec<&str> =
        results.values().filter_map(|result| result.as_ref().err().map(String::as_str)).collect();
    assert!(faults.is_empty(), "{} cases fail:\n\n{}", faults.len(), faults.join("\n"));
    let excused: BTreeSet<&str> = WITHOUT.lines().chain(UNMET.map(|(code, _)| code)).collect();
    for code in &codes {
        let name = format!("testdata/rules/{code}.toml");
        assert!(results.contains_key(code) || excused.contains(code), "{code} has no case: write {name}");
        assert!(
            !results.contains_key(code) || !excused.contains(code),
            "{code} has a case: take it out of without.txt"
        );
    }
    for file in std::fs::read_dir(case::directory()).expect("the cases are there") {
        let name = file.expect("an entry").file_name().to_string_lossy().into_owned();
        let code = name.strip_suffix(".toml");
        assert!(code.is_none_or(|code| codes.contains(&code)), "{name} is a case of no rule");
    }
    let examples: String = results
        .iter()
        .map(|(code, example)| format!("## {code}\n{}\n", example.as_ref().expect("faults are told above")))
        .collect();
    let path = root().join("src/lint/examples.txt");
    if std::env::var_os("JWTFIX_UPDATE").is_some() {
        std::fs::write(&path, &examples).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        examples == committed,
        "src/lint/examples.txt is stale: JWTFIX_UPDATE=1 cargo test --test rules writes it"
    );
}
