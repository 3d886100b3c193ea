//! Real servers and the real nsc.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jwtfix::file::creds;
use jwtfix::nkey::Seed;
use serde_json::{Value, json};

use crate::store::Store;

/// The servers that there are.
pub fn servers() -> Vec<PathBuf> {
    let directory = std::env::var("NATS_SERVERS").unwrap_or_else(|_| "/opt/nats/bin".into());
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory}: {error}"));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("nats-server")))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no nats-server in {directory}");
    found
}

/// A server at work; it ends when dropped.
pub struct Running {
    pub child: Child,
    address: String,
    directory: tempfile::TempDir,
}

impl Running {
    /// What stands behind these words in its log, to the end of the line.
    #[allow(dead_code, reason = "not every test that starts servers reads their logs")]
    pub fn says(&self, words: &str) -> Option<String> {
        self.log().lines().find_map(|line| line.split_once(words)).map(|(_, rest)| rest.trim().to_owned())
    }

    /// How often these words stand in its log.
    #[allow(dead_code, reason = "not every test that starts servers reads their logs")]
    pub fn times(&self, words: &str) -> usize {
        self.log().matches(words).count()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Gives it another configuration, and waits until it has taken it in.
    #[allow(dead_code, reason = "not every test that starts servers reloads them")]
    pub fn reload(&self, config: &str) {
        let done = self.times("Reloaded server configuration");
        write_config(self.directory.path(), config);
        let hung_up = Command::new("kill").arg("-HUP").arg(self.child.id().to_string()).status();
        assert!(hung_up.expect("kill runs").success());
        let began = Instant::now();
        while self.times("Reloaded server configuration") == done {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not reload: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server with the store's operator, and its accounts as a resolver in memory has them.
pub fn serve(binary: &Path, store: &Store) -> Option<Running> {
    let mut config = format!(
        "operator: \"{}\"\nresolver: MEMORY\nresolver_preload {{\n",
        store.arg("stores/acme/acme.jwt")
    );
    for entry in fs::read_dir(store.root().join("stores/acme/accounts")).expect("readable") {
        let account = entry.expect("an entry").path();
        let name = account.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(account.join(format!("{name}.jwt"))).expect("readable");
        let payload = text.split('.').nth(1).map(|part| part.trim_end_matches('=')).unwrap_or_default();
        let Ok(payload) = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()) else { continue };
        let claims: Value = serde_json::from_slice(&payload).expect("JSON");
        config.push_str(&format!("  {}: {text}\n", claims["sub"].as_str().expect("a subject")));
    }
    config.push_str("}\n");
    serve_config(binary, &config)
}

fn write_config(directory: &Path, config: &str) -> PathBuf {
    let log = directory.join("log");
    let config =
        format!("{config}\nport: -1\nhost: 127.0.0.1\nlog_file: \"{}\"\ndebug: true\n", log.display());
    let path = directory.join("nats.conf");
    fs::write(&path, config).expect("written");
    path
}

/// A server with this configuration; none where it does not start.
pub fn serve_config(binary: &Path, config: &str) -> Option<Running> {
    let directory = tempfile::tempdir().expect("a scratch directory");
    let log = directory.path().join("log");
    let path = write_config(directory.path(), config);
    let mut child = Command::new(binary)
        .arg("-c")
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let began = Instant::now();
    loop {
        let log = fs::read_to_string(&log).unwrap_or_default();
        if log.contains("Server is ready") {
            let listening =
                log.lines().find_map(|line| line.split_once("Listening for client connections on "));
            let address = listening.expect("it listens").1.trim().to_owned();
            return Some(Running { child, address, directory });
        }
        if child.try_wait().expect("our child").is_some() || began.elapsed() > Duration::from_secs(20) {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the server lets these credentials in.
pub fn lets_in(server: &Running, file: &str) -> bool {
    let found = creds::parse(file.as_bytes());
    let (token, seed) = (found.token.expect("a token"), found.seed.expect("a seed"));
    let seed = Seed::parse(seed.text().as_bytes()).expect("a seed");
    let stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
    let mut lines = BufReader::new(stream.try_clone().expect("cloned")).lines();
    let info = lines.next().expect("a line").expect("readable");
    let info: Value = serde_json::from_str(info.strip_prefix("INFO ").expect("INFO").trim()).expect("JSON");
    let nonce = info["nonce"].as_str().expect("a nonce");
    let signature = data_encoding::BASE64URL_NOPAD.encode(&seed.sign(nonce.as_bytes()).expect("signs"));
    let connect =
        json!({"jwt": token.text(), "sig": signature, "verbose": false, "pedantic": false, "protocol": 1});
    let mut stream = stream;
    stream.write_all(format!("CONNECT {connect}\r\nPING\r\n").as_bytes()).expect("written");
    for line in lines {
        match line {
            Ok(line) if line.starts_with("PONG") => return true,
            Ok(line) if line.starts_with("-ERR") => return false,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// `nsc -H HOME/all` with these arguments: its exit status, and what it said.
pub fn nsc(home: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("/opt/nats/bin/nsc")
        .arg("-H")
        .arg(home.join("all"))
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("NSC_NO_GIT_IGNORE", "true")
        .stdin(Stdio::null())
        .output()
        .expect("nsc runs");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}
