//! Does `token::validate` say what Go's jwt library says? Of the tokens that tests/go/validate made up, and of as many
//! more as `tests/go/run` lets it make.

#![allow(clippy::disallowed_methods)]

use jwtfix::token::{self, Level};

/// 2026-11-23 12:00:00 UTC; the times in the tokens are long past or far off.
const NOW: i64 = 1_795_435_200;

#[derive(serde::Deserialize)]
struct Answer {
    token: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    unordered: bool,
    #[serde(default)]
    panics: String,
    #[serde(default)]
    issues: Vec<(String, String)>,
}

fn ask(answer: &Answer) -> (String, Vec<(String, String)>) {
    let claims = match token::decode(answer.token.as_bytes()) {
        Ok(claims) => claims,
        Err(error) => return (error.to_string(), Vec::new()),
    };
    let word = |level| match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::TimeCheck => "time",
    };
    let issues = token::validate(&claims, NOW);
    (String::new(), issues.into_iter().map(|issue| (word(issue.level).to_owned(), issue.text)).collect())
}

fn agree(answers: &str) -> usize {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in answers.lines() {
        let mut answer: Answer = serde_json::from_str(line).expect("one answer a line");
        let (error, mut issues) = ask(&answer);
        rows += 1;
        if !answer.panics.is_empty() {
            // Go stumbles over a null export; jwtfix reports it.
            let told = issues.iter().any(|(_, text)| text == "null export is not allowed");
            assert!(told && answer.panics.contains("nil pointer"), "Go panics: {line}");
            continue;
        }
        if answer.unordered {
            issues.sort();
            answer.issues.sort();
        }
        if (&error, &issues) != (&answer.error, &answer.issues) {
            wrong.push(format!(
                "{}\n  Go {} {:#?}\n  jwtfix {error} {issues:#?}",
                answer.token, answer.error, answer.issues
            ));
        }
    }
    let first = wrong.first().map_or("", String::as_str);
    assert!(wrong.is_empty(), "{} of {rows} differ, the first:\n{first}", wrong.len());
    rows
}

#[test]
fn validates_as_go_does() {
    let rows = agree(include_str!("../testdata/go/validate.jsonl"));
    assert!(rows >= 250, "{rows}");
}

#[test]
#[ignore = "tests/go/run makes the file"]
fn validates_many_as_go_does() {
    let path = std::env::var("JWTFIX_GO_VALIDATE").expect("the file's path");
    let rows = agree(&std::fs::read_to_string(path).expect("readable"));
    assert!(rows >= 1000, "{rows}");
}
