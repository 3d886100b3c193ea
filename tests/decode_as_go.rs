//! Does `token::decode` say what Go's jwt library says? Of the tokens that tests/go/decode has mutated, and of as many more
//! as `tests/go/run` lets it make.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests touch the disk"
)]

use jwtfix::token;
use jwtfix::token::json::Go;

#[derive(serde::Deserialize)]
struct Answer {
    token: String,
    error: Option<String>,
    unwritable: Option<String>,
    claims: Option<String>,
}

/// Go's text ends in an address of its memory here; ours has dots instead.
fn without_address(text: &str) -> String {
    match text.find("*jwt.ScopeType=0x") {
        Some(at) => format!("{}*jwt.ScopeType=…)", &text[..at]),
        None => text.to_owned(),
    }
}

fn agree(answers: &str, go: Go) -> usize {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in answers.lines() {
        let answer: Answer = serde_json::from_str(line).expect("one answer a line");
        let text = data_encoding::BASE64.decode(answer.token.as_bytes()).expect("base64");
        rows += 1;
        // The full reading, which shows more, says the same.
        let decoded = token::decode(&text);
        assert_eq!(token::Token::read(&text).refused, decoded.as_ref().err().cloned(), "{line}");
        let (said, expected) = match decoded {
            Err(error) => (
                format!("refused: {}", error.words(go)),
                answer.error.map(|error| format!("refused: {}", without_address(&error))),
            ),
            Ok(claims) => match token::payload(&claims) {
                Ok(json) => (
                    format!("claims: {}", String::from_utf8_lossy(&json)),
                    answer.claims.map(|claims| format!("claims: {claims}")),
                ),
                Err(error) => (
                    format!("unwritable: {error}"),
                    // How a newer Go words this, nobody reads: servers write no tokens.
                    answer.unwritable.map(|text| match go {
                        Go::From1_20 => format!("unwritable: {text}"),
                        _ => format!("unwritable: {error}"),
                    }),
                ),
            },
        };
        if Some(&said) != expected.as_ref() {
            wrong.push(format!(
                "{}\n  jwtfix {said}\n  Go     {expected:?} {line}",
                String::from_utf8_lossy(&text)
            ));
        }
    }
    let first = wrong.first().map_or("", String::as_str);
    assert!(wrong.is_empty(), "{} of {rows} differ, the first:\n{first}", wrong.len());
    rows
}

#[test]
fn decodes_as_go_does() {
    let rows = agree(include_str!("../testdata/go/decode.jsonl"), Go::From1_20);
    assert!(rows >= 500, "{rows}");
}

#[test]
fn refuses_in_the_words_of_newer_go() {
    let rows = agree(include_str!("../testdata/go/decode-1.27.jsonl"), Go::From1_27);
    assert!(rows >= 80, "{rows}");
}

/// Rows of testdata/go/decode-rows.jsonl: headers, base64, versions, kinds, issuers, depth.
const ROWS: usize = 170;

#[derive(serde::Deserialize)]
struct Row {
    name: String,
    token: String,
    #[serde(default)]
    generic: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    panics: String,
    #[serde(default)]
    claims: String,
}

#[test]
fn every_row_is_decoded_as_go_does() {
    let mut names = std::collections::HashSet::new();
    for line in include_str!("../testdata/go/decode-rows.jsonl").lines() {
        let row: Row = serde_json::from_str(line).expect("one row a line");
        let decode = if row.generic { token::decode_generic } else { token::decode };
        match decode(row.token.as_bytes()) {
            // docs/exceptions.md: where Go panics, the error has the panic's words.
            Err(error) => {
                assert!([&row.error, &row.panics].contains(&&error.to_string()), "{}: {error}", row.name)
            }
            Ok(claims) => {
                let written = token::payload(&claims).expect("it can be written again");
                assert_eq!(String::from_utf8_lossy(&written), row.claims, "{}", row.name);
            }
        }
        assert!(names.insert(row.name.clone()), "{} twice", row.name);
    }
    // All of them, and none twice: nobody drops a row unseen.
    assert_eq!(names.len(), ROWS);
}

#[test]
#[ignore = "tests/go/run makes the file"]
fn decodes_many_as_go_does() {
    let path = std::env::var("JWTFIX_GO_DECODE").expect("the file's path");
    // Whose answers they are: Go 1.20 to 1.26, if nothing else is said.
    let go = match std::env::var("JWTFIX_GO_RELEASE").as_deref() {
        Err(_) => Go::From1_20,
        Ok("1.27") => Go::From1_27,
        Ok(other) => panic!("no words of Go {other}"),
    };
    let rows = agree(&std::fs::read_to_string(path).expect("readable"), go);
    assert!(rows >= 1000, "{rows}");
}
