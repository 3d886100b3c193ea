//! Is what nats-server's own tests pin down decided somewhere here, or said why nothing offline decides it?
//!
//! `section8.txt` names the tests one by one; here it is held against the configurations and the tests that it names, and the
//! clients that a real server was asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{CLIENTS, cast, gates, record};

const TABLE: &str = include_str!("section8.txt");

/// Sources with tests in them, and modules by their paths.
fn sources(directory: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(directory).expect("our own tree") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("readable");
            into.push((path, text));
        }
    }
}

/// Whether `module::tests::name` is a test or a module of ours.
fn is_ours(named: &str, sources: &[(PathBuf, String)]) -> bool {
    let parts: Vec<&str> = named.split("::").filter(|part| !part.is_empty()).collect();
    let Some((last, before)) = parts.split_last() else { return false };
    let path = parts.join("/");
    let module =
        |file: &Path| file.ends_with(format!("{path}.rs")) || file.ends_with(format!("{path}/mod.rs"));
    let test = format!("fn {last}(");
    let first = before.first().copied().unwrap_or_default();
    sources.iter().any(|(file, text)| {
        module(file) || (text.contains(&test) && file.components().any(|part| part.as_os_str() == first))
    })
}

#[test]
fn what_the_servers_own_tests_pin_is_decided_or_told() {
    let now = 1_800_000_000;
    let starts: Vec<String> =
        cast::read(include_str!("configs.txt"), now).into_iter().map(|world| world.name).collect();
    let worlds: BTreeMap<String, Vec<String>> = gates::worlds(now)
        .into_iter()
        .map(|world| (world.name, world.clients.into_iter().map(|client| client.name).collect()))
        .collect();
    // What no server was asked about decides nothing.
    let recording = record::load(CLIENTS);
    let answered: BTreeSet<(&str, &str)> = recording
        .worlds
        .iter()
        .flat_map(|recorded| {
            let asked = recorded.world.clients.iter().zip(&recorded.answers);
            asked.filter(|(_, by)| !by.is_empty()).map(|(client, _)| (&*recorded.world.name, &*client.name))
        })
        .collect();
    let mut ours = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut ours);
    let decided = |named: &str| match named.strip_prefix("start:") {
        Some(start) => starts.iter().any(|name| name.starts_with(start)),
        // Names of worlds may have a slash in them.
        None => named.match_indices('/').any(|(at, _)| {
            let (world, client) = (&named[..at], &named[at + 1..]);
            let told =
                |name: &&String| name.starts_with(client) && answered.contains(&(world, name.as_str()));
            worlds.get(world).is_some_and(|clients| clients.iter().find(told).is_some())
        }),
    };
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    let (mut rows, mut told, mut section) = (0, 0, "");
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ") && *line != "#") {
        if let Some(name) = line.strip_prefix("## ") {
            section = name;
            continue;
        }
        let Some((test, by)) = line.split_once(" :: ") else {
            faults.push(format!("no row: {line}"));
            continue;
        };
        rows += 1;
        // Some rows of one table have the same name.
        seen.insert((section, test));
        let fits = match by.split_once(' ') {
            Some(("-", why)) => {
                told += 1;
                !why.is_empty()
            }
            Some(("=", named)) => is_ours(named, &ours),
            _ => by.split(" | ").all(decided),
        };
        if !fits {
            faults.push(format!("{section} {test}: nothing is called {by}"));
        }
    }
    assert!(faults.is_empty(), "{} of {rows}:\n{}", faults.len(), faults.join("\n"));
    assert!(rows >= 426 && seen.len() >= 420, "{rows} rows, {} tests", seen.len());
    // Most are decided.
    assert!(told * 3 < rows, "{told} of {rows} are not decided here");
}
