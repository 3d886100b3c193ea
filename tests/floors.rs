//! The library has floors: a module uses only floors below its own.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests touch the disk"
)]

use std::path::{Path, PathBuf};

/// From the ground up. Beside them stand the doors to the machine and the world; floors that may use them are named.
const FLOORS: [&str; 9] = ["nkey", "token", "file", "trust", "server", "lint", "repair", "audit", "render"];
const DOORS: [(&str, &[&str]); 3] =
    [("cores", &["server", "repair"]), ("disk", &["audit", "repair", "live"]), ("live", &[])];

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("src is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The modules of the crate's root that a source names by `crate::…`, each with its line.
fn named(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            // `use crate::{a::B, c}`: what stands at the first level of the braces, on one line as rustfmt leaves it or below.
            if let Some(group) = rest.strip_prefix('{') {
                let mut depth = 0usize;
                let mut start = true;
                let more: String = std::iter::once(group)
                    .chain(source.lines().skip(number + 1))
                    .collect::<Vec<_>>()
                    .join("\n");
                let mut word = String::new();
                for c in more.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 && start && (c.is_alphanumeric() || c == '_') {
                        word.push(c);
                    } else if !word.is_empty() {
                        found.push((number + 1, std::mem::take(&mut word)));
                        start = false;
                    }
                    if depth == 0 && c == ',' {
                        start = true;
                    }
                }
                if !word.is_empty() {
                    found.push((number + 1, word));
                }
            } else {
                let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push((number + 1, word));
            }
        }
    }
    found
}

#[test]
fn no_floor_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in all {
        let inside = path.strip_prefix(&root).expect("below src");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        let own = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        if matches!(own.as_str(), "main" | "cli" | "lib") {
            continue;
        }
        let floor = |name: &str| FLOORS.iter().position(|floor| *floor == name);
        assert!(
            floor(&own).is_some() || DOORS.iter().any(|(door, _)| *door == own),
            "{own} stands on no floor: name it in tests/floors.rs"
        );
        let source = std::fs::read_to_string(&path).expect("readable");
        for (line, used) in named(&source) {
            seen += 1;
            let allowed = match (floor(&own), floor(&used)) {
                (Some(own), Some(used)) => used <= own,
                // A door may use what stands below those who use it, to name keys and the like.
                (None, Some(_)) => own == "live" || own == used,
                (_, None) => match DOORS.iter().find(|(door, _)| *door == used) {
                    Some((door, users)) => *door == own || users.contains(&own.as_str()),
                    // A macro or a type of the crate's root.
                    None => false,
                },
            };
            if !allowed {
                wrong.push(format!("{}:{line}: {own} uses crate::{used}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "paths that point up:\n{}", wrong.join("\n"));
    assert!(seen > 20, "the test reads the paths: it saw {seen}");
}

#[test]
fn the_reader_of_paths_reads() {
    let source =
        "use crate::{audit::X, lint::{self, Y},\n  token};\nfn f() { crate::disk::g() } // crate::no";
    let names: Vec<String> = named(source).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["audit", "lint", "token", "disk"]);
}
