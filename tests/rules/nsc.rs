//! Does nsc know the commands that findings tell people to type? `cargo test --test rules -- --ignored`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use jwtfix::lint;

const EXAMPLES: &str = include_str!("../../src/lint/examples.txt");

/// The words of each command of nsc in a text, up to where it ends: a quote, a comma or a colon, or `or`.
fn commands(text: &str) -> Vec<Vec<String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts = words.iter().enumerate().filter(|(_, word)| matches!(**word, "nsc" | "`nsc"));
    let ends = |word: &str| word.ends_with(['`', ',', ';', '.', ':']);
    let command = |at: usize| {
        let mut command = Vec::new();
        for word in words[at + 1..].iter().take_while(|word| !matches!(**word, "or" | "and" | "nsc")) {
            command.push(word.trim_end_matches(['`', ',', ';', '.', ':', ')']).to_owned());
            if ends(word) {
                break;
            }
        }
        command
    };
    starts.map(|(at, _)| command(at)).collect()
}

/// What nsc says about a command of one, two or no words.
fn help(words: &[&str]) -> String {
    let ran = Command::new("/opt/nats/bin/nsc").args(words).arg("--help").output().expect("nsc runs");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

#[test]
#[ignore = "needs nsc"]
fn each_command_of_nsc_that_is_told_is_one() {
    let home = help(&[]);
    let mut texts: Vec<String> = lint::rules().map(|rule| rule.explanation.to_owned()).collect();
    texts.extend(EXAMPLES.split("\n\n").flat_map(|example| example.split("= help:")).map(str::to_owned));
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    let (mut seen, mut unknown) = (BTreeSet::new(), Vec::new());
    for command in texts.iter().flat_map(|text| commands(text)) {
        let words: Vec<&str> = command
            .iter()
            .take_while(|word| word.starts_with(char::is_lowercase))
            .map(String::as_str)
            .collect();
        // A sentence about nsc, and no command of it.
        if !words.first().is_some_and(|first| home.contains(&format!("\n  {first} "))) {
            continue;
        }
        let words = &words[..words.len().min(2)];
        let known = helps.entry(words.join(" ")).or_insert_with(|| help(words));
        let flags = command.iter().filter(|word| word.starts_with('-'));
        for flag in flags.map(|flag| flag.split('=').next().unwrap_or_default()) {
            seen.insert(format!("{} {flag}", words.join(" ")));
            if !known.split([' ', ',', '\n']).any(|word| word.split('[').next() == Some(flag)) {
                unknown.push(command.join(" "));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new(), "nsc has no such option");
    assert!(seen.len() > 25, "commands are found: {seen:#?}");
}
