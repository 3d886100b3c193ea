//! Does `check --monitor` tell of a running server what it really runs, and what brings the files into force?

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::causes::{account, lay_out, operator, releases, sound, write};
use super::common;
use super::mint::public;
use super::server::{self, Running};

/// The member `running` of what `check` says, and the codes of the server's findings.
fn asked(path: &Path, running: &Running, client: &[&str]) -> (Value, Vec<String>) {
    let url = format!("http://127.0.0.1:{}", running.ports["monitor"]);
    let words = ["check", "--format", "json", "--server", "s.conf", "--monitor", &url];
    let told = common::jwtfix([&words[..], client].concat()).within(path).run().json();
    let codes = told["server"]["findings"].as_array().expect("a list").iter();
    let codes = codes.map(|finding| finding["code"].as_str().unwrap_or_default().to_owned()).collect();
    (told["server"]["running"].clone(), codes)
}

fn whats(running: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let differences = running["differences"].as_array().expect("a list").iter();
    differences.map(|difference| (text(&difference["what"]), text(&difference["needs"]))).collect()
}

fn memory(a: &str) -> String {
    let sys = public('A', "sys");
    format!(
        "http: '127.0.0.1:-1'\noperator: op.jwt\nsystem_account: {sys}\nresolver: MEM\nresolver_preload {{\n {sys}: {}\n {}: {a}\n}}\n",
        account("sys", 'O', "o"),
        public('A', "a")
    )
}

/// Two tokens of the account, one issued before the other.
fn tokens() -> (String, String) {
    let older = account("a", 'O', "o");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    (older, account("a", 'O', "o"))
}

#[test]
#[ignore = "needs nats-servers"]
fn a_running_server_is_held_against_its_files() {
    let (older, newer) = tokens();
    for binary in releases() {
        let place = binary.version;
        let has_digest = binary.version.at_least(2, 11, 0);
        let mut files = sound();
        files.insert("s.conf".into(), memory(&older));
        let directory = lay_out(&files);
        let path = directory.path();
        let running = server::start(&binary, path, &BTreeMap::new()).expect("it starts");
        let client = ["ada.creds"];
        let (told, codes) = asked(path, &running, &client);
        assert_eq!((&told["verdict"], codes.len()), (&"same".into(), 0), "{place}: {told}");
        assert_eq!(told["version"], binary.version.to_string());
        assert!(told["accounts"].as_array().is_some_and(|accounts| accounts.len() >= 2), "{place}: {told}");
        // The account is loaded, and then another token of it is preloaded.
        let (conn, _) = super::client::connect(&running, &super::causes::shown(path, &client));
        assert!(conn.is_some());
        write(path, "s.conf", memory(&newer));
        // Without a digest the time of the file tells, to the second.
        if !has_digest {
            std::thread::sleep(std::time::Duration::from_millis(1100));
            write(path, "s.conf", memory(&newer));
        }
        let (told, codes) = asked(path, &running, &client);
        assert_eq!(told["verdict"], "reload", "{place}: {told}");
        let reload = |what: String| (what, "reload".to_owned());
        let wanted = [reload("configuration".into()), reload(format!("account {}", public('A', "a")))];
        assert_eq!(whats(&told), wanted, "{place}");
        assert_eq!(codes, ["server-runs-other-config"], "{place}");
        let log = running.reload();
        assert!(
            log.iter().any(|line| line.text.starts_with("Reloaded server configuration")),
            "{place}: {log:?}"
        );
        let (told, codes) = asked(path, &running, &client);
        assert_eq!((&told["verdict"], codes.len()), (&"same".into(), 0), "{place}: {told}");
        // Another operator: a reload fails, as it was told.
        write(path, "op.jwt", operator("other"));
        let (told, _) = asked(path, &running, &[]);
        assert_eq!(told["verdict"], "restart", "{place}: {told}");
        let log = running.reload();
        let failed = log.iter().any(|line| {
            line.text.contains("config reload not supported for TrustedOperators")
                || line.text.contains("Failed to reload")
        });
        assert!(failed, "{place}: {log:?}");
        // The operator is back, and the system account is another.
        write(path, "op.jwt", operator("o"));
        write(path, "s.conf", memory(&newer).replacen(&public('A', "sys"), &public('A', "a"), 1));
        let (told, _) = asked(path, &running, &[]);
        assert_eq!(told["verdict"], "restart", "{place}: {told}");
        assert!(whats(&told).iter().any(|(what, _)| what == "system_account"), "{place}: {told}");
        let log = running.reload();
        assert!(
            !log.iter().any(|line| line.text.starts_with("Reloaded server configuration")),
            "{place}: {log:?}"
        );
    }
}

/// A directory's account that is loaded keeps its token through a reload; a restart reads the file.
#[test]
#[ignore = "needs nats-servers"]
fn a_token_in_the_directory_needs_a_restart() {
    let (older, newer) = tokens();
    for binary in releases() {
        let place = binary.version;
        let mut files = sound();
        let conf = format!("http: '127.0.0.1:-1'\n{}", files["s.conf"]);
        files.insert("s.conf".into(), conf);
        let name = format!("jwt/{}.jwt", public('A', "a"));
        files.insert(name.clone(), older.clone());
        let directory = lay_out(&files);
        let path = directory.path();
        let client = ["ada.creds"];
        let running = server::start(&binary, path, &BTreeMap::new()).expect("it starts");
        let load = |running: &Running| {
            let (_, met) = super::client::connect(running, &super::causes::shown(path, &client));
            assert_eq!(met, super::client::Met::Accepted, "{place}");
        };
        load(&running);
        write(path, &name, newer.clone());
        let wanted = [(format!("account {}", public('A', "a")), "restart".to_owned())];
        assert_eq!(whats(&asked(path, &running, &client).0), wanted, "{place}");
        running.reload();
        assert_eq!(whats(&asked(path, &running, &client).0), wanted, "{place}: the reload did not read it");
        drop(running);
        let running = server::start(&binary, path, &BTreeMap::new()).expect("it starts");
        load(&running);
        assert_eq!(whats(&asked(path, &running, &client).0), [], "{place}");
    }
}
