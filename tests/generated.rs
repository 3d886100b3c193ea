//! Are the committed man pages, rule pages and completions those that the program writes? JWTFIX_UPDATE=1 rewrites them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests touch the disk"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jwtfix::{lint, render};

/// Compares what should be in a directory with what is there.
fn hold(directory: &str, wanted: &BTreeMap<String, String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    if std::env::var_os("JWTFIX_UPDATE").is_some() {
        std::fs::create_dir_all(&root).expect("made");
        for stale in files(&root).keys().filter(|name| !wanted.contains_key(*name)) {
            std::fs::remove_file(root.join(stale)).expect("removed");
        }
        for (name, text) in wanted {
            std::fs::write(root.join(name), text).expect("written");
        }
    }
    let there = files(&root);
    let differ: Vec<&String> = wanted
        .iter()
        .filter(|(name, text)| there.get(*name) != Some(text))
        .map(|(name, _)| name)
        .chain(there.keys().filter(|name| !wanted.contains_key(*name)))
        .collect();
    assert!(differ.is_empty(), "stale in {directory}: {differ:?}; JWTFIX_UPDATE=1 cargo test rewrites them");
}

fn files(root: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(root) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path: &PathBuf| path.is_file())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("readable"))
        })
        .collect()
}

#[test]
fn man_pages() {
    let directory = tempfile::tempdir().expect("a directory");
    common::jwtfix(["man", "-q", directory.path().to_str().expect("UTF-8")]).run().exits(0);
    let pages = files(directory.path());
    assert!(pages.len() >= 4 && pages["jwtfix.1"].contains("token\\-draft\\-v2"), "{:?}", pages.keys());
    hold("man", &pages);
}

#[test]
fn rule_pages() {
    let mut pages: BTreeMap<String, String> =
        lint::rules().map(|rule| (format!("{}.md", rule.code), render::rule_page(rule))).collect();
    pages.insert("README.md".into(), render::rule_index(lint::rules()));
    hold("docs/rules", &pages);
}

#[test]
fn rules_are_well_formed() {
    let mut codes = std::collections::HashSet::new();
    for rule in lint::rules() {
        assert!(codes.insert(rule.code), "{} twice", rule.code);
        let file = format!("src/lint/rules/{}/{}.rs", rule.area, rule.code.replace('-', "_"));
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists(),
            "{file} is not where its code says"
        );
        assert!(!rule.title.ends_with('.') && !rule.title.is_empty(), "{}: title", rule.code);
        assert!(rule.explanation.len() > 60, "{} is not explained", rule.code);
        assert!(!rule.citation.is_empty() && !rule.versions.is_empty(), "{} is not cited", rule.code);
    }
    assert!(codes.len() > 50, "{}", codes.len());
}
