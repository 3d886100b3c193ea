//! Does a real server say what a finding says that it says? The bad deployment of each such rule is given to one: it starts with
//! the operator and the accounts of the case, the case's users connect, and one more of each account.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jwtfix::lint;
use jwtfix::nkey::Seed;

use crate::case::Case;
use crate::server::{Binary, Running, binaries, start};

const EXAMPLES: &str = include_str!("../../src/lint/examples.txt");
const CONFIG: &str = "operator: acme.jwt\nresolver: { type: full, dir: jwt, timeout: \"100ms\" }\n";

/// Rules whose line a server says elsewhere than here, with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("account-jetstream-tier-unknown", "nobody asks for a stream here"),
    ("account-jetstream-without-storage", "nobody asks for a stream here"),
    ("account-leafnodes-none", "no leafnode comes here"),
    ("creds-seed-mismatch", "users prove themselves by their own seeds here"),
    ("issuer-role-wrong", "servers before 2.12.7; later ones ask for a user JWT"),
    ("mqtt-without-bearer", "nobody comes by MQTT here"),
    ("operator-trusts-nothing", "a system account is refused before"),
    ("operator-without-system-account", "a server with a directory does not start then; others warn"),
    ("resolver-file-below", "a server with a directory waits for others first: `fetching jwt timed out`"),
    ("resolver-file-decorated", "no user names the file's account"),
    ("resolver-name-case", "no user names the file's account"),
    ("resolver-name-mismatch", "no user names the file's account"),
    ("resolver-not-an-account", "no user names the file's account"),
    ("resolver-sharded", "a server with a directory waits for others first: `fetching jwt timed out`"),
    ("token-payload-invalid", "each release of Go has its own words"),
];

/// What a server of this release says of the bad deployment of a case: its output and its log.
fn said(binary: &Binary, case: &Case) -> Option<String> {
    let root = tempfile::tempdir().expect("a directory");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let users = case.live(root.path(), i64::try_from(now.as_secs()).expect("before the end of time"))?;
    std::fs::write(root.path().join("s.conf"), CONFIG).expect("written");
    let running = match start(binary, root.path(), &BTreeMap::new()) {
        Ok(running) => running,
        Err(ended) => return Some(ended.said),
    };
    for (token, seed) in &users {
        connect(&running, token, seed);
    }
    let log: String = running.log().into_iter().map(|line| line.text + "\n").collect();
    Some(running.said() + &log)
}

/// The line that the finding of a rule says, out of the examples that the cases made.
fn line(code: &str) -> Option<&'static str> {
    let example = EXAMPLES.split("## ").find(|example| example.lines().next() == Some(code))?;
    let line = example.lines().find_map(|line| line.strip_prefix("  = server: "))?;
    // The level does not stand before the text here.
    Some(line.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(line, |(_, text)| text))
}

#[test]
#[ignore = "needs nats-servers"]
fn servers_say_what_findings_say() {
    let binaries = binaries();
    let newest = binaries.last().expect("a nats-server");
    let (mut heard, mut silent) = (0, Vec::new());
    for rule in lint::rules() {
        let (Some(case), Some(line)) = (Case::of(rule.code), line(rule.code)) else { continue };
        let named = |b: &&Binary| case.release().is_some_and(|release| b.version.to_string() == release);
        let Some(said) = said(binaries.iter().find(named).unwrap_or(newest), &case) else { continue };
        if said.contains(line) {
            heard += 1;
        } else {
            silent.push(format!("## {}: no {line:?} in\n{said}", rule.code));
        }
    }
    let excused =
        |silent: &&String| ELSEWHERE.iter().any(|(code, _)| silent.starts_with(&format!("## {code}:")));
    let silent: Vec<&String> = silent.iter().filter(|silent| !excused(silent)).collect();
    assert!(
        silent.is_empty(),
        "{heard} heard, {} not:\n{}",
        silent.len(),
        silent.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n")
    );
    assert!(heard > 100, "{heard}");
}

/// Rules about configurations whose line a server says as soon as it is started with the bad one.
const AT_START: [&str; 5] = [
    "config-refused",
    "config-warned",
    "password-in-clear",
    "system-account-none",
    "system-account-stand-in",
];

#[test]
#[ignore = "needs nats-servers"]
fn servers_say_of_configurations_what_findings_say() {
    let binaries = binaries();
    let newest = binaries.last().expect("a nats-server");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    for code in AT_START {
        let root = tempfile::tempdir().expect("a directory");
        let case = Case::of(code).expect("it has a case");
        case.configured(root.path(), i64::try_from(now.as_secs()).expect("before the end of time"));
        let said = match start(newest, root.path(), &BTreeMap::new()) {
            Ok(running) => {
                let log: String = running.log().into_iter().map(|line| line.text + "\n").collect();
                running.said() + &log
            }
            Err(ended) => ended.said,
        };
        let line = line(code).expect("its finding has a line of the server");
        assert!(said.contains(line), "{code}: no {line:?} in\n{said}");
    }
}

/// Comes in as a client does, and subscribes and publishes once.
fn connect(server: &Running, token: &str, seed: &Seed) {
    let port = server.ports["client"];
    // The one before may have crashed it.
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return };
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
    let mut info = [0; 4096];
    let Ok(size) = stream.read(&mut info) else { return };
    let info = String::from_utf8_lossy(&info[..size]).into_owned();
    let Some(nonce) = info.split("\"nonce\":\"").nth(1).and_then(|rest| rest.split('"').next()) else {
        return;
    };
    let sig = B64.encode(seed.sign(nonce.as_bytes()).expect("signs"));
    let words = format!(
        "CONNECT {{\"verbose\":false,\"lang\":\"x\",\"version\":\"1\",\"protocol\":1,\"jwt\":\"{token}\",\"sig\":\"{sig}\"}}\r\n\
         PING\r\nSUB orders.new 1\r\nPUB orders.new 2\r\nok\r\nPING\r\n"
    );
    if stream.write_all(words.as_bytes()).is_ok() {
        let mut answer = [0; 4096];
        while matches!(stream.read(&mut answer), Ok(1..)) {}
    }
}
