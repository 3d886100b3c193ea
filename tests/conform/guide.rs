//! Does a real server start with what `jwtfix convert` writes, and let the same people in?

use std::collections::BTreeMap;

use super::causes::{account, lay_out, operator, releases, shown, sound};
use super::client::{Met, connect};
use super::common;
use super::mint::public;
use super::server;

fn form(more: &str) -> String {
    let (sys, o) = (public('A', "sys"), public('O', "o"));
    format!(
        r#"{{"jwt": {{"lookup": "jwt/{{{{ACCOUNT}}}}.jwt", "resolver": "file", "sys": "sys.jwt",
        "keys": {{"system": "{sys}", "operator": "{o}"}}}}{more}}}"#
    )
}

#[test]
#[ignore = "needs nats-servers"]
fn servers_start_with_what_convert_writes() {
    for binary in releases() {
        for with_operator in [false, true] {
            let place = format!("{}, operator {with_operator}", binary.version);
            let mut files = sound();
            files.remove(&format!("jwt/{}.jwt", public('A', "sys")));
            files.insert("sys.jwt".into(), account("sys", 'O', "o"));
            files.insert("guide.json".into(), form(""));
            files.remove("s.conf");
            let directory = lay_out(&files);
            let path = directory.path();
            // No server takes the form itself.
            std::fs::copy(path.join("guide.json"), path.join("s.conf")).expect("copied");
            let refused = server::start(&binary, path, &BTreeMap::new()).err().expect("refused").said;
            assert!(refused.contains("unknown field \"jwt\""), "{place}: {refused}");
            let check = common::jwtfix(["check", "--server", "s.conf"]).within(path).run();
            check.exits(1).says("unknown field \"jwt\"").says("`jwtfix convert s.conf`");
            std::fs::remove_file(path.join("s.conf")).expect("removed");
            let mut words = vec!["convert", "guide.json", "-o", "s.conf"];
            if with_operator {
                words.extend(["--operator", "op.jwt"]);
            }
            common::jwtfix(words).within(path).run().exits(0);
            let running = server::start(&binary, path, &BTreeMap::new())
                .unwrap_or_else(|ended| panic!("{place}: {}", ended.said));
            for creds in ["ada.creds", "sys.creds"] {
                let (_, met) = connect(&running, &shown(path, &[creds]));
                assert_eq!(met, Met::Accepted, "{place}: {creds}");
                let told = common::jwtfix(["check", "--server", "s.conf", creds]).within(path).run();
                told.exits(0);
            }
        }
        // Names and passwords.
        let mut files = BTreeMap::new();
        files.insert(
            "guide.json".to_owned(),
            r#"{"accounts": [{"name": "ada", "password": "a\"b$c"}, {"name": "bob", "password": "x"}]}"#
                .to_owned(),
        );
        files.insert("password".to_owned(), "a\"b$c\n".to_owned());
        let directory = lay_out(&files);
        let path = directory.path();
        common::jwtfix(["convert", "guide.json"]).within(path).run().exits(0).says_not("$c");
        common::jwtfix(["convert", "guide.json", "-o", "s.conf"]).within(path).run().exits(0);
        let running = server::start(&binary, path, &BTreeMap::new()).expect("it starts");
        let client = ["--user", "ada", "--password-file", "password"];
        assert_eq!(connect(&running, &shown(path, &client)).1, Met::Accepted, "{}", binary.version);
        let client = ["--user", "bob", "--password-file", "password"];
        assert_eq!(connect(&running, &shown(path, &client)).1, Met::Closed, "{}", binary.version);
    }
}

/// What is wrong with the tokens is told, whatever a server would say.
#[test]
fn convert_looks_at_the_tokens() {
    let (a, b, sys) = (public('A', "a"), public('A', "b"), public('A', "sys"));
    let mut files = sound();
    files.insert("guide.json".into(), form(""));
    files.insert(format!("jwt/{a}.jwt"), account("b", 'O', "o"));
    files.insert(format!("jwt/{b}.jwt"), account("b", 'O', "other"));
    files.insert("sys.jwt".into(), account("a", 'O', "o"));
    files.insert(format!("jwt/{sys}.jwt"), operator("o"));
    let directory = lay_out(&files);
    common::jwtfix(["convert", "guide.json"])
        .within(directory.path())
        .run()
        .exits(1)
        .warns(&format!(
            "error[resolver-name-mismatch]: ./jwt/{a}.jwt: the path names {a}, and the token in it is of {b}"
        ))
        .warns("error[account-issuer-untrusted]")
        .warns(&format!("the path names {sys}, and the token in it is of {a}"))
        .says("operator: ");
    let none = common::jwtfix(["convert", "s.conf"]).within(directory.path()).run();
    none.exits(2).warns("this is not the guides' form");
}
